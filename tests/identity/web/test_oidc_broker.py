# SPDX-License-Identifier: Apache-2.0
"""A program reads the broker in a person's name: no further than the person may, and only while it may."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from tests.conftest import as_role
from tests.identity.authlib_client import Authlib
from tests.identity.relying import Browser, City, Rp, came_back
from tests.pages import PASSWORD

from dothi.broker.api.app import PREFIX, build
from dothi.broker.door import Broker, Write
from dothi.cityhall.access_tokens import AccessTokens
from dothi.cityhall.token_keys import TokenKeys
from dothi.cityhall.verifier import Callers
from dothi.foundation.settings import Settings

pytestmark = pytest.mark.slow

LAMP = "https://uri.etsi.org/ngsi-ld/default-context/Lamp"
LAMPS = {"urn:ngsi-ld:Lamp:a": "/46/a", "urn:ngsi-ld:Lamp:b": "/46/b", "urn:ngsi-ld:Lamp:city": "/46"}
BEGIN = """
import django; django.setup()
from datetime import date
from django.db import connection, transaction
from dothi.identity.actions.grant import give_grant
from dothi.identity.door import give_post
from dothi.identity.models import Account
from dothi.places import door as places
with transaction.atomic():
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('dothi.tenant', '', true)")
    city = {"kind": "Thành phố", "valid_from": date(2000, 1, 1)}
    places.put_units(units=[
        places.NewUnit(id="46", name="Huế", code="46", **city),
        places.NewUnit(id="a", kind="Phường", name="Thuận Hóa", parent="46", code="19753"),
        places.NewUnit(id="b", kind="Phường", name="Phú Xuân", parent="46", code="19774"),
    ])
    for login, position, unit in (
        ("binh", "ward_officer", "a"), ("em", "auditor", ""), ("giang", "counter_officer", "a"), ("hoa", "", "")
    ):
        one = Account(id=f"acc_{login}", name=login.title(), login=login, role="staff")
        one.set_password(%r)
        one.save()
        if position:
            give_post(account=one, position=position, unit=unit, since=date(2026, 1, 1))
    give_grant(subject="account:acc_hoa", permission="operations.see", unit="46", subtree=False)
"""


@pytest.fixture(scope="module")
def wards(city: City) -> City:
    """The city with two wards, their officers, and a lamp in each."""
    city.run(BEGIN % PASSWORD)
    lamps = [
        Write(verb="upsert_replace", id=name, types=[LAMP], scopes=[scope], attrs={})
        for name, scope in LAMPS.items()
    ]

    async def put() -> None:
        broker = await Broker.open(as_role(city.database, "dothi_writer"))
        await broker.write(lamps)
        await broker.close()

    asyncio.run(put())
    return city


@pytest.fixture(scope="module")
def rp(wards: City) -> Rp:
    return wards.add_client(name="Bản đồ đèn", scope=["profile", "broker.read", "offline_access"])


@pytest.fixture(scope="module")
def binh(wards: City) -> Browser:
    return wards.officer("binh")


@pytest.fixture(scope="module")
def em(wards: City) -> Browser:
    return wards.officer("em")


@pytest.fixture
def read(wards: City, tmp_path: Path) -> Any:
    """Reads a broker of the city's: (status, lamps that are there)."""

    def asked(*tokens: str, method: str = "GET", path: str = "/entities?type=Lamp") -> list[Any]:
        async def whole() -> list[Any]:
            broker = await Broker.open(as_role(wards.database, "dothi_writer"))
            found = AccessTokens(
                issuer=wards.url, audience=f"{wards.url}/ngsi-ld", find=TokenKeys(broker.pool).find
            )
            callers = Callers(broker, "secret", found.verify)
            app = build(broker, callers.principal, Settings(data_dir=str(tmp_path)))
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url=f"http://city{PREFIX}") as client:
                answers = [
                    await client.request(method, path, headers={"Authorization": f"Bearer {token}"})
                    for token in tokens
                ]
            await broker.close()
            return [_seen(answer) for answer in answers]

        return asyncio.run(whole())

    return asked


def _seen(answer: httpx.Response) -> Any:
    if answer.status_code != 200:
        return answer.status_code
    return sorted(one["id"].rpartition(":")[2] for one in answer.json())


def tokens(rp: Rp, browser: Browser, *scopes: str) -> dict[str, Any]:
    answer = rp.exchange(rp.code(browser, scopes=scopes))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_authlib_reads_its_ward_only_when_an_officer_of_it_agreed(rp: Rp, binh: Browser, read: Any) -> None:
    authlib = Authlib(rp, scope="openid broker.read")
    page = binh.http.get(authlib.begin())

    visit = page.text.split('name="visit" value="')[1].split('"')[0]
    back = binh.post("/oidc/consent", {"visit": visit, "decision": "allow", "scope": ["broker.read"]})
    found = authlib.end(back.headers["location"])

    assert "Xem số liệu của thành phố trong phạm vi Ông/Bà được xem" in page.text
    assert found["scope"] == "openid broker.read"
    assert read(found["access_token"]) == [["a"]]


def test_access_token_says_what_the_standard_asks_when_it_is_for_the_broker(rp: Rp, binh: Browser) -> None:
    found = tokens(rp, binh, "profile", "broker.read")

    published = {key["kid"]: key for key in httpx.get(f"{rp.city.url}/oidc/jwks").json()["keys"]}
    header = jwt.get_unverified_header(found["access_token"])
    claims = jwt.decode(
        found["access_token"],
        jwt.PyJWK(published[header["kid"]], "ES256"),
        algorithms=["ES256"],
        audience=f"{rp.city.url}/ngsi-ld",
        issuer=rp.city.url,
    )
    subject = rp.claims(found["id_token"])["sub"]
    jti = claims.pop("jti")
    begun = claims.pop("iat")
    assert (header["alg"], header["typ"], set(header)) == ("ES256", "at+jwt", {"alg", "typ", "kid"})
    assert claims == {
        "iss": rp.city.url,
        "aud": f"{rp.city.url}/ngsi-ld",
        "sub": subject,
        "client_id": rp.id,
        "scope": "openid profile broker.read",
        "exp": begun + 600,
        "tenant": "",
        "scopes": ["/46/a"],
    }
    assert (len(jti) > 20, abs(begun - time.time()) < 60) == (True, True)
    assert found["expires_in"] == 600
    assert rp.userinfo(found["access_token"]).json() == {"sub": subject, "name": "Binh"}
    stored = rp.city.sql("SELECT data::text, hash FROM allauth_idp_oidc_token")
    assert not [row for row in stored if found["access_token"] in "".join(row)]


def test_whole_city_is_read_when_the_person_may_see_it(rp: Rp, em: Browser, read: Any) -> None:
    found = tokens(rp, em, "broker.read")

    claims = jwt.decode(found["access_token"], options={"verify_signature": False})
    assert "scopes" not in claims
    assert read(found["access_token"]) == [["a", "b", "city"]]


@pytest.mark.parametrize("login", ["giang", "hoa"])
def test_person_is_not_asked_when_they_may_not_see_it_themselves(wards: City, rp: Rp, login: str) -> None:
    """Hoa may see what belongs to the city as a whole and not its wards, which no scope path can say."""
    officer = wards.officer(login)

    answers = [
        came_back(rp.ask(officer, scope="openid broker.read", **more)) for more in ({}, {"prompt": "none"})
    ]

    assert [answer["error"] for answer in answers] == ["access_denied", "access_denied"]
    assert all("broker.read" in answer["error_description"] for answer in answers)
    assert rp.ask(officer, scope="openid profile").status_code == 200


def test_residents_are_not_asked_when_a_program_wants_to_read(wards: City, rp: Rp) -> None:
    answer = came_back(rp.ask(wards.browser("an"), scope="openid broker.read"))

    assert (answer["error"], answer["iss"]) == ("access_denied", wards.url)


@pytest.mark.parametrize("scope", ["openid broker.write", "openid broker.ingest", "openid broker.*"])
def test_request_is_refused_when_people_cannot_give_that(rp: Rp, binh: Browser, scope: str) -> None:
    assert came_back(rp.ask(binh, scope=scope))["error"] == "invalid_scope"


def test_request_is_refused_when_the_client_was_not_allowed_to_read(wards: City, binh: Browser) -> None:
    other = wards.add_client(name="Chỉ biết tên", scope=["profile"])

    assert came_back(other.ask(binh, scope="openid broker.read"))["error"] == "invalid_scope"
    assert other.call("/oidc/par", **other.parameters(scope="openid broker.read")).json()["error"] == (
        "invalid_scope"
    )


def test_broker_stays_shut_when_the_token_is_not_one_for_it(rp: Rp, binh: Browser, read: Any) -> None:
    without = tokens(rp, binh, "profile")
    given = tokens(rp, binh, "broker.read", "offline_access")
    fewer = rp.refresh(given["refresh_token"], scope="openid").json()

    assert read(
        without["id_token"], without["access_token"], given["id_token"], given["refresh_token"],
        fewer["access_token"], given["access_token"][:-6] + "AAAAAA",
    ) == [401] * 6  # fmt: skip
    assert read(given["access_token"]) == [["a"]]


def test_broker_stays_shut_when_the_token_is_for_another_city(
    rp: Rp, binh: Browser, read: Any, wards: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = tokens(rp, binh, "broker.read")["access_token"]

    monkeypatch.setattr(wards, "url", "https://khac.example")

    assert read(found) == [401]


def test_writing_is_refused_when_a_person_only_gave_reading(rp: Rp, binh: Browser, read: Any) -> None:
    found = tokens(rp, binh, "broker.read")["access_token"]

    assert read(found, method="DELETE", path="/entities/urn:ngsi-ld:Lamp:a") == [403]
    assert read(found) == [["a"]]


def test_broker_stays_shut_when_the_token_has_expired(
    rp: Rp, binh: Browser, read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = tokens(rp, binh, "broker.read")["access_token"]
    later = jwt.decode(found, options={"verify_signature": False})["exp"] + 1

    monkeypatch.setattr("dothi.cityhall.access_tokens.time.time", lambda: later)

    assert read(found) == [401]


def test_rights_of_now_count_when_tokens_are_made_anew(wards: City, rp: Rp, binh: Browser, read: Any) -> None:
    first = tokens(rp, binh, "profile", "broker.read", "offline_access")
    change = (
        "UPDATE identity_post SET unit = %s WHERE account_id = 'acc_binh'",
        "UPDATE identity_rightsedition SET mark = md5(random()::text)",
    )

    found = []
    for unit, position in (("b", "ward_officer"), ("a", "counter_officer"), ("a", "ward_officer")):
        wards.sql(change[0], unit)
        wards.sql("UPDATE identity_post SET position = %s WHERE account_id = 'acc_binh'", position)
        wards.sql(change[1])
        found.append(rp.refresh((found or [first])[-1]["refresh_token"]).json())

    moved, without, again = found
    assert moved["scope"] == again["scope"] == "openid profile broker.read offline_access"
    assert without["scope"] == "openid profile offline_access"
    assert read(moved["access_token"], without["access_token"], again["access_token"]) == [["b"], 401, ["a"]]
    assert rp.userinfo(without["access_token"]).json()["name"] == "Binh"


def test_provider_refuses_at_once_when_the_person_withdraws(rp: Rp, em: Browser, read: Any) -> None:
    """At the broker the token is good to its end: ten minutes at most, as docs/oidc.md says."""
    found = tokens(rp, em, "broker.read", "offline_access")
    page = em.get("/me/consents/").text
    consent = page.split("Bản đồ đèn")[1].split("/me/consents/")[1].split("/")[0]

    em.post(f"/me/consents/{consent}/withdraw/", {})

    assert "Xem số liệu của thành phố" in page
    assert rp.userinfo(found["access_token"]).status_code == 401
    assert rp.refresh(found["refresh_token"]).json()["error"] == "invalid_grant"
    assert read(found["access_token"]) == [["a", "b", "city"]]


def test_provider_refuses_at_once_when_the_token_is_handed_back(rp: Rp, binh: Browser) -> None:
    found = tokens(rp, binh, "broker.read")["access_token"]
    before = rp.userinfo(found).status_code

    rp.call("/oidc/revoke", token=found)

    assert (before, rp.userinfo(found).status_code) == (200, 401)


def test_device_is_given_no_more_when_the_person_may_not_see_it(wards: City, binh: Browser) -> None:
    kiosk = wards.add_client(
        name="Màn hình phường", is_device="yes", place="Sảnh", redirect_uris="", scope=["broker.read"]
    )
    told = []
    for person in (wards.browser("an"), binh):
        asked = kiosk.call("/oidc/device", scope="openid broker.read").json()
        page = person.get("/device/", user_code=asked["user_code"]).text
        person.post("/device/", {"user_code": asked["user_code"], "decision": "allow"})
        given = kiosk.call(
            "/oidc/token",
            grant_type="urn:ietf:params:oauth:grant-type:device_code",
            device_code=asked["device_code"],
        ).json()
        told.append(("Xem số liệu" in page, given["scope"]))

    assert told == [(False, "openid"), (True, "openid broker.read")]


def test_discovery_names_the_scope_when_it_is_read(wards: City) -> None:
    found = httpx.get(f"{wards.url}/.well-known/openid-configuration").json()

    assert found["scopes_supported"] == [
        "openid", "profile", "email", "broker.read", "offline_access", "broker.write", "broker.ingest",
    ]  # fmt: skip
    assert "client_credentials" in found["grant_types_supported"]


def machine(wards: City, **wanted: Any) -> Rp:
    """A client that asks in the name of Giang's program."""
    form = {
        "redirect_uris": "",
        "scope": [],
        "service": "svc_giang",
        "machine_scope": ["broker.read", "broker.write"],
    }
    return wards.add_client(name="Trạm đo", **{**form, **wanted})


def own(rp: Rp, **more: Any) -> httpx.Response:
    return rp.call("/oidc/token", grant_type="client_credentials", **more)


@pytest.fixture(scope="module")
def program(wards: City) -> City:
    """A program that may see the city, and manage the sources of one ward."""
    wards.run(
        "import django; django.setup()\n"
        "from django.db import connection, transaction\n"
        "from dothi.identity.actions.grant import give_grant\n"
        "from dothi.identity.models import Account, ServiceAccount\n"
        "with transaction.atomic():\n"
        "    with connection.cursor() as cursor:\n"
        "        cursor.execute(\"SELECT set_config('dothi.tenant', '', true)\")\n"
        "    owner = Account.objects.get(pk='acc_giang')\n"
        "    ServiceAccount.objects.create(id='svc_giang', name='Trạm đo', purpose='Đo mưa', owner=owner)\n"
        "    give_grant(subject='service:svc_giang', permission='operations.see')\n"
        "    give_grant(subject='service:svc_giang', permission='sources.manage', unit='b')\n"
    )
    return wards


def test_program_reads_and_writes_in_its_own_name_when_it_was_allowed(program: City, read: Any) -> None:
    rp = machine(program)

    reads, both = own(rp, scope="broker.read").json(), own(rp).json()

    claims = jwt.decode(both["access_token"], options={"verify_signature": False})
    assert reads.keys() == both.keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert (reads["scope"], both["scope"]) == ("broker.read", "broker.read broker.write")
    assert (claims["sub"], claims["client_id"], claims["scopes"]) == (rp.id, rp.id, ["/46/b"])
    assert read(reads["access_token"], both["access_token"]) == [["a", "b", "city"], ["b"]]
    delete = {"method": "DELETE", "path": "/entities/urn:ngsi-ld:Lamp:a"}
    assert read(reads["access_token"], **delete) == [403]
    assert read(both["access_token"], **delete)[0] in {403, 404}
    assert read(reads["access_token"]) == [["a", "b", "city"]]
    assert rp.userinfo(both["access_token"]).status_code == 401
    assert rp.call("/oidc/revoke", token=both["access_token"]).status_code == 200


@pytest.mark.parametrize(
    "scope", ["openid", "broker.ingest", "broker.read openid", "broker.read broker.ingest", "broker.*"]
)
def test_program_is_refused_when_it_asks_for_what_it_was_not_allowed(program: City, scope: str) -> None:
    answer = own(machine(program), scope=scope)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_program_is_refused_when_it_does_not_prove_itself(program: City) -> None:
    rp = machine(program)
    rp.secret = "sai"

    assert (own(rp).status_code, own(rp).json()["error"]) == (401, "invalid_client")


def test_client_of_people_is_refused_when_it_asks_in_its_own_name(rp: Rp) -> None:
    answer = own(rp, scope="broker.read")

    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


def test_program_is_refused_when_its_rights_have_ended(program: City) -> None:
    rp = machine(program, machine_scope=["broker.ingest"])
    before = own(rp).status_code

    program.sql("UPDATE identity_serviceaccount SET ended_at = now() WHERE id = 'svc_giang'")
    program.sql("UPDATE identity_rightsedition SET mark = md5(random()::text)")
    after = own(rp)
    program.sql("UPDATE identity_serviceaccount SET ended_at = NULL WHERE id = 'svc_giang'")
    program.sql("UPDATE identity_rightsedition SET mark = md5(random()::text)")

    assert (before, after.status_code, after.json()["error"]) == (200, 400, "invalid_scope")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"service": "svc_nobody"}, "service"),
        ({"service": "svc_\x00"}, "service"),
        ({"service": ""}, "service"),
        ({"auth_method": "none"}, "service"),
        ({"machine_scope": []}, "machine_scopes"),
        ({"machine_scope": ["openid"]}, "machine_scopes"),
        ({"machine_scope": ["broker.read", "broker.*"]}, "machine_scopes"),
    ],
)
def test_form_says_what_is_wrong_when_a_program_is_put_in_badly(
    program: City, wrong: dict[str, Any], field: str
) -> None:
    form = {
        "name": "Trạm đo", "purpose": "Đo mưa cho thành phố", "auth_method": "client_secret_basic",
        "least_acr": "urn:dothi:loa1", "service": "svc_giang", "machine_scope": ["broker.read"],
        "redirect_uris": "https://rp.example/cb",
    } | wrong  # fmt: skip

    answer = program.admin.post("/oidc/clients/add/", form)

    assert (answer.status_code, f'href="#f-{field}"' in answer.text) == (400, True)


def test_ledger_says_in_whose_name_when_a_program_is_let_in(program: City) -> None:
    rp = machine(program)
    program.admin.post(
        f"/oidc/clients/{rp.id}/change/",
        {"name": "Trạm đo", "purpose": "Đo mưa cho thành phố", "least_acr": "urn:dothi:loa1",
         "service": "svc_giang", "machine_scope": ["broker.read"]},
    )  # fmt: skip

    page = program.admin.get(f"/oidc/clients/{rp.id}/").text
    noted = program.sql(
        "SELECT body::jsonb -> 'details' ->> 'service', body::jsonb -> 'details' ->> 'machine_scopes'"
        " FROM ledger.record WHERE object = %s ORDER BY id",
        f"client:{rp.id}",
    )

    assert noted == [
        ("service:svc_giang", "broker.read broker.write"),
        ("service:svc_giang", "broker.read"),
    ]
    assert own(rp).json()["scope"] == "broker.read"
    assert ("/people/programs/svc_giang/" in page, "Ghi số liệu" in page) == (True, False)
