# SPDX-License-Identifier: Apache-2.0

"""Mail to people about their accounts, in plain text: the messages `identity.mail.<about>.subject` and `.body`."""

from __future__ import annotations

import functools
import smtplib
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from dothi.foundation import log, messages
from dothi.identity.errors import MailFailed
from dothi.identity.models import Account
from dothi.identity.queries.email import primary_of

_log = log.get(__name__)


def is_set_up() -> bool:
    """Whether this installation can send mail."""
    return bool(settings.SETTINGS.mail_url)


def link(path: str) -> str:
    """An address for a mail: of the city's own public address, never of the Host that a request names."""
    return f"{settings.SETTINGS.url}{path}"


def send(to: str, about: str, *, language: str, **values: Any) -> None:
    """Send now; MailFailed when the server does not take it."""
    city = settings.SETTINGS.city_name or "Dothi"
    said = {
        part: messages.text(language, f"identity.mail.{about}.{part}", city=city, **values)
        for part in ("subject", "body")
    }
    try:
        EmailMessage(said["subject"], said["body"], to=[to]).send()
    except (OSError, smtplib.SMTPException) as error:
        _log.error("Mail was not taken by the server", error=type(error).__name__)
        raise MailFailed from error


def tell(account: Account, about: str, **values: Any) -> None:
    """Tell a person what was done to his account, after it is on disk; silently nothing without an address."""
    address = primary_of(account) if is_set_up() else ""
    if address:
        transaction.on_commit(functools.partial(_try, address, about, name=account.name, **values))


def _try(address: str, about: str, **values: Any) -> None:
    try:
        send(address, about, language=settings.LANGUAGE_CODE, **values)
    except MailFailed:
        _log.warning("A person was not told by mail", about=about)
