# SPDX-License-Identifier: Apache-2.0
"""Operations: the room where the shift sits: the console, and later alerts, incidents, tasks, decisions.

Owns the console page and the public home page's figures. Reads the broker like anybody else, so a sensor,
another room and another city look alike. Must never write readings.
"""
