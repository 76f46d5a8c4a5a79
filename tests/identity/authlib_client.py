# SPDX-License-Identifier: Apache-2.0
"""A relying party that others wrote: authlib's."""

from __future__ import annotations

from typing import Any

from authlib.integrations.django_client import OAuth
from django.test import RequestFactory
from tests.identity.relying import Rp


class Authlib:
    """authlib's own client for Django pages, with a session of its own."""

    def __init__(self, rp: Rp, scope: str = "openid profile") -> None:
        self.session: dict[str, Any] = {}
        self.rp = rp
        self.client = OAuth().register(
            "city",
            client_id=rp.id,
            client_secret=rp.secret,
            server_metadata_url=f"{rp.city.url}/.well-known/openid-configuration",
            client_kwargs={"scope": scope, "code_challenge_method": "S256"},
        )

    def _request(self, address: str) -> Any:
        request = RequestFactory().get(address)
        request.session = self.session
        return request

    def begin(self) -> str:
        return str(self.client.authorize_redirect(self._request("/login"), self.rp.redirect_uri)["location"])

    def end(self, back: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.authorize_access_token(self._request(back))
        return found
