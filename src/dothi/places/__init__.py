# SPDX-License-Identifier: Apache-2.0
"""Places: the dated tree of units of a locality, with boundaries and names.

Owns units and their geometry. A unit is a stable id that stands in the scope of broker entities. Must never
hard-code how many levels a country has (there is no district level since 1 July 2025).
"""
