# SPDX-License-Identifier: Apache-2.0
"""Every address has an authentication decision, and the public ones are listed here."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from dothi.broker.api.routes import ROUTES
from dothi.identity.door import decision_of

PUBLIC = {
    "home",
    "connect",
    "language",
    "theme",
    "sign_in",
    "sign_out",
    "first",
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
}
"""Pages that anybody may see; adding one is a decision."""
OPERATIONS = {"read", "write"}


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
