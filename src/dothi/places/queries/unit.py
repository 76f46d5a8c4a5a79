# SPDX-License-Identifier: Apache-2.0
"""Units at a date, by point, by name, and what they came from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import Q, QuerySet

from dothi.foundation import clock
from dothi.places.errors import NoSuchUnit
from dothi.places.models import Unit
from dothi.places.queries.book import atlas, book, edition
from dothi.places.queries.setting import setting
from dothi.places.rules import search as searching
from dothi.places.rules.address import Located, locate
from dothi.places.rules.search import Found
from dothi.places.rules.tree import RolledUp, Tree, scope
from dothi.places.rules.tree import roll_up as rolled_up

HOME = "home_unit"
"""The setting that names the locality itself, where several units stand at the top."""


def today() -> date:
    return clock.now().astimezone(clock.VIETNAM).date()


def units_at(at: date | None = None) -> QuerySet[Unit]:
    """The units that exist on a day, in Vietnamese order; without boundaries, which are large."""
    day = at or today()
    return (
        Unit.objects.filter(valid_from__lte=day)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day))
        .defer("boundary")
        .order_by("name_sort")
    )


def unit(unit_id: str) -> Unit:
    """A unit of any date, with its boundary; NoSuchUnit."""
    found = Unit.objects.filter(pk=unit_id).select_related("parent").defer("parent__boundary").first()
    if found is None:
        raise NoSuchUnit(unit_id)
    return found


def tree_at(at: date | None = None) -> Tree:
    """The tree of a day, with the names of that day."""
    return book().tree(at or today())


def root_unit(at: date | None = None) -> Unit | None:
    """The unit above all: the locality itself. A simulated one yields to a real one.

    Where several stand at the top (a whole country was imported), the setting `home_unit` says which; None
    until somebody did.
    """
    roots = list(units_at(at).filter(parent__isnull=True).order_by("simulated", "name_sort")[:2])
    if len(roots) == 2 and not roots[1].simulated:
        home = setting(HOME, str, default="")
        return units_at(at).filter(pk=home).first() if home else None
    return roots[0] if roots else None


def unit_of_point(lon: float, lat: float, at: date | None = None) -> Unit | None:
    """The smallest unit that covers a point on a day, by the borders of that day."""
    found = atlas().units_at(lon, lat, at or today())
    return Unit.objects.defer("boundary").filter(pk=found[0]).first() if found else None


def scope_of(unit_id: str) -> str:
    """`/<city>/<ward>` of a unit, whenever it existed."""
    return scope(book().chain(unit_id, today()))


def subtree(unit_id: str, at: date | None = None) -> list[str]:
    """Ids of a unit and all below it on a day; of one that does not exist that day, only its own."""
    return tree_at(at).subtree(unit_id) or [unit_id]


def chain(unit_id: str, at: date | None = None) -> list[str]:
    """Ids from the root to a unit on a day."""
    return book().chain(unit_id, at or today())


def successors(unit_id: str, until: date | None = None) -> list[str]:
    return book().successors(unit_id, until)


def predecessors(unit_id: str) -> list[str]:
    return book().predecessors(unit_id)


def origins(at: date | None = None) -> dict[str, frozenset[str]]:
    """For each unit of a day, the units it came out of that stand no more."""
    return book().origins(at or today())


def edition_of_today() -> str:
    """A mark that changes with the units and with the day."""
    return f"{edition()}/{today().isoformat()}"


def heirs(unit_id: str, at: date | None = None) -> list[str]:
    """What stands for a unit on a day: itself, or the units that came out of it."""
    return book().heirs(unit_id, at or today())


def roll_up(amounts: Mapping[str, float], at: date | None = None) -> RolledUp:
    """Amounts of units of any date along the tree of one date."""
    found = book()
    return rolled_up(amounts, found.tree(at or today()), found.events)


def by_code(code: str, scheme: str = "statistical", at: date | None = None) -> list[str]:
    """Ids of the units that have a code in a list on a day; without a day, that ever had it."""
    return list(
        dict.fromkeys(
            c.unit
            for c in book().codes
            if c.scheme == scheme
            and c.code == code
            and (at is None or (c.valid_from <= at and (c.valid_to is None or at < c.valid_to)))
        )
    )


def search(words: str, at: date | None = None, *, limit: int = 50) -> list[Found]:
    """Units of any time by name or code, best first: without marks, abbreviated, by an old name, in plain Telex."""
    return searching.search(book(), words[:200], at or today(), limit)


def find_address(text: str, at: date | None = None) -> Located:
    """An address taken apart, and the unit that it lies in on a day."""
    return locate(book(), text[:500], at or today())
