# SPDX-License-Identifier: Apache-2.0
"""Places: the dated tree of units of a locality, with borders, codes, addresses, calendars and settings.

Owns units with all they ever were, what they came from and became, their geometry, working time and differences. A
unit is a stable id that stands in the scope of broker entities. Must never hard-code how many levels a country has
(there is no district level since 1 July 2025), nor join units by a name or a code alone.
"""
