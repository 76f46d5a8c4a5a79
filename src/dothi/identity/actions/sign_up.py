# SPDX-License-Identifier: Apache-2.0

"""A resident's account: the e-mail address first, proven by a link; the account only then."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import transaction

from dothi.foundation.text import nfc
from dothi.identity import mail
from dothi.identity.actions import attempt
from dothi.identity.actions.password import problems
from dothi.identity.errors import LinkNotGood, RefusedForm
from dothi.identity.models import Account
from dothi.identity.queries import email as emails
from dothi.identity.queries.account import actor_of
from dothi.identity.rules import sign_in as rules
from dothi.ledger.door import note

_SALT = "dothi.identity.sign_up"
EMAIL_VERIFIED = 1
"""The level of assurance that a proven address gives."""


def ask_account(*, email: str, address: str, language: str, at: datetime) -> None:
    """Mail a link; who has an account already is told so by mail, and nobody else is."""
    email = email.strip().casefold()
    shape = rules.email_problem(email)
    if shape:
        raise RefusedForm({"email": shape})
    may_ask, gets = attempt.may_mail(email=email, address=address, at=at)
    if not may_ask:
        raise RefusedForm({"email": "identity.mail.too_often"})
    if not gets:
        return
    link = mail.link(f"/sign-up/{signing.dumps(email, salt=_SALT)}/")
    if emails.is_taken(email):
        mail.send(email, "sign_up_known", language=language, link=mail.link("/sign-in/"))
    else:
        mail.send(email, "sign_up", language=language, link=link)


def email_of_link(signed: str) -> str:
    """The address that was proven by following the link; LinkNotGood when it is old, used or not ours."""
    try:
        email = signing.loads(signed, salt=_SALT, max_age=rules.MAIL_LINK_LIFE)
    except (signing.BadSignature, ValueError) as error:
        raise LinkNotGood("identity.sign_up.not_good") from error
    if emails.is_taken(email):
        raise LinkNotGood("identity.sign_up.not_good")
    return str(email)


@transaction.atomic
def make_resident(*, signed: str, name: str, password: str, again: str, at: datetime) -> Account:
    email = email_of_link(signed)
    name = nfc(name)
    found = {} if len(name) >= 2 else {"name": "identity.name.missing"}
    found |= problems(password=password, again=again, name=name, login=email)
    if found:
        raise RefusedForm(found)
    made = Account(name=name[:200], login=email, role="resident", ial=EMAIL_VERIFIED)
    made.set_password(password)
    made.save()
    EmailAddress.objects.create(user=made, email=email, verified=True, primary=True)
    actor = actor_of(made)
    note("identity.act.resident_made", actor, by=actor, at=at, tenant=made.tenant)
    return made
