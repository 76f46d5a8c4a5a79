# SPDX-License-Identifier: Apache-2.0
"""A provider of identities that stands in for a real one: a real HTTP server that does as each test says."""

from __future__ import annotations

import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from tests.identity.relying import base64url, free_port


class StandIn:
    """`claims`: what it says of the person; `token`: what differs in the ID token; `broken`: endpoints that fail."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.stranger = ec.generate_private_key(ec.SECP256R1())
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.reset()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer._answer(self, {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer._answer(self, dict(parse_qsl(body)))

            def log_message(self, *_: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def reset(self) -> None:
        self.claims: dict[str, Any] = {"sub": "079012345678", "HoVaTen": "Nguyễn Văn An", "acr": "LoA2"}
        self.token: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.signed_by: Any = self.key
        self.nonce = ""
        self.audience = "dothi-city"
        self.broken: dict[str, bytes | int] = {}
        self.metadata: dict[str, Any] = {}

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def _id_token(self) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": self.audience, "iat": now, "exp": now + 60, "nonce": self.nonce}
        claims |= self.claims | self.token
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.header.get("alg") == "none":
            parts = [base64url(json.dumps(p).encode()) for p in (self.header, claims)]
            return ".".join([*parts, ""])
        return jwt.encode(claims, self.signed_by, algorithm="ES256", headers={"kid": "one", **self.header})

    def _says(self, path: str, form: dict[str, str]) -> Any:
        self.calls.append((path, form))
        if path == "/.well-known/openid-configuration":
            names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
            known = {name: f"{self.url}/{end}" for name, end in names.items()}
            return {"issuer": self.url, "userinfo_endpoint": f"{self.url}/userinfo"} | known | self.metadata
        if path == "/jwks":
            numbers = self.key.public_key().public_numbers()
            x, y = (base64url(n.to_bytes(32, "big")) for n in (numbers.x, numbers.y))
            return {"keys": [{"kty": "EC", "crv": "P-256", "kid": "one", "use": "sig", "x": x, "y": y}]}
        if path == "/token":
            return {
                "access_token": secrets.token_urlsafe(8),
                "token_type": "Bearer",
                "id_token": self._id_token(),
            }
        return self.claims

    def _answer(self, handler: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        path = urlsplit(handler.path).path
        said = self._says(path, form)
        fault = self.broken.get(path, 200)
        body = fault if isinstance(fault, bytes) else json.dumps(said).encode()
        handler.send_response(fault if isinstance(fault, int) else 200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
