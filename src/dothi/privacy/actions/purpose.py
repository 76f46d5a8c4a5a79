# SPDX-License-Identifier: Apache-2.0
"""The register of processing is written: each saving is a new version, the old ones stay."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from django.db import transaction

from dothi.foundation.text import nfc
from dothi.ledger.door import note
from dothi.privacy.errors import NotNow, RefusedForm
from dothi.privacy.models import PurposeVersion
from dothi.privacy.queries import purpose as queries
from dothi.privacy.rules.purpose import OPENS, TEXTS, Purpose, purpose_problems


def _told(given: Mapping[str, str], field: str) -> dict[str, str]:
    both = {language: nfc(given.get(f"{field}_{language}", ""))[:2000] for language in ("vi", "en")}
    return {language: text for language, text in both.items() if text}


def _keep(entry: Purpose, *, by: str, tenant: str) -> Purpose:
    PurposeVersion.objects.create(
        tenant=tenant, key=entry.key, version=entry.version, entry=msgspec.to_builtins(entry), by=by
    )
    note(
        "privacy.act.purpose_put",
        f"purpose:{entry.key}",
        tenant=tenant,
        version=entry.version,
        ended=entry.ended,
    )
    return entry


@transaction.atomic
def put_purpose(*, given: Mapping[str, str], by: str, new: bool = False, tenant: str = "") -> Purpose:
    """Add an entry or change one. `given`: flat fields (`title_vi`, `title_en`, …); RefusedForm names wrong ones."""
    wrong = purpose_problems(given)
    if new and queries.purpose(given.get("key", "")) is not None:
        wrong["key"] = "privacy.register.key.taken"
    if wrong:
        raise RefusedForm(wrong)
    entry = msgspec.convert(
        {
            "key": given["key"], "basis": given["basis"], "dpia": given["dpia"],
            "sensitive": given.get("sensitive") == "on", "proven": given.get("proven") == "on",
            "version": queries.newest_version(given["key"]) + 1,
            "opens": [what for what in OPENS if given.get(f"opens_{what}") == "on"],
            **{field: _told(given, field) for field in TEXTS},
        },
        Purpose,
    )  # fmt: skip
    return _keep(entry, by=by, tenant=tenant)


@transaction.atomic
def end_purpose(*, key: str, by: str, tenant: str = "") -> Purpose:
    """Take an entry off the register: nothing is processed for it any more. Its versions stay."""
    entry = queries.purpose(key)
    if entry is None:
        raise NotNow("privacy.register.missing")
    version = queries.newest_version(key) + 1
    return _keep(msgspec.structs.replace(entry, version=version, ended=True), by=by, tenant=tenant)
