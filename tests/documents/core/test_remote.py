# SPDX-License-Identifier: Apache-2.0
"""A signing service (a stand-in that speaks the CSC API) signs hashes; documents never reach it."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from tests.documents.signing import NAME, NOW, prepared, root, signer

from dothi.documents.core import sealing
from dothi.documents.core.checking import check


class Service(BaseHTTPRequestHandler):
    asked: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append({**sent, "path": self.path, "authorization": self.headers["Authorization"]})
        signed = signer().key.sign(base64.b64decode(sent["hashes"][0]), ec.ECDSA(Prehashed(hashes.SHA256())))
        body = json.dumps({"signatures": [base64.b64encode(signed).decode()]}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body if sent["credentialID"] == "c1" else b"{}")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def service() -> Iterator[str]:
    Service.asked = []
    server = HTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/csc/v2"
    server.shutdown()
    server.server_close()
    thread.join()


def place(url: str, credential: str = "c1") -> sealing.KeyPlace:
    return sealing.KeyPlace(
        kind="csc",
        chain=[signer().der, root().der],
        private=b"token",
        place={"url": url, "credential": credential},
    )


def test_service_signs_a_hash_when_asked(service: str) -> None:
    made = sealing.seal(prepared(), key=place(service), name=NAME, at=NOW)

    assert check(made.pdf, roots=[root().der], crls=[], at=NOW + timedelta(hours=1)).good
    assert [(one["path"], one["authorization"]) for one in Service.asked] == [
        ("/csc/v2/signatures/signHash", "Bearer token")
    ]
    assert len(base64.b64decode(Service.asked[0]["hashes"][0])) == 32


@pytest.mark.parametrize("trouble", ["gone", "nonsense"])
def test_nothing_is_signed_when_the_service_does_not_answer_rightly(service: str, trouble: str) -> None:
    key = place("http://127.0.0.1:9/csc") if trouble == "gone" else place(service, "other")

    with pytest.raises(Exception, match="does not sign"):
        sealing.seal(prepared(), key=key, name=NAME, at=NOW)
