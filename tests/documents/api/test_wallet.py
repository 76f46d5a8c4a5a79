# SPDX-License-Identifier: Apache-2.0
"""A wallet fetches a credential and shows it; whatever is tampered with, replayed or revoked is refused."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.documents.wallet import Wallet, b64, unb64

from dothi.documents.actions import credential, presentation
from dothi.documents.core import sd_jwt, status_bits
from dothi.documents.errors import RefusedForm
from dothi.documents.models import CredentialOffer, IssuedCredential, PresentationRequest, Tries
from dothi.documents.queries.credential import shown_claims

pytestmark = pytest.mark.django_db
CLAIMS = {
    "full_name": "Nguyễn Thị Ước",
    "birth_date": "1960-02-03",
    "residence": "12 Lê Lợi",
    "ward": "Chợ Cũ",
}


@pytest.fixture
def offered(db: None) -> tuple[dict[str, Any], str]:
    _, offer, tx_code = credential.offer_credential(claims=CLAIMS)
    return offer, tx_code


@pytest.fixture
def wallet(offered: tuple[dict[str, Any], str]) -> Wallet:
    made = Wallet()
    made.fetch(*offered)
    return made


def ask(**more: Any) -> PresentationRequest:
    return presentation.ask(claims=["full_name", "ward"], purpose="Nhận kết quả", **more)


@pytest.mark.parametrize("mode", presentation.MODES)
def test_claims_are_shown_and_no_others_when_a_wallet_is_asked(wallet: Wallet, mode: str) -> None:
    row = ask(mode=mode)
    question = wallet.question(row.pk)

    answer = wallet.answer(question, wallet.present(question))

    kept = PresentationRequest.objects.get(pk=row.pk)
    assert (answer.status_code, kept.state) == (200, "shown")
    assert shown_claims(kept) == {"full_name": "Nguyễn Thị Ước", "ward": "Chợ Cũ"}
    assert "Ước".encode() not in bytes(kept.result or b"")


def test_credential_is_bound_and_has_a_place_in_the_list_when_issued(wallet: Wallet) -> None:
    body = json.loads(unb64(wallet.credential.split(".")[1]))
    head = jwt.get_unverified_header(wallet.credential.split("~")[0])
    issued = IssuedCredential.objects.get()

    assert (head["typ"], head["alg"], body["_sd_alg"]) == ("dc+sd-jwt", "ES256", "sha-256")
    assert body["status"]["status_list"]["idx"] == issued.index
    assert len(body["_sd"]) == 4
    assert set(wallet.claims()) == set(CLAIMS)
    assert "Ước" not in json.dumps(body, ensure_ascii=False)
    assert CredentialOffer.objects.get().claims is None


def test_code_gives_one_token_when_used_twice(offered: tuple[dict[str, Any], str]) -> None:
    answers = [Wallet().token(*offered) for _ in range(2)]

    assert [one.status_code for one in answers] == [200, 400]
    assert answers[1].json()["error"] == "invalid_grant"


def test_offer_is_over_when_the_number_is_wrong_five_times(offered: tuple[dict[str, Any], str]) -> None:
    offer, right = offered
    wrong = "000000" if right != "000000" else "111111"

    answers = [Wallet().token(offer, one).status_code for one in (*[wrong] * 5, right)]

    assert answers == [400] * 6
    assert (CredentialOffer.objects.get().state, CredentialOffer.objects.get().claims) == ("ended", None)


@pytest.mark.parametrize("more", [{"grant_type": "password"}, {"tx_code": ""}, {"pre-authorized_code": "x"}])
def test_token_is_refused_when_the_request_is_not_right(
    offered: tuple[dict[str, Any], str], more: dict[str, str]
) -> None:
    offer, tx_code = offered
    sent = {key: value for key, value in more.items() if key != "tx_code"}

    answer = Wallet().token(offer, more.get("tx_code", tx_code), **sent)

    assert answer.status_code == 400
    assert answer.json()["error"] in {"unsupported_grant_type", "invalid_request", "invalid_grant"}


OTHER = ec.generate_private_key(ec.SECP256R1())


@pytest.mark.parametrize(
    "changes",
    [
        {"body": {"aud": "https://other.example"}},
        {"body": {"iat": int(time.time()) - 4000}},
        {"body": {"iat": int(time.time()) + 4000}},
        {"body": {"nonce": "made up"}},
        {"body": {"nonce": 7}},
        {"head": {"typ": "JWT"}},
        {"head": {"jwk": {"kty": "EC"}}},
        {"key": OTHER},
    ],
)
def test_credential_is_not_issued_when_the_proof_is_wrong(
    offered: tuple[dict[str, Any], str], changes: dict[str, Any]
) -> None:
    wallet, (offer, tx_code) = Wallet(), offered
    token = wallet.token(offer, tx_code).json()["access_token"]

    answer = wallet.ask(
        offer["credential_issuer"], token, wallet.proof(offer["credential_issuer"], wallet.nonce(), **changes)
    )

    assert answer.status_code == 400
    assert answer.json()["error"] in {"invalid_proof", "invalid_nonce"}
    assert IssuedCredential.objects.count() == 0


def test_credential_is_issued_once_when_token_nonce_and_proof_are_replayed(
    offered: tuple[dict[str, Any], str],
) -> None:
    wallet, (offer, tx_code) = Wallet(), offered
    issuer, token = offer["credential_issuer"], wallet.token(offer, tx_code).json()["access_token"]
    proof = wallet.proof(issuer, wallet.nonce())

    codes = [wallet.ask(issuer, token, proof).status_code for _ in range(2)]
    nonce = json.loads(unb64(proof.split(".")[1]))["nonce"]
    _, again, number = credential.offer_credential(claims=CLAIMS)
    other = wallet.token(again, number).json()["access_token"]
    replayed = wallet.ask(issuer, other, wallet.proof(issuer, nonce))

    assert codes == [200, 401]
    assert replayed.json()["error"] == "invalid_nonce"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"[" * 50_000, b'{"proofs": 7}', b'{"proofs": {"jwt": []}}']
)
def test_nonsense_is_refused_in_the_protocols_words_when_sent(
    offered: tuple[dict[str, Any], str], body: bytes
) -> None:
    wallet = Wallet()
    token = wallet.token(*offered).json()["access_token"]

    answer = wallet.http.post(
        "/credentials/credential",
        body,
        content_type="application/json",
        headers={"authorization": f"Bearer {token}"},
    )

    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "error_description"}


def altered(wallet: Wallet, name: str, value: str) -> str:
    parts = json.loads(unb64(wallet.claims()[name]))
    return b64(json.dumps([parts[0], parts[1], value]).encode())


def own_signature(wallet: Wallet, **changes: Any) -> str:
    """The credential signed anew by the holder himself."""
    head, body, _ = wallet.credential.split("~")[0].split(".")
    claims = {**json.loads(unb64(body)), **changes}
    return jwt.encode(claims, OTHER, algorithm="ES256", headers=json.loads(unb64(head)))


def unsigned(wallet: Wallet) -> str:
    _, body, _ = wallet.credential.split("~")[0].split(".")
    head = {**jwt.get_unverified_header(wallet.credential.split("~")[0]), "alg": "none"}
    return f"{b64(json.dumps(head).encode())}.{body}."


TRICKS: dict[str, Callable[[Wallet, dict[str, Any]], str]] = {
    "a claim altered": lambda w, q: w.present(
        q, disclosures=[altered(w, "full_name", "Ai đó"), w.claims()["ward"]]
    ),
    "a claim held back": lambda w, q: w.present(q, disclosures=[w.claims()["ward"]]),
    "a claim shown twice": lambda w, q: w.present(
        q, disclosures=[*[w.claims()["full_name"]] * 2, w.claims()["ward"]]
    ),
    "a claim made up": lambda w, q: w.present(
        q, disclosures=[*w.claims().values(), b64(json.dumps(["x", "admin", True]).encode())]
    ),
    "another key's signature": lambda w, q: w.present(q, signed=own_signature(w)),
    "another person's key in it": lambda w, q: w.present(q, signed=own_signature(w, cnf={"jwk": {}})),
    "no signature": lambda w, q: w.present(q, signed=unsigned(w)),
    "another holder's key": lambda w, q: w.present(q, key=OTHER),
    "a wrong nonce": lambda w, q: w.present(q, body={"nonce": "other"}),
    "a wrong audience": lambda w, q: w.present(q, body={"aud": "x509_hash:other"}),
    "an old binding": lambda w, q: w.present(q, body={"iat": int(time.time()) - 4000}),
    "a binding to other claims": lambda w, q: w.present(q, body={"sd_hash": "x"}),
    "a binding of another type": lambda w, q: w.present(q, head={"typ": "JWT"}),
    "no binding": lambda w, _: w.credential,
    "nothing": lambda *_: "",
    "nonsense": lambda *_: "~" * 500 + "x",
    "letters that are none": lambda *_: "ề" * 50,
    "a bomb of disclosures": lambda w, q: w.present(q, disclosures=["e30"] * 200),
}


@pytest.mark.parametrize("trick", TRICKS)
def test_presentation_is_refused_when_it_is_a_trick(wallet: Wallet, trick: str) -> None:
    row = ask()
    question = wallet.question(row.pk)

    answer = wallet.answer(question, TRICKS[trick](wallet, question))

    kept = PresentationRequest.objects.get(pk=row.pk)
    assert (answer.status_code, kept.state, kept.result) == (400, "refused", None)
    assert kept.why


def test_presentation_is_refused_when_the_credential_is_revoked(wallet: Wallet) -> None:
    credential.revoke_credential(credential=IssuedCredential.objects.get(), reason="error")
    row = ask()
    question = wallet.question(row.pk)

    answer = wallet.answer(question, wallet.present(question))

    assert (answer.status_code, PresentationRequest.objects.get(pk=row.pk).why) == (400, "revoked")


def test_presentation_is_refused_when_it_was_made_for_another_question(wallet: Wallet) -> None:
    first, second = ask(), ask()
    presented = wallet.present(wallet.question(first.pk))

    answer = wallet.answer(wallet.question(second.pk), presented)

    assert (answer.status_code, PresentationRequest.objects.get(pk=second.pk).why) == (400, "nonce")


def test_question_is_answered_once_when_replayed(wallet: Wallet) -> None:
    row = ask()
    question = wallet.question(row.pk)
    presented = wallet.present(question)

    assert [wallet.answer(question, presented).status_code for _ in range(2)] == [200, 400]
    assert wallet.http.get(f"/credentials/request/{row.pk}").status_code == 400


@pytest.mark.parametrize(
    "response", ["", "a.b.c.d.e", "....", "e30..e30.e30.e30", base64.b64encode(b"x" * 99).decode()]
)
def test_encrypted_answer_is_refused_when_it_was_not_made_for_this_question(
    wallet: Wallet, response: str
) -> None:
    row = ask(mode="direct_post.jwt")

    answer = wallet.http.post(f"/credentials/response/{row.pk}", {"response": response})

    assert (answer.status_code, PresentationRequest.objects.get(pk=row.pk).state) == (400, "refused")


def test_status_list_tells_who_is_revoked_when_read_as_any_verifier_does(wallet: Wallet) -> None:
    issued = IssuedCredential.objects.get()
    keys = wallet.http.get("/.well-known/jwt-vc-issuer/credentials").json()["jwks"]
    before, after = [], []
    for found in (before, after):
        token = wallet.http.get("/credentials/status/1").content.decode()
        head = jwt.get_unverified_header(token)
        body = jwt.decode(token, jwt.PyJWKSet.from_dict(keys)[head["kid"]], algorithms=["ES256"])
        found += [head["typ"], status_bits.is_set(body["status_list"]["lst"], issued.index)]
        credential.revoke_credential(credential=issued, reason="error")

    assert (before, after) == (["statuslist+jwt", False], ["statuslist+jwt", True])


@pytest.mark.parametrize("index", [-1, status_bits.SIZE, 10**12])
def test_place_is_refused_when_the_list_has_none(index: int) -> None:
    with pytest.raises(sd_jwt.BadCredential):
        status_bits.is_set(status_bits.packed([]), index)


def test_offer_is_not_made_when_a_claim_is_missing(db: None) -> None:
    with pytest.raises(RefusedForm):
        credential.offer_credential(claims={**CLAIMS, "ward": " "})


def test_wallets_are_slowed_down_when_they_ask_too_often(db: None) -> None:
    wallet = Wallet()
    wallet.nonce()
    Tries.objects.update(count=1000)

    assert wallet.http.post("/credentials/nonce").status_code == 429
