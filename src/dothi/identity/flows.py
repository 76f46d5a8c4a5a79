# SPDX-License-Identifier: Apache-2.0

"""Signing in by django-allauth's stages: a proof, a second one, a passkey for staff; then a session.

allauth keeps a person who is half-way in the session (`account_login`) for fifteen minutes, without letting him in.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import (
    get_authentication_records,
    perform_login,
    record_authentication,
)
from allauth.account.internal.flows.logout import logout
from allauth.account.models import Login
from allauth.account.stages import LoginStage, LoginStageController
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.models import UserSession
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from dothi.foundation import clock
from dothi.identity import addresses, sessions
from dothi.identity.actions.session import note_session
from dothi.identity.models import Account
from dothi.identity.queries import passkey as passkeys
from dothi.identity.rules import passkey as rules

SECOND, ENROLMENT = "mfa_authenticate", "passkey_first"


class PasskeyStage(LoginStage):  # type: ignore[misc]  # - allauth has no types
    """Staff without a passkey add one before they are let in."""

    key = ENROLMENT
    urlname = ENROLMENT

    def handle(self) -> tuple[HttpResponse | None, bool]:
        account = self.login.user
        if not rules.must_have_one(account.role) or passkeys.has_passkey(account):
            return None, True
        return HttpResponseRedirect(reverse(ENROLMENT)), True


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # - allauth has no types
    """allauth's flows with our stages, sessions and ledger; it says nothing to people, our pages do."""

    def get_login_stages(self) -> list[str]:
        return ["allauth.mfa.stages.AuthenticateStage", "dothi.identity.flows.PasskeyStage"]

    def login(self, request: HttpRequest, user: Any) -> None:
        methods = methods_of(request, user)
        super().login(request, user)
        found = sessions.open_session(request, user, methods)
        note_session(account=user, assurance=found, at=clock.now())

    def get_client_ip(self, request: HttpRequest) -> str:
        return addresses.address_of(request)

    def add_message(self, *_given: Any, **_more: Any) -> None:
        """Nothing: sentences are ours, by key."""

    def send_notification_mail(self, *_given: Any, **_more: Any) -> None:
        """Nothing: `mail.tell` does."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """By our own pages only."""
        del request
        return False


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # - allauth has no types
    """Secrets of authenticator apps and of codes lie encrypted in the database."""

    def encrypt(self, text: str) -> str:
        return str(_cipher().encrypt(text.encode()).decode())

    def decrypt(self, encrypted_text: str) -> str:
        return str(_cipher().decrypt(encrypted_text.encode()).decode())


def _cipher() -> Fernet:
    key = hashlib.sha256(b"dothi.identity.mfa:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def methods_of(request: HttpRequest, account: Account) -> list[str]:
    """What was shown on the way in, in order."""
    return [str(one.get("type") or one["method"]) for one in get_authentication_records(request, account)]


def enter(request: HttpRequest, account: Account, method: str, *, next_: str, **details: Any) -> HttpResponse:
    """Begin to sign in after a first proof: nothing of the session before it stays. Leads to the next stage, or in."""
    request.session.flush()
    record_authentication(request, account, method, **details)
    answer: HttpResponse = perform_login(request, Login(user=account, redirect_url=next_))
    return answer


def show(request: HttpRequest, account: Account, kind: str, pk: int) -> None:
    """Keep in the half-way session that a second proof was shown."""
    record_authentication(request, account, "mfa", type=kind, id=pk)


def stage(request: HttpRequest, key: str) -> Any | None:
    """The stage where this person stands; None when he stands elsewhere, his time is over, or his account is closed."""
    found = LoginStageController.enter(request, key)
    return found if found is not None and found.login.user.is_active else None


def go_on(at: Any) -> HttpResponse:
    """The stage is done; to the next one, or in."""
    answer: HttpResponse = at.exit()
    return answer


def keep_this(request: HttpRequest, account: Account) -> None:
    """After all sessions of the person were ended: the one he acts in goes on, under another id."""
    update_session_auth_hash(request, account)
    UserSession.objects.create_from_request(request)


def sign_out(request: HttpRequest) -> None:
    key = request.session.session_key
    logout(request, show_message=False)
    sessions.forget(key)
