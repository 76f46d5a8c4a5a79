# SPDX-License-Identifier: Apache-2.0
"""City hall: the roof. Settings of Django, URLs, the command line, the supervisor, health, wiring.

Starts and watches the processes, connects rooms that must not know each other, and has no rule of its own.
"""
