# SPDX-License-Identifier: Apache-2.0
"""What rooms of one floor need of each other, put in here once in every process that has Django."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from django.conf import settings

from dothi.cityhall import folders, personal
from dothi.cityhall.file_reader import read_file
from dothi.documents.door import set_secret
from dothi.identity import door as identity
from dothi.ledger.door import People, set_people
from dothi.places import door as places
from dothi.places.web.forms import units as unit_choices
from dothi.sources.door import set_file_reader


class Today:
    """The units of today, as rights see them: what belonged to a unit that is gone belongs to its heirs."""

    def __init__(self) -> None:
        self._tree = places.tree_at()
        self._origins = places.origins()
        self._choices: list[tuple[str, str]] = []
        self._above: dict[str, frozenset[str]] = {}
        self._below: dict[str, frozenset[str]] = {}

    def above(self, unit: str, /) -> frozenset[str]:
        """The unit, what it became, and all that these lie in."""
        found = self._above.get(unit)
        if found is None:
            stand = [unit] if unit in self._tree else places.heirs(unit)
            found = frozenset({unit, *(above for one in stand for above in self._tree.chain(one))})
            self._above[unit] = found
        return found

    def below(self, unit: str, /) -> frozenset[str]:
        """The unit, all that lie in it, and what these came out of."""
        found = self._below.get(unit)
        if found is None:
            stand = self._tree.subtree(unit) or [unit]
            found = frozenset(stand).union(*(self._origins.get(one, ()) for one in stand))
            self._below[unit] = found
        return found

    def scope(self, unit: str, /) -> str:
        """The scope path of a unit in the broker: `/<city>/<ward>`; of one that is gone, where it stood last."""
        return "/" + "/".join(self._tree.chain(unit) or places.chain(unit))

    def choices(self) -> list[tuple[str, str]]:
        """Ids and names from the top down, those below indented."""
        if not self._choices:
            self._choices = unit_choices()
        return self._choices


@cache
def _positions() -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(
        files("dothi.cityhall").joinpath("positions.json").read_text("utf-8")
    )
    return found


_last: list[tuple[str, Today]] = []


def today() -> Today:
    """The tree for rights: made anew when units change or the day does."""
    mark = places.edition_of_today()
    if not _last or _last[0][0] != mark:
        _last[:] = [(mark, Today())]
    return _last[0][1]


def wire() -> None:
    """Tell each room once; safe to repeat."""
    personal.wire()
    identity.add_me_link("/privacy/", "cityhall.me.privacy", "cityhall.me.privacy_about")
    identity.add_me_link("/privacy/looked/", "cityhall.me.looked", "cityhall.me.looked_about")
    identity.add_me_link("/me/delegations/", "cityhall.me.delegations", "cityhall.me.delegations_about")
    set_file_reader(read_file)
    set_secret(lambda: folders.secret(settings.SETTINGS.data_path, "documents"))
    set_people(People(names=identity.names_of, search=identity.ids_of))
    identity.set_units(today)
    identity.set_scopes(lambda unit: today().scope(unit))
    identity.set_positions(
        [identity.Known(code=code, permissions=tuple(held)) for code, held in _positions().items()]
    )
