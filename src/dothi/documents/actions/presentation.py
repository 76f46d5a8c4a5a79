# SPDX-License-Identifier: Apache-2.0
"""A wallet is asked to show claims (OpenID4VP 1.0, DCQL), and its answer is judged, once."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from datetime import timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from django.conf import settings
from django.db import transaction

from dothi.documents import vault
from dothi.documents.actions.credential import signed_status
from dothi.documents.actions.key import own_key
from dothi.documents.actions.status_list import private_of, published_keys
from dothi.documents.core import jwe, sd_jwt, status_bits
from dothi.documents.errors import RefusedForm, WalletError
from dothi.documents.models import PresentationRequest
from dothi.documents.queries.key import chain_of
from dothi.documents.rules import credential as rules
from dothi.foundation import clock
from dothi.foundation.text import nfc
from dothi.ledger.door import note

MODES = ("direct_post", "direct_post.jwt")
SHOWN_FOR = timedelta(minutes=15)
"""How long an officer sees what was shown; then it is erased."""


def client_id(tenant: str = "") -> str:
    """Who asks, by the certificate that signs the question (OpenID4VP 1.0, 5.9.3: x509_hash)."""
    leaf = chain_of(own_key(purpose="credential", tenant=tenant))[0]
    return f"x509_hash:{sd_jwt.b64(hashlib.sha256(leaf).digest())}"


@transaction.atomic
def ask(
    *, claims: list[str], purpose: str, mode: str = MODES[0], unit: str = "", tenant: str = "", by: str = ""
) -> PresentationRequest:
    """A question to a wallet. `purpose`: why, in words for the resident."""
    wanted = [name for name in rules.CLAIMS if name in claims]
    if not wanted or not nfc(purpose) or mode not in MODES:
        raise RefusedForm({"purpose": "documents.ask.missing"})
    PresentationRequest.objects.filter(result__isnull=False, made_at__lt=clock.now() - SHOWN_FOR).update(
        result=None
    )
    row = PresentationRequest(
        tenant=tenant, unit=unit, purpose=nfc(purpose)[:200], nonce=secrets.token_urlsafe(24), mode=mode, by=by,
        query=rules.query(settings.SETTINGS.url, wanted), until=clock.now() + rules.REQUEST_LASTS,
    )  # fmt: skip
    if mode == "direct_post.jwt":
        made = ec.generate_private_key(ec.SECP256R1())
        private = made.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        row.private = vault.seal(private, about=row.pk)
    row.save(force_insert=True)
    note(
        "documents.act.presentation_asked", f"presentation:{row.pk}", tenant=tenant, claims=wanted, unit=unit
    )
    return row


def _private(row: PresentationRequest) -> ec.EllipticCurvePrivateKey:
    found = load_der_private_key(vault.open_sealed(bytes(row.private or b""), about=row.pk), password=None)
    assert isinstance(found, ec.EllipticCurvePrivateKey)
    return found


def _client_metadata(row: PresentationRequest) -> dict[str, Any]:
    known: dict[str, Any] = {
        "vp_formats_supported": {
            "dc+sd-jwt": {"sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"]}
        }
    }
    if row.mode == "direct_post.jwt":
        jwk = jwt.algorithms.ECAlgorithm.to_jwk(_private(row).public_key(), as_dict=True)
        known["jwks"] = {"keys": [{**jwk, "use": "enc", "alg": "ECDH-ES", "kid": "1"}]}
        known["encrypted_response_enc_values_supported"] = sorted(jwe.SIZES)
    return known


def open_request(request_id: str) -> PresentationRequest:
    """A question that is still open; WalletError otherwise."""
    row = PresentationRequest.objects.select_for_update().filter(pk=request_id, state="open").first()
    if row is None or row.until < clock.now():
        raise WalletError("invalid_request")
    return row


def signed_request(row: PresentationRequest) -> str:
    """The question as a signed request object (RFC 9101)."""
    key = own_key(purpose="credential", tenant=row.tenant)
    body = {
        "client_id": client_id(row.tenant),
        "aud": "https://self-issued.me/v2",
        "response_type": "vp_token",
        "response_mode": row.mode,
        "response_uri": f"{settings.SETTINGS.url}/credentials/response/{row.pk}",
        "nonce": row.nonce,
        "state": row.pk,
        "dcql_query": row.query,
        "client_metadata": _client_metadata(row),
        "iat": int(clock.now().timestamp()),
        "exp": int(row.until.timestamp()),
    }
    chain = [base64.b64encode(one).decode("ascii") for one in chain_of(key)[:1]]
    headers = {"typ": "oauth-authz-req+jwt", "x5c": chain}
    return jwt.encode(body, private_of(key), algorithm="ES256", headers=headers)


def _answer(row: PresentationRequest, sent: dict[str, Any]) -> dict[str, Any]:
    """The parameters of the answer, decrypted when that was asked for."""
    if row.mode != "direct_post.jwt":
        return sent
    return jwe.opened(str(sent.get("response", "")), _private(row))


def _token(answer: dict[str, Any]) -> str:
    """The one presentation that was asked for."""
    found = answer.get("vp_token")
    try:
        tokens = json.loads(found) if isinstance(found, str) else found
    except ValueError as error:
        raise sd_jwt.BadCredential("answer") from error
    shown = tokens.get("residence") if isinstance(tokens, dict) and len(tokens) == 1 else None
    if not isinstance(shown, list) or len(shown) != 1 or not isinstance(shown[0], str):
        raise sd_jwt.BadCredential("answer")
    return shown[0]


def _check_status(status: dict[str, Any], keys: dict[str, Any], tenant: str) -> None:
    """By the signed list, as any verifier would."""
    named = status.get("status_list")
    index = named.get("idx") if isinstance(named, dict) else None
    uri = named.get("uri") if isinstance(named, dict) else None
    if not isinstance(index, int) or uri != f"{rules.issuer(settings.SETTINGS.url)}/status/1":
        raise sd_jwt.BadCredential("status")
    listed = signed_status(tenant=tenant)
    kid = jwt.get_unverified_header(listed)["kid"]
    body = jwt.decode(listed, keys[kid], algorithms=["ES256"])
    if status_bits.is_set(body["status_list"]["lst"], index):
        raise sd_jwt.BadCredential("revoked")


def _judged(row: PresentationRequest, sent: dict[str, Any]) -> dict[str, Any]:
    answer = _answer(row, sent)
    if answer.get("state") != row.pk:
        raise sd_jwt.BadCredential("state")
    keys = {one["kid"]: jwt.PyJWK(one).key for one in published_keys("credential", tenant=row.tenant)}
    shown = sd_jwt.verify(
        _token(answer), issuer_keys=keys, audience=client_id(row.tenant), nonce=row.nonce, at=clock.now()
    )
    base = settings.SETTINGS.url
    if (shown.issuer, shown.type) != (rules.issuer(base), rules.vct(base)):
        raise sd_jwt.BadCredential("type")
    wanted = rules.asked(row.query)
    if any(name not in shown.claims for name in wanted):
        raise sd_jwt.BadCredential("missing")
    _check_status(shown.status, keys, row.tenant)
    return {name: shown.claims[name] for name in wanted}


def take_answer(*, request_id: str, sent: dict[str, Any]) -> PresentationRequest:
    """Judge the answer of a wallet; the question is answered by it, right or wrong, and by no other.

    What was shown beyond the question is dropped. A refusal is written, so it is raised only after that.
    """
    row = open_request(request_id)
    try:
        claims = _judged(row, sent)
    except sd_jwt.BadCredential as error:
        row.state, row.why = "refused", str(error)
        row.save(update_fields=["state", "why"])
        note(
            "documents.act.presentation_refused",
            f"presentation:{row.pk}",
            by="wallet",
            tenant=row.tenant,
            why=row.why,
        )
        raise WalletError("invalid_request") from error
    row.state, row.result = "shown", vault.seal(json.dumps(claims).encode(), about=row.pk)
    row.save(update_fields=["state", "result"])
    note("documents.act.presentation_shown", f"presentation:{row.pk}", by="wallet", tenant=row.tenant)
    return row
