# SPDX-License-Identifier: Apache-2.0
"""Entry points of the supervised processes: `python -m dothi.cityhall.processes.<name>`.

Each reads the settings from its environment, sets its logs up, wires the rooms it serves and says when it is ready.
"""
