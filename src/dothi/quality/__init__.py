# SPDX-License-Identifier: Apache-2.0
"""Quality: pure functions that judge readings and figures: tests, flags, grades, gates, audits (QARTOD, domain.md §6).

Owns what is usual for an attribute (parameters.json) and the rules by which a figure earns its letter. It never touches
a database or the network, and it never hides a figure: it says what is wrong with it.
"""
