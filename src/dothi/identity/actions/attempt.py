# SPDX-License-Identifier: Apache-2.0

"""Tries that went wrong, and mails that were asked for: counted, so that guessing is slow."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import connection
from django.utils.crypto import salted_hmac

from dothi.identity.addresses import NOWHERE
from dothi.identity.models import FailedTry
from dothi.identity.rules import sign_in as rules

_KEPT = timedelta(days=1)


def key_of(kind: str, whom: str) -> str:
    """What a count goes by; it does not tell what was typed."""
    return f"{kind}:{salted_hmac('dothi.identity.try', f'{kind}|{whom}', algorithm='sha256').hexdigest()}"


def _one_after_another(key: str) -> None:
    """Many tries at once would each see none of the others: they wait until the one before is on disk."""
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def is_too_often(*, key: str, address: str, at: datetime) -> bool:
    """Whether this account, or this network address, has been tried too often; holds other tries of it up."""
    _one_after_another(key)
    since = at - rules.TRIES_WITHIN
    recent = FailedTry.objects.filter(at__gt=since)
    if rules.too_many_tries(recent.filter(login=key).count()):
        return True
    return address != NOWHERE and recent.filter(address=address).count() >= rules.TRIES_OF_ADDRESS


def count_try(*, key: str, address: str, at: datetime) -> None:
    FailedTry.objects.filter(at__lt=at - _KEPT).delete()
    FailedTry.objects.create(login=key, address=None if address == NOWHERE else address, at=at)


def forgive(*, key: str) -> None:
    FailedTry.objects.filter(login=key).delete()


def may_mail(*, email: str, address: str, at: datetime) -> tuple[bool, bool]:
    """Count a mail that is asked for; whether this network address may ask, and whether this mailbox may get one."""
    key = key_of("mail", email)
    _one_after_another(key)
    recent = FailedTry.objects.filter(at__gt=at - rules.MAILS_WITHIN, login__startswith="mail:")
    asked = address == NOWHERE or recent.filter(address=address).count() < rules.MAILS_OF_ADDRESS
    gets = recent.filter(login=key).count() < rules.MAILS
    if asked:
        count_try(key=key, address=address, at=at)
    return asked, asked and gets
