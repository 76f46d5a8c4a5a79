# SPDX-License-Identifier: Apache-2.0
"""Who may connect by MQTT and to which topics: nats-server asks, we answer from what is registered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

from dothi.connectors.mqtt.nats_config import ACCOUNT
from dothi.connectors.mqtt.signing import Issuer, claims_of
from dothi.connectors.mqtt.topics import subjects_of_filter

SUBJECT = "$SYS.REQ.USER.AUTH"
log = structlog.get_logger(__name__)


class Login(msgspec.Struct, kw_only=True, frozen=True):
    """One user name that is let in, and the MQTT filters it may publish to; it may read nothing."""

    username: str
    topics: Sequence[str]


class Verifier(Protocol):
    """Who knows the registered devices."""

    def login(self, username: str, password: str) -> Login | None:
        """The login when the password is right and the device is in use."""


class Logins:
    """Answers the server's questions. `told` is called with each refused user name, to be counted."""

    def __init__(self, issuer: Issuer, verifier: Verifier, told: Callable[[str], None]) -> None:
        self._issuer = issuer
        self._verifier = verifier
        self._told = told

    async def serve(self, client: Client) -> None:
        """Answer from now on, with the client of our own user."""
        await client.subscribe(SUBJECT, cb=self._answer)

    async def _answer(self, message: Msg) -> None:
        try:
            claims = claims_of(message.data)
            asked = claims["nats"]
            subject, server = asked["user_nkey"], asked["server_id"]["id"]
        except (ValueError, KeyError, TypeError, IndexError):
            log.warning("mqtt.login.unreadable")
            return
        given = asked.get("connect_opts", {})
        username = str(given.get("user", ""))[:200]
        login = self._verifier.login(username, str(given.get("pass", ""))[:500])
        result: dict[str, Any] = {"type": "authorization_response", "version": 2}
        if login is None:
            self._told(username)
            result["error"] = "user name or password is wrong"
        else:
            result["jwt"] = self._user(subject, login)
        await message.respond(self._issuer.sign({"sub": subject, "aud": server, "nats": result}).encode())

    def _user(self, subject: str, login: Login) -> str:
        allowed = [s for topic in login.topics for s in subjects_of_filter(topic)]
        rights = {
            "pub": {"allow": allowed} if allowed else {"deny": [">"]},
            "sub": {"deny": [">"]},
            "subs": 0,
            "data": -1,
            "payload": -1,
            "type": "user",
            "version": 2,
        }
        return self._issuer.sign({"sub": subject, "aud": ACCOUNT, "name": login.username, "nats": rights})
