# SPDX-License-Identifier: Apache-2.0

"""E-mail addresses of a person: added by a link, made the first one, removed."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import transaction

from dothi.foundation.errors import NotFound
from dothi.identity import mail
from dothi.identity.actions import attempt
from dothi.identity.errors import LinkNotGood, RefusedAct, RefusedForm
from dothi.identity.models import Account
from dothi.identity.queries import email as emails
from dothi.identity.queries.account import actor_of
from dothi.identity.rules import sign_in as rules
from dothi.ledger.door import note

_SALT = "dothi.identity.email"
MOST = 5


def ask_email(*, account: Account, email: str, address: str, language: str, at: datetime) -> None:
    """Mail a link to an address that is to be added; whose it is already, its owner is told, not the one who asks."""
    email = email.strip().casefold()
    own = {one.email for one in emails.emails_of(account)}
    shape = rules.email_problem(email) or ("identity.email.own" if email in own else None)
    if shape or len(own) >= MOST:
        raise RefusedForm({"email": shape or "identity.email.too_many"})
    may_ask, gets = attempt.may_mail(email=email, address=address, at=at)
    if not may_ask:
        raise RefusedForm({"email": "identity.mail.too_often"})
    if not gets:
        return
    if emails.is_taken(email) and email != account.login:
        mail.send(email, "email_known", language=language)
        return
    link = mail.link(f"/me/emails/confirm/{signing.dumps([account.pk, email], salt=_SALT)}/")
    mail.send(email, "email", language=language, name=account.name, link=link)


@transaction.atomic
def confirm_email(*, account: Account, signed: str, at: datetime) -> str:
    """Add the address of a link; it must be opened by the person who asked."""
    try:
        pk, email = signing.loads(signed, salt=_SALT, max_age=rules.MAIL_LINK_LIFE)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise LinkNotGood("identity.email.not_good") from error
    taken = emails.is_taken(email) and email != account.login
    if pk != account.pk or taken or email in {one.email for one in emails.emails_of(account)}:
        raise LinkNotGood("identity.email.not_good")
    first = not emails.emails_of(account)
    EmailAddress.objects.create(user=account, email=email, verified=True, primary=first)
    note("identity.act.email_added", actor_of(account), by=actor_of(account), at=at, tenant=account.tenant)
    mail.tell(account, "email_added")
    return str(email)


@transaction.atomic
def put_email_first(*, account: Account, pk: int) -> None:
    found = _own(account, pk)
    EmailAddress.objects.filter(user=account).update(primary=False)
    found.primary = True
    found.save(update_fields=["primary"])


@transaction.atomic
def remove_email(*, account: Account, pk: int, at: datetime) -> None:
    """Never the one that mail goes to: the person would hear of nothing any more."""
    found = _own(account, pk)
    if found.primary:
        raise RefusedAct("identity.email.first_stays")
    found.delete()
    note("identity.act.email_removed", actor_of(account), by=actor_of(account), at=at, tenant=account.tenant)
    mail.tell(account, "email_removed")


def _own(account: Account, pk: int) -> EmailAddress:
    found = emails.email_of(account, pk)
    if found is None:
        raise NotFound("identity.email.gone")
    return found
