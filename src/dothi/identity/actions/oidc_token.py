# SPDX-License-Identifier: Apache-2.0
"""Tokens are signed, given out, used up and ended. One that is shown twice ends its whole family.

Codes, access and refresh tokens are rows of allauth's table, by their hashes; the family (`OidcGrant`) says whether
they are worth anything, and is locked first, so that two processes cannot both use one token.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
from allauth.idp.oidc.models import Token
from django.db import transaction

from dothi.identity import vault
from dothi.identity.actions.oidc_key import USE, ensure_keys
from dothi.identity.models import OidcClient, OidcGrant
from dothi.identity.queries.broker_reach import broker_paths
from dothi.identity.queries.oidc_client import subject_of
from dothi.identity.queries.oidc_grant import hash_of, sid_of
from dothi.identity.queries.oidc_key import ALGORITHM
from dothi.identity.rules import acr, oidc_scope, pkce
from dothi.ledger.door import note

CODE, ACCESS, REFRESH = "ac", "at", "rt"


class Refused(Exception):
    """The token endpoint says no; `error` in the words of the standard, `why` for the developer."""

    def __init__(self, error: str, why: str) -> None:
        super().__init__(why)
        self.error = error
        self.why = why


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a client gets at the token endpoint; `refresh` and `id_token` may be empty."""

    access: str
    seconds: int
    refresh: str
    id_token: str
    scopes: tuple[str, ...]


def sign(claims: dict[str, Any], *, kind: str = "JWT") -> str:
    """A token signed with the current key."""
    key = ensure_keys()
    pem = vault.unseal(bytes(key.sealed), use=USE, name=key.kid)
    return jwt.encode(claims, pem, algorithm=ALGORITHM, headers={"kid": key.kid, "typ": kind})


def _put(kind: str, grant: OidcGrant, *, life: timedelta, at: datetime, value: str = "", **data: Any) -> str:
    """A new token of the family; only its hash is kept. `value`: one that says something itself."""
    value = value or secrets.token_urlsafe(32)
    Token.objects.create(
        type=kind,
        hash=hash_of(value),
        client_id=grant.client_id,
        user_id=grant.account_id,
        data={"grant": grant.pk, **data},
        created_at=at,
        expires_at=min(at + life, grant.ends_at),
        scopes="\n".join(data.get("scopes", grant.scopes.split())),
    )
    return value


@transaction.atomic
def give_code(grant: OidcGrant, *, redirect_uri: str, challenge: str, nonce: str, at: datetime) -> str:
    """A code for the client, good once and for a minute."""
    return _put(
        CODE,
        grant,
        life=oidc_scope.CODE_LIFE,
        at=at,
        redirect_uri=redirect_uri,
        challenge=challenge,
        nonce=nonce,
    )


@transaction.atomic
def end_grant(grant: OidcGrant, *, why: str, at: datetime) -> None:
    """All tokens of the family are worth nothing from now on."""
    if grant.ended_at is None:
        grant.ended_at, grant.ended_why = at, why
        grant.save(update_fields=["ended_at", "ended_why"])
        note("identity.act.oidc_grant_ended", f"grant:{grant.pk}", at=at, tenant=grant.tenant, why=why)


def _locked(kind: str, value: str, client: OidcClient) -> tuple[Any, OidcGrant]:
    """The token and its family, both locked; Refused when it is not this client's."""
    seen = Token.objects.filter(type=kind, hash=hash_of(value), client_id=client.pk).first()
    if seen is None:
        raise Refused("invalid_grant", "the token is unknown to this client")
    grant = OidcGrant.objects.select_for_update().get(pk=seen.data["grant"])
    return Token.objects.select_for_update().get(pk=seen.pk), grant


def _use_up(token: Any, grant: OidcGrant, *, at: datetime) -> None:
    """Mark a token as used; Refused, and the family ended, when it was already."""
    if token.data.get("used"):
        end_grant(grant, why="reuse", at=at)
        raise Refused("invalid_grant", "the token was used before; all that came of it has ended")
    token.data = token.data | {"used": True}
    token.save(update_fields=["data"])
    if grant.ended_at is not None or not grant.account.is_active:
        raise Refused("invalid_grant", "the person or the city has ended this")
    if token.expires_at <= at or grant.ends_at <= at:
        raise Refused("invalid_grant", "the token has expired")


def id_token(
    grant: OidcGrant, client: OidcClient, *, issuer: str, nonce: str, access: str, at: datetime
) -> str:
    """Who signed in, when, how surely: for this client only."""
    claims = {
        "iss": issuer,
        "sub": subject_of(client, grant.account_id),
        "aud": client.pk,
        "iat": int(at.timestamp()),
        "exp": int((at + oidc_scope.ID_TOKEN_LIFE).timestamp()),
        "auth_time": int(grant.auth_time.timestamp()),
        "acr": grant.acr,
        "amr": acr.amr_of(grant.methods.split()),
        "sid": sid_of(grant),
        "at_hash": half_hash(access),
    }
    return sign(claims | ({"nonce": nonce} if nonce else {}))


def access_jwt(
    *,
    client: OidcClient,
    subject: str,
    scopes: Sequence[str],
    paths: Sequence[str] | None,
    issuer: str,
    at: datetime,
    ends: datetime,
) -> str:
    """An access token that the broker reads itself (RFC 9068). `paths`: how far it reaches; None: everywhere."""
    claims = {
        "iss": issuer,
        "aud": issuer + oidc_scope.AUDIENCE,
        "sub": subject,
        "client_id": client.pk,
        "scope": " ".join(scopes),
        "iat": int(at.timestamp()),
        "exp": int(ends.timestamp()),
        "jti": secrets.token_urlsafe(16),
        "tenant": client.tenant,
    }
    return sign(claims if paths is None else claims | {"scopes": list(paths)}, kind="at+jwt")


def _within_rights(
    grant: OidcGrant, scopes: tuple[str, ...], *, at: datetime
) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    """The scopes that the person's rights still bear, and how far at the broker: rights are those of now."""
    if not oidc_scope.opens_broker(scopes):
        return scopes, None
    paths = broker_paths(f"account:{grant.account_id}", scopes, tenant=grant.tenant, at=at)
    kept = scopes if paths is None or paths else tuple(s for s in scopes if s not in oidc_scope.BROKER)
    return kept, paths


def _access(
    grant: OidcGrant, client: OidcClient, *, scopes: tuple[str, ...], issuer: str, at: datetime
) -> tuple[str, tuple[str, ...]]:
    """An access token and the scopes that it has: opaque, or for the broker a JWT. Both are kept as a hash."""
    kept, paths = _within_rights(grant, scopes, at=at)
    value = ""
    if oidc_scope.opens_broker(kept):
        value = access_jwt(
            client=client,
            subject=subject_of(client, grant.account_id),
            scopes=kept,
            paths=paths,
            issuer=issuer,
            at=at,
            ends=min(at + oidc_scope.ACCESS_LIFE, grant.ends_at),
        )
    return _put(ACCESS, grant, life=oidc_scope.ACCESS_LIFE, at=at, value=value, scopes=kept), kept


def half_hash(access: str) -> str:
    """at_hash of an ES256 token (OpenID Connect Core 3.1.3.6)."""
    digest = hashlib.sha256(access.encode("ascii")).digest()
    return pkce.base64url(digest[:16])


def _give(
    grant: OidcGrant, client: OidcClient, *, scopes: tuple[str, ...], issuer: str, nonce: str, at: datetime
) -> Given:
    access, kept = _access(grant, client, scopes=scopes, issuer=issuer, at=at)
    refresh = ""
    if "offline_access" in grant.scopes.split():
        refresh = _put(REFRESH, grant, life=oidc_scope.REFRESH_IDLE, at=at)
    client.last_used_at = at
    client.save(update_fields=["last_used_at"])
    return Given(
        access=access,
        seconds=int(oidc_scope.ACCESS_LIFE.total_seconds()),
        refresh=refresh,
        id_token=id_token(grant, client, issuer=issuer, nonce=nonce, access=access, at=at),
        scopes=kept,
    )


@transaction.atomic
def begin_tokens(grant: OidcGrant, client: OidcClient, *, issuer: str, at: datetime) -> Given:
    """The first tokens of a family that needs no code: a device that a person allowed."""
    return _give(grant, client, scopes=tuple(grant.scopes.split()), issuer=issuer, nonce="", at=at)


def exchange_code(
    client: OidcClient, *, code: str, redirect_uri: str, verifier: str, issuer: str, at: datetime
) -> Given:
    """Tokens for a code. What it writes before it refuses stays written: used up is used up."""
    token, grant = _locked(CODE, code, client)
    _use_up(token, grant, at=at)
    if redirect_uri != token.data["redirect_uri"]:
        end_grant(grant, why="redirect_uri", at=at)
        raise Refused("invalid_grant", "redirect_uri is not the one that the code was asked with")
    if not pkce.matches(verifier, token.data["challenge"]):
        end_grant(grant, why="pkce", at=at)
        raise Refused("invalid_grant", "code_verifier does not match")
    scopes = tuple(grant.scopes.split())
    return _give(grant, client, scopes=scopes, issuer=issuer, nonce=token.data["nonce"], at=at)


def refresh_tokens(
    client: OidcClient, *, refresh: str, scopes: tuple[str, ...] | None, issuer: str, at: datetime
) -> Given:
    """New tokens for a refresh token, which is used up by that. `scopes`: fewer than were allowed."""
    token, grant = _locked(REFRESH, refresh, client)
    had = tuple(grant.scopes.split())
    if scopes is not None and not set(scopes) <= set(had):
        raise Refused("invalid_scope", "scope is wider than what was allowed")
    _use_up(token, grant, at=at)
    return _give(grant, client, scopes=scopes or had, issuer=issuer, nonce="", at=at)


@transaction.atomic
def machine_token(client: OidcClient, *, scopes: tuple[str, ...] | None, issuer: str, at: datetime) -> Given:
    """A token for a program that asks in its own name (RFC 6749 4.4), within the grants of its service account.

    Nothing is kept of it: it is good at the broker only, and to its end.
    """
    had = tuple(client.machine_scopes.split())
    wanted = had if scopes is None else tuple(scope for scope in had if scope in scopes)
    if not wanted or (scopes is not None and set(wanted) != set(scopes)):
        raise Refused("invalid_scope", "this client was not allowed that scope in its own name")
    service = client.service.pk if client.service else ""
    paths = broker_paths(f"service:{service}", wanted, tenant=client.tenant, at=at)
    if paths is not None and not paths:
        raise Refused("invalid_scope", "its service account has ended, or holds no right for that scope")
    ends = at + oidc_scope.ACCESS_LIFE
    access = access_jwt(
        client=client, subject=client.pk, scopes=wanted, paths=paths, issuer=issuer, at=at, ends=ends
    )
    client.last_used_at = at
    client.save(update_fields=["last_used_at"])
    seconds = int(oidc_scope.ACCESS_LIFE.total_seconds())
    return Given(access=access, seconds=seconds, refresh="", id_token="", scopes=wanted)


@transaction.atomic
def revoke_token(client: OidcClient, *, value: str, at: datetime) -> None:
    """A client hands a token back (RFC 7009); with a refresh token the family ends. Unknown ones are no error."""
    found = Token.objects.filter(hash=hash_of(value), client_id=client.pk, type__in=[ACCESS, REFRESH]).first()
    if found is None:
        return
    if found.type == REFRESH:
        end_grant(OidcGrant.objects.select_for_update().get(pk=found.data["grant"]), why="client", at=at)
    else:
        found.delete()
