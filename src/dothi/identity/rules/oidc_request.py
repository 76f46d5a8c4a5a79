# SPDX-License-Identifier: Apache-2.0
"""What an authorization request must be (OpenID Connect Core 3.1.2.1, RFC 9700): code with PKCE, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dothi.identity.rules import oidc_scope, pkce

PROMPTS = frozenset({"none", "login", "consent", "select_account"})
LONGEST = 2048
PREFIX = "urn:ietf:params:oauth:request_uri:"
"""What handles of pushed requests begin with (RFC 9126 2.2)."""
_STATE = re.compile(r"[\x20-\x7e]*")


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What is known of the client that asks. `scopes`: those it was given."""

    id: str
    redirect_uris: tuple[str, ...]
    scopes: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A request that can be answered."""

    client: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    nonce: str
    challenge: str
    prompt: frozenset[str]
    max_age: int | None
    acr_values: tuple[str, ...]


class Unusable(Exception):
    """The request is refused: `error` in the words of the standard, `why` for the developer of the client."""

    def __init__(self, error: str, why: str) -> None:
        super().__init__(why)
        self.error = error
        self.why = why


def one_of_each(given: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Parameters by name; a name that stands twice is refused (RFC 6749 3.1)."""
    twice = sorted(name for name, values in given.items() if len(values) > 1)
    if twice:
        raise Unusable("invalid_request", f"{twice[0][:40]} stands more than once")
    return {name: values[0] for name, values in given.items() if values and values[0] != ""}


def redirect_of(given: Mapping[str, Sequence[str]], client: Asking) -> str | None:
    """Where an answer may go: an address equal, letter for letter, to one that the client has; None for nowhere."""
    named = given.get("redirect_uri", ())
    return named[0] if len(named) == 1 and named[0] in client.redirect_uris else None


def _max_age(text: str | None) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Unusable("invalid_request", "max_age is no number of seconds")
    return int(text)


def _prompt(text: str) -> frozenset[str]:
    prompt = frozenset(text.split())
    if not prompt <= PROMPTS:
        raise Unusable("invalid_request", "prompt holds an unknown word")
    if "none" in prompt and len(prompt) > 1:
        raise Unusable("invalid_request", "prompt=none stands alone")
    return prompt


def _refuse_what_is_not_offered(given: Mapping[str, str]) -> None:
    for name, error in (
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
    ):
        if name in given:
            raise Unusable(error, f"{name} is not supported here")
    if given.get("response_type") != "code":
        missing = "response_type" not in given
        raise Unusable(
            "invalid_request" if missing else "unsupported_response_type", "response_type is code, only"
        )
    if given.get("response_mode", "query") != "query":
        raise Unusable("invalid_request", "response_mode is query, only")


def _challenge(given: Mapping[str, str]) -> str:
    challenge = given.get("code_challenge", "")
    if not challenge:
        raise Unusable("invalid_request", "code_challenge is missing: PKCE is required of every client")
    if given.get("code_challenge_method") != "S256":
        raise Unusable("invalid_request", "code_challenge_method is S256, only")
    if not pkce.is_challenge(challenge):
        raise Unusable("invalid_request", "code_challenge is no SHA-256 in base64url")
    return challenge


def _scopes(text: str, client: Asking) -> tuple[str, ...]:
    asked = text.split()
    if "openid" not in asked:
        raise Unusable("invalid_scope", "scope holds openid")
    wrong = sorted(set(asked) - client.scopes)
    if wrong:
        raise Unusable("invalid_scope", f"this client may not ask for {wrong[0][:40]}")
    return oidc_scope.ordered(asked)


def read(given: Mapping[str, Sequence[str]], client: Asking) -> Wanted:
    """The request, understood; Unusable when it cannot be answered."""
    known = one_of_each(given)
    _refuse_what_is_not_offered(known)
    redirect_uri = redirect_of(given, client)
    if redirect_uri is None:
        raise Unusable("invalid_request", "redirect_uri is not one of this client's")
    state, nonce = known.get("state", ""), known.get("nonce", "")
    if max(len(state), len(nonce)) > LONGEST or not _STATE.fullmatch(state) or not _STATE.fullmatch(nonce):
        raise Unusable("invalid_request", "state and nonce are up to 2048 printable characters")
    return Wanted(
        client=client.id,
        redirect_uri=redirect_uri,
        scopes=_scopes(known.get("scope", ""), client),
        state=state,
        nonce=nonce,
        challenge=_challenge(known),
        prompt=_prompt(known.get("prompt", "")),
        max_age=_max_age(known.get("max_age")),
        acr_values=tuple(known.get("acr_values", "").split()[:10]),
    )
