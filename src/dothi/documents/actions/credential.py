# SPDX-License-Identifier: Apache-2.0
"""A credential is offered at the counter, fetched by a wallet (OpenID4VCI 1.0, pre-authorised code), and revoked."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from datetime import datetime, timedelta
from typing import Any

import jwt
from django.conf import settings
from django.db import transaction

from dothi.documents import vault
from dothi.documents.actions.key import own_key
from dothi.documents.actions.status_list import private_of
from dothi.documents.core import sd_jwt, status_bits
from dothi.documents.errors import RefusedForm, WalletError
from dothi.documents.models import CredentialOffer, IssuedCredential, SpentNonce
from dothi.documents.queries.key import chain_of
from dothi.documents.rules import credential as rules
from dothi.foundation import clock
from dothi.foundation.text import nfc
from dothi.ledger.door import note


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _base() -> str:
    return str(settings.SETTINGS.url)


@transaction.atomic
def offer_credential(
    *, claims: dict[str, str], unit: str = "", tenant: str = "", by: str = ""
) -> tuple[CredentialOffer, dict[str, Any], str]:
    """An offer for a wallet: the row, what the QR holds, and the number that the resident is told apart from it."""
    given = {name: nfc(claims.get(name, ""))[:300] for name in rules.CLAIMS}
    missing = {name: "documents.credential.missing" for name, value in given.items() if not value}
    if missing:
        raise RefusedForm(missing)
    code, tx_code = secrets.token_urlsafe(32), f"{secrets.randbelow(10**6):06d}"
    row = CredentialOffer(
        tenant=tenant, unit=unit, kind=rules.RESIDENCE, code_hash=_hash(code), by=by,
        until=clock.now() + rules.OFFER_LASTS,
    )  # fmt: skip
    row.tx_code_hash = vault.mark(tx_code, purpose=row.pk)
    row.claims = vault.seal(json.dumps(given).encode(), about=row.pk)
    row.save(force_insert=True)
    note("documents.act.credential_offered", f"offer:{row.pk}", tenant=tenant, kind=row.kind, unit=unit)
    return row, rules.offer(_base(), code), tx_code


def give_token(*, code: str, tx_code: str) -> str:
    """The access token for a code and its number; after five wrong numbers the offer is over.

    Not one transaction to be rolled back: a wrong try must count.
    """
    row = CredentialOffer.objects.select_for_update().filter(code_hash=_hash(code), state="open").first()
    if row is None or row.until < clock.now():
        raise WalletError("invalid_grant")
    if not hmac.compare_digest(row.tx_code_hash, vault.mark(tx_code, purpose=row.pk)):
        row.tries += 1
        row.state = "ended" if row.tries >= rules.MOST_TRIES else row.state
        row.claims = None if row.state == "ended" else row.claims
        row.save(update_fields=["tries", "state", "claims"])
        raise WalletError("invalid_grant")
    token = secrets.token_urlsafe(32)
    row.state, row.token_hash = "entered", _hash(token)
    row.token_until = clock.now() + rules.TOKEN_LASTS
    row.save(update_fields=["state", "token_hash", "token_until"])
    return token


def new_nonce(at: datetime | None = None) -> str:
    """A nonce that needs no row until it is used."""
    body = f"{secrets.token_urlsafe(18)}.{int((at or clock.now()).timestamp()) + rules.NONCE_LASTS}"
    return f"{body}.{vault.mark(body, purpose='nonce')}"


def spend_nonce(nonce: object, *, tenant: str = "") -> None:
    """Use a nonce of ours, once; WalletError when it is none, over, or used."""
    body, _, mark = str(nonce).rpartition(".")
    if not hmac.compare_digest(mark, vault.mark(body, purpose="nonce")):
        raise WalletError("invalid_nonce")
    if int(body.rpartition(".")[2]) < clock.now().timestamp():
        raise WalletError("invalid_nonce")
    SpentNonce.objects.filter(at__lt=clock.now() - timedelta(hours=1)).delete()
    _, is_new = SpentNonce.objects.get_or_create(tenant=tenant, mark=_hash(body))
    if not is_new:
        raise WalletError("invalid_nonce")


def _holder(proof: object, *, tenant: str) -> dict[str, Any]:
    """The holder's public key out of a proof (OpenID4VCI 1.0, F.1)."""
    try:
        head = jwt.get_unverified_header(str(proof))
        if head.get("typ") != "openid4vci-proof+jwt" or head.get("alg") != "ES256":
            raise WalletError("invalid_proof")
        jwk = head.get("jwk")
        body = jwt.decode(
            str(proof), sd_jwt.public_key(jwk), algorithms=["ES256"], audience=rules.issuer(_base()),
            options={"require": ["iat", "aud", "nonce"]}, leeway=60,
        )  # fmt: skip
    except (jwt.PyJWTError, sd_jwt.BadCredential) as error:
        raise WalletError("invalid_proof") from error
    if abs(clock.now().timestamp() - body["iat"]) > sd_jwt.LEEWAY:
        raise WalletError("invalid_proof")
    spend_nonce(body["nonce"], tenant=tenant)
    assert isinstance(jwk, dict)
    return {name: jwk[name] for name in ("kty", "crv", "x", "y")}


def _free_index() -> int:
    """A place in the status list that nobody has, at random."""
    while True:
        found = secrets.randbelow(status_bits.SIZE)
        if not IssuedCredential.objects.filter(index=found).exists():
            return found


@transaction.atomic
def issue_credential(*, token: str, kind: object, proofs: object) -> str:
    """The credential for the bearer of a token, bound to the key of his proof."""
    row = CredentialOffer.objects.select_for_update().filter(token_hash=_hash(token), state="entered").first()
    if not token or row is None or row.token_until is None or row.token_until < clock.now():
        raise WalletError("invalid_token")
    if kind != rules.RESIDENCE:
        raise WalletError("unknown_credential_configuration")
    found = proofs.get("jwt") if isinstance(proofs, dict) else None
    if not isinstance(found, list) or len(found) != 1:
        raise WalletError("invalid_proof")
    holder = _holder(found[0], tenant=row.tenant)
    made = _issued(row, holder)
    row.state, row.claims = "issued", None
    row.save(update_fields=["state", "claims"])
    return made


def _issued(row: CredentialOffer, holder: dict[str, Any]) -> str:
    now = clock.now()
    issued = IssuedCredential.objects.create(
        tenant=row.tenant, unit=row.unit, offer=row, kind=row.kind, index=_free_index(),
        holder=sd_jwt.thumbprint(holder), issued_at=now, until=now + rules.LASTS,
    )  # fmt: skip
    key = own_key(purpose="credential", tenant=row.tenant)
    claims = json.loads(vault.open_sealed(bytes(row.claims or b""), about=row.pk))
    plain = {
        "iss": rules.issuer(_base()),
        "iat": int(now.timestamp()),
        "exp": int(issued.until.timestamp()),
        "vct": rules.vct(_base()),
        "cnf": {"jwk": holder},
        "status": {"status_list": {"idx": issued.index, "uri": f"{rules.issuer(_base())}/status/1"}},
    }
    chain = [base64.b64encode(one).decode("ascii") for one in chain_of(key)[:1]]
    headers = {"kid": key.fingerprint[:32], "x5c": chain}
    note(
        "documents.act.credential_issued",
        f"credential:{issued.pk}",
        by="wallet",
        tenant=row.tenant,
        kind=row.kind,
    )
    return sd_jwt.issue(claims, key=private_of(key), headers=headers, plain=plain)


@transaction.atomic
def revoke_credential(*, credential: IssuedCredential, reason: str) -> IssuedCredential:
    """Mark its place in the status list."""
    if credential.revoked_at is None:
        credential.revoked_at, credential.reason = clock.now(), reason[:12]
        credential.save(update_fields=["revoked_at", "reason"])
        note(
            "documents.act.credential_revoked",
            f"credential:{credential.pk}",
            tenant=credential.tenant,
            reason=reason,
        )
    return credential


def signed_status(*, tenant: str = "") -> str:
    """The status list of credentials as a JWT."""
    key = own_key(purpose="credential", tenant=tenant)
    now = int(clock.now().timestamp())
    marked = IssuedCredential.objects.filter(revoked_at__isnull=False).values_list("index", flat=True)
    body = {
        "sub": f"{rules.issuer(_base())}/status/1",
        "iat": now,
        "exp": now + 86400,
        "ttl": 300,
        "status_list": {"bits": 1, "lst": status_bits.packed(marked)},
    }
    headers = {"typ": "statuslist+jwt", "kid": key.fingerprint[:32]}
    return jwt.encode(body, private_of(key), algorithm="ES256", headers=headers)
