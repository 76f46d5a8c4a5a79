# SPDX-License-Identifier: Apache-2.0
"""Quality: pure functions that judge readings: tests, flags, grades, gates.

A name plate for now: the tests on readings (QARTOD and domain.md §6) are a later issue. Until a figure is
graded its grade is "not evaluated", and nothing here may pretend otherwise. Never touches a database.
"""
