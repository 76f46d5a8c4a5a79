# SPDX-License-Identifier: Apache-2.0
"""The attributes of one row: named ones by their rules, the rest by their keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from dothi.sources.core import mapping_units
from dothi.sources.core.mapping_model import AttributeRule, Mapping, Refusal, RestRule
from dothi.sources.core.mapping_names import NOT_READINGS, term_of
from dothi.sources.core.mapping_path import MISSING, reader, steps
from dothi.sources.core.mapping_problem import BadMapping
from dothi.sources.core.mapping_value import BadValue, MissingValue, convert, finite

REST_LIMIT = 256
"""Leaves of one payload that are looked at; what is beyond is refused by one line."""
Found = dict[str, tuple[Any, str]]
"""term -> (value, unit code)"""


class _Rule:
    """One rule, ready to be walked."""

    def __init__(self, rule: AttributeRule, missing: frozenset[str]) -> None:
        self.rule = rule
        self.read = reader(rule.path)
        self.missing = missing | frozenset(word.casefold() for word in rule.missing)
        self.read_unit = reader(rule.unit_path) if rule.unit_path else None
        self.unit = mapping_units.code(rule.unit) if rule.unit else ""
        sent = mapping_units.code(rule.unit_sent) if rule.unit_sent else self.unit
        change = mapping_units.conversion(sent, self.unit)
        if change is None:
            raise BadMapping("unit", sent=rule.unit_sent, kept=rule.unit)
        self.change = change

    def read_with_unit(self, row: Any) -> tuple[Any, str]:
        return self.value(row), self.unit

    def value(self, row: Any) -> Any:
        raw = self.read(row)
        if raw is MISSING:
            raise MissingValue
        value = convert(raw, self.rule.kind, self.rule.words, self.missing)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return value
        if self.rule.scale != 1 or self.rule.offset:
            value = finite(round(value * self.rule.scale + self.rule.offset, 9))
        value = _converted(value, self._change(row))
        if (self.rule.low is not None and value < self.rule.low) or (
            self.rule.high is not None and value > self.rule.high
        ):
            raise BadValue("out_of_limits")
        return value

    def _change(self, row: Any) -> tuple[float, float]:
        sent = self.read_unit(row) if self.read_unit is not None else MISSING
        if not isinstance(sent, str):
            return self.change
        change = mapping_units.conversion(mapping_units.code(sent), self.unit)
        if change is None:
            raise BadValue("unknown_unit")
        return change


def _converted(value: float, change: tuple[float, float]) -> float:
    if change == (1.0, 0.0):
        return value
    return finite(round(value * change[0] + change[1], 9))


class Reader:
    """Reads the attributes of rows by one mapping."""

    def __init__(self, mapping: Mapping) -> None:
        self.missing = frozenset(word.casefold() for word in mapping.missing)
        self.rules = [_Rule(rule, self.missing) for rule in mapping.attributes]
        self.rest = _Rest(mapping, self.missing) if mapping.rest is not None else None

    def read(self, row: dict[str, Any], number: int, refusals: list[Refusal]) -> Found:
        """The values found; a value that cannot be kept is refused and the others stay."""
        found: Found = {}
        for rule in self.rules:
            _keep(found, rule.rule.term, partial(rule.read_with_unit, row), number, refusals)
        if self.rest is not None:
            self.rest.read(row, found, number, refusals)
        return found


def _keep(
    found: Found, term: str, make: Callable[[], tuple[Any, str]], number: int, refusals: list[Refusal]
) -> None:
    try:
        value, unit = make()
    except MissingValue:
        return
    except BadValue as error:
        refusals.append(Refusal(reason=str(error), detail=term, row=number))
        return
    found[term] = (value, unit if not isinstance(value, (bool, str)) else "")


class _Rest:
    """Every plain value that no rule names."""

    def __init__(self, mapping: Mapping, missing: frozenset[str]) -> None:
        rest: RestRule = mapping.rest or RestRule()
        self.rule = rest
        self.missing = missing
        self.root = reader(rest.path) if rest.path else None
        self.base = steps(rest.path)
        named = [*(rule.path for rule in mapping.attributes), *mapping.time.paths, *rest.skip]
        named += [path for path in (mapping.device, mapping.latitude, mapping.longitude) if path]
        named += [rule.unit_path for rule in mapping.attributes if rule.unit_path]
        named += list(rest.unit_paths.values())
        self.skip = {steps(path) for path in named}
        self.rename = {key.casefold(): term for key, term in rest.rename.items()} | rest.rename
        self.units = {key: mapping_units.code(unit) for key, unit in rest.units.items()}
        self.unit_readers = {term: reader(path) for term, path in rest.unit_paths.items()}

    def read(self, row: dict[str, Any], found: Found, number: int, refusals: list[Refusal]) -> None:
        root = row if self.root is None else self.root(row)
        if not isinstance(root, dict):
            return
        leaves = list(self._leaves(root, self.base, self.rule.depth))
        if len(leaves) > REST_LIMIT:
            refusals.append(Refusal(reason="too_many_names", detail=str(len(leaves)), row=number))
            leaves = leaves[:REST_LIMIT]
        for term, value in self._named(leaves):
            if term and term not in found:
                unit = self.units.get(term, "")
                _keep(found, term, partial(self._value, row, term, value, unit), number, refusals)

    def _value(self, row: Any, term: str, raw: Any, unit: str) -> tuple[Any, str]:
        # A quantity that has a unit is a number, as in a file: a word in its place is refused, not shown as a figure.
        value = convert(raw, "number" if unit and isinstance(raw, str) else "auto", {}, self.missing)
        read = self.unit_readers.get(term)
        sent = read(row) if read is not None and not isinstance(value, (bool, str)) else MISSING
        if isinstance(sent, str):
            change = mapping_units.conversion(mapping_units.code(sent), unit)
            if change is None:
                raise BadValue("unknown_unit")
            value = _converted(value, change)
        return value, unit

    def _leaves(
        self, node: dict[str, Any], way: tuple[Any, ...], depth: int
    ) -> Iterator[tuple[list[str], Any]]:
        for key, value in node.items():
            here = (*way, key)
            if here in self.skip or key.casefold() in NOT_READINGS:
                continue
            if isinstance(value, dict):
                if depth > 1:
                    yield from self._leaves(value, here, depth - 1)
            elif not isinstance(value, list):
                yield [str(part) for part in here[len(self.base) :]], value

    def _named(self, leaves: list[tuple[list[str], Any]]) -> Iterator[tuple[str, Any]]:
        last: dict[str, int] = {}
        if self.rule.drop_groups:
            for keys, _ in leaves:
                last[keys[-1]] = last.get(keys[-1], 0) + 1
        for keys, value in leaves:
            name = keys[-1] if last.get(keys[-1]) == 1 else " ".join(keys)
            renamed = self.rename.get(name) or self.rename.get(name.casefold())
            yield renamed or term_of(name), value
