# SPDX-License-Identifier: Apache-2.0

"""E-mail addresses of accounts; nothing here writes."""

from __future__ import annotations

from allauth.account.models import EmailAddress

from dothi.identity.models import Account


def emails_of(account: Account) -> list[EmailAddress]:
    return list(EmailAddress.objects.filter(user=account, verified=True).order_by("-primary", "email"))


def email_of(account: Account, pk: int) -> EmailAddress | None:
    return EmailAddress.objects.filter(user=account, verified=True, pk=pk).first()


def primary_of(account: Account) -> str:
    """The verified address that mail goes to; empty when there is none."""
    found = EmailAddress.objects.filter(user=account, verified=True).order_by("-primary").first()
    return str(found.email) if found else ""


def account_by_email(email: str) -> Account | None:
    """Whose verified address this is, if he may still sign in."""
    found = EmailAddress.objects.filter(email=email, verified=True, user__is_active=True).first()
    return found.user if found else None


def is_taken(email: str) -> bool:
    """Whether an account has this address, verified, or as its login."""
    held = EmailAddress.objects.filter(email=email, verified=True).exists()
    return bool(held or Account.objects.filter(login=email).exists())
