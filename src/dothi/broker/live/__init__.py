# SPDX-License-Identifier: Apache-2.0
"""Live: what screens see: the state of the map now or at any instant, its stream of changes, series and rows.

One reader of the change log per process feeds every viewer of that process. Never writes.
"""
