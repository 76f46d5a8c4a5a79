# SPDX-License-Identifier: Apache-2.0
"""The states of a signed document: what may follow what, and for which published reasons."""

from __future__ import annotations

VALID, REVOKED, REPLACED = "valid", "revoked", "replaced"
NEXT: dict[str, frozenset[str]] = {
    VALID: frozenset({REVOKED, REPLACED}),
    REVOKED: frozenset(),
    REPLACED: frozenset(),
}
"""What is withdrawn stays so: whoever saw the withdrawal must not be wrong tomorrow. A new document is signed instead."""
REASONS = ("error", "withdrawn", "expired", "key", "court", "other")
"""Published reasons of a revocation; their words are messages."""


def may_become(state: str, after: str) -> bool:
    return after in NEXT.get(state, frozenset())
