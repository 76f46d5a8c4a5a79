# SPDX-License-Identifier: Apache-2.0
"""The door of privacy: rooms are registered by city hall, look at people's data with a purpose, and ask for consent."""

from __future__ import annotations

from dothi.privacy.actions.consent import give, take_back
from dothi.privacy.actions.erasure import erase_account
from dothi.privacy.actions.looking import looked
from dothi.privacy.actions.retention import run as run_retention
from dothi.privacy.errors import Held, NoSuchRequest, NotNow, RefusedForm
from dothi.privacy.keepers import Erased, Keeper, Sweep, register, register_sweep
from dothi.privacy.own import KEEPER, SWEEPS
from dothi.privacy.queries.consent import consented, consents_of
from dothi.privacy.queries.retention import plan as retention_plan
from dothi.privacy.rules.anonymity import OTHER, K, SafeTable, merged, refused, told
from dothi.privacy.rules.mask import citizen_number, email, phone
from dothi.privacy.web.gate import asks_purpose, set_officer

__all__ = [
    "KEEPER",
    "OTHER",
    "SWEEPS",
    "Erased",
    "Held",
    "K",
    "Keeper",
    "NoSuchRequest",
    "NotNow",
    "RefusedForm",
    "SafeTable",
    "Sweep",
    "asks_purpose",
    "citizen_number",
    "consented",
    "consents_of",
    "email",
    "erase_account",
    "give",
    "looked",
    "merged",
    "phone",
    "refused",
    "register",
    "register_sweep",
    "retention_plan",
    "run_retention",
    "set_officer",
    "take_back",
    "told",
]
