# SPDX-License-Identifier: Apache-2.0
"""Letters are written with the step that they tell of, and sent by a job: the mail server may be slow or down."""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction

from dothi.foundation import log, messages
from dothi.privacy.models import DataRequest, Letter

SALT = "dothi.privacy.mail"
TRIES = 20
GIVE_UP = timedelta(days=3)
_log = log.get(__name__)


def mail_is_set_up() -> bool:
    return bool(settings.SETTINGS.mail_url)


def link_of(request_id: str) -> str:
    """The address that proves that somebody reads the mail of this request; good for a week."""
    token = signing.dumps(request_id, salt=SALT)
    return f"{settings.SETTINGS.url}/privacy/mail/{token}/"


def write(one: DataRequest, key: str, *, at: datetime) -> None:
    """Keep a letter to be sent, when there is an address and the city can send mail. It names the code only."""
    if one.email and mail_is_set_up():
        Letter.objects.create(
            tenant=one.tenant, request_id=one.pk, to=one.email, language=one.language, key=key, at=at,
            values={"code": one.code, "kind": one.kind, "link": key == "filed" and not one.checked_how},
        )  # fmt: skip


def _message(letter: Letter) -> EmailMessage:
    language, values = letter.language, letter.values
    kind = messages.text(language, f"privacy.kind.{values['kind']}")
    said = messages.text(language, f"privacy.mail.{letter.key}", kind=kind, code=values["code"])
    parts = [messages.text(language, "privacy.mail.dear"), said]
    if values.get("link"):
        parts.append(messages.text(language, "privacy.mail.prove", link=link_of(letter.request_id)))
    parts.append(
        messages.text(
            language,
            "privacy.mail.follow",
            address=f"{settings.SETTINGS.url}/privacy/follow/",
            code=values["code"],
        )
    )
    subject = messages.text(language, "privacy.mail.subject", code=values["code"])
    return EmailMessage(subject, "\n\n".join(parts), settings.DEFAULT_FROM_EMAIL, [letter.to])


@transaction.atomic
def send_one(*, at: datetime) -> bool:
    """Send the oldest waiting letter; whether there was one. What fails stays for the next round, for three days."""
    waiting = Letter.objects.filter(sent_at=None, given_up_at=None).order_by("tries", "at")
    letter = waiting.select_for_update(skip_locked=True).first()
    if letter is None:
        return False
    try:
        _message(letter).send()
    except (smtplib.SMTPException, OSError) as error:
        letter.tries += 1
        if letter.tries >= TRIES or letter.at < at - GIVE_UP:
            letter.given_up_at, letter.to = at, ""
        letter.save(update_fields=["tries", "given_up_at", "to"])
        # Not the sentence of the server: it repeats the address.
        _log.warning("privacy.mail_failed", letter=letter.pk, tries=letter.tries, error=type(error).__name__)
        return False
    letter.sent_at, letter.to = at, ""
    letter.save(update_fields=["sent_at", "to"])
    return True


def send_all(*, at: datetime, most: int = 500) -> int:
    """Send what waits, each letter in a transaction of its own; how many."""
    sent = 0
    while sent < most and send_one(at=at):
        sent += 1
    return sent
