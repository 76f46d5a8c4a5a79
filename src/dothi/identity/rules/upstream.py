# SPDX-License-Identifier: Apache-2.0
"""What another body says of a person, in our words. Its claims are odd until they are proven otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dothi.foundation.text import nfc

FIELDS = ("subject", "name")
LONGEST_SUBJECT = 255
SLUG = re.compile(r"[a-z][a-z0-9-]{1,38}")


class OddClaims(ValueError):
    """The provider does not say who the person is in a way that can be relied on."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Who it is, there: `subject` never changes there, `name` is how people write it, and how sure the provider is."""

    subject: str
    name: str
    ial: int
    aal: int


def _at(claims: Mapping[str, Any], path: str) -> Any:
    """A claim by its name, else by steps apart by dots."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _text(found: Any) -> str:
    """Text, or a whole number as text; one entry of a list when it is the only one."""
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    return nfc(str(found))


def _first(claims: Mapping[str, Any], paths: Sequence[str]) -> str:
    return next((text for path in paths if (text := _text(_at(claims, path)))), "")


def _level(found: Any, most: int) -> int:
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= most else 0


def assurance(claims: Mapping[str, Any], rule: Mapping[str, Any]) -> tuple[int, int]:
    """(ial, aal) by the map of the provider; what the map does not know is worth what `else` says, else nothing."""
    said = _text(_at(claims, str(rule.get("claim", "acr"))))
    levels = rule.get("levels", {})
    found = levels.get(said) if isinstance(levels, Mapping) and said else None
    level = found if isinstance(found, Mapping) else rule.get("else", {})
    return _level(level.get("ial"), 3), max(1, _level(level.get("aal"), 2))


def profile(
    claims: Mapping[str, Any], names: Mapping[str, Sequence[str]], rule: Mapping[str, Any]
) -> Profile:
    """The person; OddClaims when there is no subject that could be known again."""
    subject = _first(claims, names.get("subject", ["sub"]))
    if not subject or len(subject) > LONGEST_SUBJECT:
        raise OddClaims("no subject")
    ial, aal = assurance(claims, rule)
    return Profile(subject=subject, name=_first(claims, names.get("name", ["name"]))[:200], ial=ial, aal=aal)


def maps_problem(claims: Any, rule: Any) -> str | None:
    """A message key; None when both maps have the shape that the rules read."""
    good_claims = isinstance(claims, dict) and all(
        field in FIELDS and isinstance(paths, list) and paths and all(isinstance(p, str) for p in paths)
        for field, paths in claims.items()
    )
    if not good_claims or "subject" not in claims:
        return "identity.upstream.claims_shape"
    levels = rule.get("levels", {}) if isinstance(rule, dict) else None
    values = [*levels.values(), rule.get("else", {})] if isinstance(levels, dict) else [None]
    good = all(
        isinstance(one, dict)
        and set(one) <= {"ial", "aal"}
        and _level(one.get("ial", 0), 3) == one.get("ial", 0)
        and _level(one.get("aal", 1), 2) == one.get("aal", 1)
        for one in values
    )
    return None if good else "identity.upstream.assurance_shape"
