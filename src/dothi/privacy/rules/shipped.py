# SPDX-License-Identifier: Apache-2.0
"""What comes with the product, as dated data below all that a city enters: limits of the law, purposes, retention.

`proven` false: not read in the text of the law itself; pages say "chưa kiểm chứng".
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TypeVar

import msgspec

from dothi.privacy.rules.purpose import Purpose
from dothi.privacy.rules.request import LegalLimit
from dothi.privacy.rules.retention import Rule

T = TypeVar("T")


class _Law(msgspec.Struct, frozen=True):
    limits: tuple[LegalLimit, ...]


def _read(name: str, kind: type[T]) -> T:
    return msgspec.json.decode(files("dothi.privacy").joinpath(name).read_bytes(), type=kind)


@cache
def limits() -> tuple[LegalLimit, ...]:
    return _read("law.json", _Law).limits


@cache
def purposes() -> tuple[Purpose, ...]:
    return tuple(_read("processing.json", list[Purpose]))


@cache
def retention() -> tuple[Rule, ...]:
    return tuple(_read("retention.json", list[Rule]))
