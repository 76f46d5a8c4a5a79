# SPDX-License-Identifier: Apache-2.0
"""Every address has an authentication decision, and the public ones are listed here."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from dothi.broker.api.routes import ROUTES
from dothi.foundation import messages
from dothi.identity.door import Granted, decision_of, permissions_of
from dothi.identity.queries.position import built_in, permissions

PUBLIC = {
    "home",
    "connect",
    "method",
    "language",
    "theme",
    "sign_in",
    "sign_out",
    "first",
    "invited",
    "sign_in_passkey",
    "sign_in_passkey_options",
    "mfa_authenticate",
    "second_options",
    "passkey_first",
    "passkey_first_options",
    "sign_up",
    "sign_up_link",
    "reset",
    "reset_link",
    "recover",
    "recover_passkey",
    "recover_options",
    "oidc_discovery",
    "oauth_discovery",
    "oidc_jwks",
    "oidc_authorize",
    "oidc_resume",
    "oidc_consent",
    "oidc_token",
    "oidc_par",
    "oidc_revoke",
    "oidc_device",
    "oidc_userinfo",
    "oidc_logout",
    "oidc_leave",
    "device",
    "upstream_ways",
    "upstream_out",
    "upstream_back",
    "ledger_checkpoint",
    "ledger_keys",
    "ledger_inclusion",
    "ledger_consistency",
    "ledger_cosignatures",
    "privacy",
    "privacy_ask",
    "privacy_ask_step",
    "privacy_follow",
    "privacy_case",
    "privacy_case_act",
    "privacy_prove",
    "privacy_register",
    "privacy_register_json",
    "privacy_register_csv",
    # Open to every role; each asks for a sign-in itself and shows only the asker's own.
    "privacy_export",
    "privacy_export_take",
    "privacy_looked",
    "privacy_consents",
    "privacy_consent",
    "credential_issuer",
    "credential_server",
    "credential_keys",
    "credential_type",
    "credential_status",
    "credential_token",
    "credential_nonce",
    "credential_issue",
    "credential_request",
    "credential_response",
    "verify",
    "verify_keys",
    "verify_list",
    "verify_worker",
    "verify_result",
    "verify_document",
    "verify_short",
}
"""Pages that anybody may see; adding one is a decision."""
OPERATIONS = {"read", "write"}
ONLY_ADMINISTRATORS = ["documents.manage", "identity.clients", "identity.upstreams", "places.manage"]
"""Permissions that no other position of the product holds; a locality may make one that does."""


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, address)
        else:
            yield address, entry


def test_every_page_has_an_authentication_decision_when_it_has_an_address() -> None:
    undecided = [address for address, page in _patterns(get_resolver()) if decision_of(page.callback) is None]

    assert undecided == []


def test_public_pages_are_those_listed_when_all_are_walked() -> None:
    public = {page.name for _, page in _patterns(get_resolver()) if decision_of(page.callback) == "public"}

    assert public - PUBLIC == set()


def test_every_permission_that_a_page_asks_for_exists_and_is_held_by_a_position_when_walked() -> None:
    asked = {p for _, page in _patterns(get_resolver()) for p in permissions_of(page.callback)}
    positions = [known for code, known in built_in().items() if code != "administrator"]
    given = {
        p
        for p in asked
        if any(Granted(permission=held, via="").names(p) for k in positions for held in k.permissions)
    }

    assert sorted(asked - set(permissions())) == []
    assert sorted(asked - given) == ONLY_ADMINISTRATORS


def test_every_position_allows_only_what_exists_when_it_comes_with_the_product() -> None:
    every = permissions()
    unknown = [
        (code, held)
        for code, known in built_in().items()
        for held in known.permissions
        if not any(Granted(permission=held, via="").names(p) for p in every)
    ]

    assert unknown == []
    assert [code for code in built_in() if f"identity.position.{code}" not in messages.catalogue()] == []


def test_every_address_of_the_broker_names_its_operation_when_routed() -> None:
    assert [route.path for route in ROUTES if route.operation not in OPERATIONS] == []


def test_reading_needs_only_the_right_to_read_when_it_changes_nothing() -> None:
    wrong = [
        (route.path, route.method)
        for route in ROUTES
        if (route.operation == "read") != _only_reads(route.path, route.method)
    ]

    assert wrong == []


def _only_reads(path: str, method: str) -> bool:
    return method == "GET" or path.endswith("entityOperations/query")
