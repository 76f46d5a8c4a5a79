# SPDX-License-Identifier: Apache-2.0
"""The credential that the city issues as a sample, and how wallets are asked for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

RESIDENCE = "residence_confirmation"
CLAIMS: dict[str, tuple[str, str]] = {
    "full_name": ("Họ và tên", "Full name"),
    "birth_date": ("Ngày sinh", "Date of birth"),
    "residence": ("Nơi thường trú", "Place of residence"),
    "ward": ("Phường, xã", "Ward"),
}
"""Claims of the sample with their names for people: Vietnamese, English."""
NAME = ("Giấy xác nhận cư trú (mẫu thử)", "Confirmation of residence (sample)")
LASTS = timedelta(days=180)
OFFER_LASTS = timedelta(hours=24)
TOKEN_LASTS = timedelta(minutes=5)
NONCE_LASTS = 300
REQUEST_LASTS = timedelta(minutes=10)
MOST_TRIES = 5
PRE_AUTHORISED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"


def issuer(base: str) -> str:
    return f"{base}/credentials"


def vct(base: str) -> str:
    return f"{base}/credentials/types/residence"


def _shown(names: tuple[str, str]) -> list[dict[str, str]]:
    return [{"name": names[0], "locale": "vi"}, {"name": names[1], "locale": "en"}]


def issuer_metadata(base: str) -> dict[str, Any]:
    """OpenID4VCI 1.0, 12.2."""
    me = issuer(base)
    return {
        "credential_issuer": me,
        "credential_endpoint": f"{me}/credential",
        "nonce_endpoint": f"{me}/nonce",
        "display": [{"name": "Dothi", "locale": "vi"}],
        "credential_configurations_supported": {
            RESIDENCE: {
                "format": "dc+sd-jwt",
                "vct": vct(base),
                "scope": RESIDENCE,
                "cryptographic_binding_methods_supported": ["jwk"],
                "credential_signing_alg_values_supported": ["ES256"],
                "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": ["ES256"]}},
                "credential_metadata": {
                    "display": _shown(NAME),
                    "claims": [{"path": [name], "display": _shown(shown)} for name, shown in CLAIMS.items()],
                },
            }
        },
    }


def server_metadata(base: str) -> dict[str, Any]:
    """RFC 8414, for the pre-authorised code."""
    me = issuer(base)
    return {
        "issuer": me,
        "token_endpoint": f"{me}/token",
        "grant_types_supported": [PRE_AUTHORISED],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": ["none"],
        "pre-authorized_grant_anonymous_access_supported": True,
    }


def type_metadata(base: str) -> dict[str, Any]:
    return {
        "vct": vct(base),
        "name": NAME[1],
        "display": [{"locale": "vi", "name": NAME[0]}, {"locale": "en", "name": NAME[1]}],
        "claims": [{"path": [name], "sd": "always"} for name in CLAIMS],
    }


def offer(base: str, code: str) -> dict[str, Any]:
    """OpenID4VCI 1.0, 4.1."""
    return {
        "credential_issuer": issuer(base),
        "credential_configuration_ids": [RESIDENCE],
        "grants": {
            PRE_AUTHORISED: {"pre-authorized_code": code, "tx_code": {"input_mode": "numeric", "length": 6}}
        },
    }


def query(base: str, claims: list[str]) -> dict[str, Any]:
    """DCQL (OpenID4VP 1.0, 6): the sample credential with these claims."""
    return {
        "credentials": [
            {
                "id": "residence",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": [vct(base)]},
                "claims": [{"path": [name]} for name in claims],
            }
        ]
    }


def asked(dcql: dict[str, Any]) -> list[str]:
    """The names of the claims of a query of ours."""
    return [claim["path"][0] for claim in dcql["credentials"][0]["claims"]]
