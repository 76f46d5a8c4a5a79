# SPDX-License-Identifier: Apache-2.0
"""A room is entered by its door, its core or (broker) its model; city hall alone may look into rooms."""

from __future__ import annotations

import grimp

PUBLIC = {"door", "core", "model"}
OPEN_ROOMS = {"foundation", "quality"}
"""Pure rooms without state: each of their files is their door."""


def test_rooms_are_entered_by_their_doors_when_they_import_each_other() -> None:
    graph = grimp.build_graph("dothi")

    wrong = []
    for module in sorted(graph.modules):
        room = module.split(".")[1] if "." in module else ""
        if room in {"", "cityhall"}:
            continue
        for imported in graph.find_modules_directly_imported_by(module):
            parts = imported.split(".")
            if len(parts) < 2 or parts[1] in {room, *OPEN_ROOMS} or parts[0] != "dothi":
                continue
            if len(parts) < 3 or parts[2] not in PUBLIC:
                wrong.append(f"{module} -> {imported}")

    assert wrong == []
