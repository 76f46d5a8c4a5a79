# SPDX-License-Identifier: Apache-2.0
"""The register of processing as it stands."""

from __future__ import annotations

from typing import Any

import msgspec

from dothi.privacy.models import PurposeVersion
from dothi.privacy.rules import shipped
from dothi.privacy.rules.purpose import TEXTS, Purpose


def register() -> list[Purpose]:
    """Each entry in its newest version: what came with the product, then what was added; without ended ones."""
    found = {one.key: one for one in shipped.purposes()}
    for row in PurposeVersion.objects.order_by("version", "pk"):
        # A version that was saved before `opens` was known keeps what came with the product.
        opens = found[row.key].opens if row.key in found else ()
        found[row.key] = msgspec.convert({"opens": opens, **row.entry}, Purpose)
    return [one for one in found.values() if not one.ended]


def purpose(key: str) -> Purpose | None:
    return next((one for one in register() if one.key == key), None)


def purposes_for(what: str) -> list[Purpose]:
    """Purposes for which pages of this kind may be opened."""
    return [one for one in register() if what in one.opens]


def versions(key: str) -> list[PurposeVersion]:
    return list(PurposeVersion.objects.filter(key=key).order_by("-version"))


def newest_version(key: str) -> int:
    newest = PurposeVersion.objects.filter(key=key).order_by("-version").first()
    return newest.version if newest else 0


def as_row(one: Purpose, language: str) -> dict[str, Any]:
    """One line of the table that the public takes home."""
    texts = {field: one.said(field, language) for field in TEXTS}
    return {
        "key": one.key, "version": one.version, "basis": one.basis, **texts, "dpia": one.dpia,
        "sensitive": one.sensitive, "proven": one.proven,
    }  # fmt: skip
