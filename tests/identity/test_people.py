# SPDX-License-Identifier: Apache-2.0
"""Pages of people and rights, as the administrator, a ward's head and an officer see them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.pages import PASSWORD, enter

from dothi.broker.door import Terms, make_key
from dothi.foundation import clock
from dothi.identity import door
from dothi.identity.actions import delegation, grant, organisation, person, position, post, service_account
from dothi.identity.errors import BeyondReach, LastAdministrator, LinkNotGood, NoSuchPerson, RefusedForm
from dothi.identity.models import Account, Invitation, Post
from dothi.identity.queries.rights import granted_to
from dothi.identity.rules.permission import Rights, Thing
from dothi.places import door as places

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 25)


@pytest.fixture
def hue(db: None) -> None:
    """The city with two wards."""
    places.put_units(
        units=[
            places.NewUnit(id="46", kind="Thành phố", name="Huế", code="46", valid_from=date(2000, 1, 1)),
            places.NewUnit(id="a", kind="Phường", name="Thuận Hóa", parent="46", code="19753"),
            places.NewUnit(id="b", kind="Phường", name="Phú Xuân", parent="46", code="19774"),
        ]
    )


def officer(name: str, position: str, unit: str = "") -> Account:
    made = Account(name=name, login=name.casefold(), role="staff")
    made.set_password(PASSWORD)
    made.save()
    post.give_post(account=made, position=position, unit=unit, since=date(2026, 1, 1))
    return made


def rights(account: Account) -> Rights:
    return door.rights_of(f"account:{account.pk}")


def browser(account: Account) -> Client:
    return enter(account)


def test_officer_is_added_with_a_post_and_opens_the_account_by_the_link_when_invited(
    hue: None, signed_in: Client
) -> None:
    form = {"name": "Bình", "login": "binh", "position": "ward_officer", "unit": "a", "since": "2026-11-01"}

    answer = signed_in.post("/people/add/", form)
    shown = signed_in.get(answer["Location"]).content.decode()
    link = re.search(r'class="secret">([^<]+)<', shown)
    assert link
    path = "/" + link[1].split("/", 3)[3]
    again = signed_in.get(answer["Location"]).content.decode()
    stranger = Client(headers={"accept-language": "vi"})
    seen = stranger.get(path).content.decode()
    opened = stranger.post(path, {"password": PASSWORD, "again": PASSWORD})

    assert 'class="secret"' not in again
    assert "Kính gửi Bình" in seen
    assert opened.status_code == 302
    assert Client().get(path).status_code == 403
    made = Account.objects.get(login="binh")
    assert [(p.position, p.unit, p.since, p.until) for p in made.posts.all()] == [
        ("ward_officer", "a", date(2026, 11, 1), None)
    ]
    assert door.may(f"account:{made.pk}", "sources.manage", Thing(unit="a"))
    assert not door.may(f"account:{made.pk}", "sources.manage", Thing(unit="b"))
    assert not door.may(f"account:{made.pk}", "sources.manage")


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": ""}, ["name"]),
        ({"login": "a b"}, ["login"]),
        ({"login": "dung"}, ["login"]),
        ({"position": "king"}, ["position"]),
        ({"unit": "nowhere"}, ["unit"]),
        ({"since": "31/02/2026"}, ["since"]),
        ({"since": "2026-11-02", "until": "2026-11-01"}, ["until"]),
        ({"name": "", "position": ""}, ["name", "position"]),
        ({"name": "A\x00", "login": "b\x00"}, ["name", "login"]),
    ],
)
def test_form_names_each_wrong_field_and_nobody_is_added_when_refused(
    hue: None, signed_in: Client, changes: dict[str, str], fields: list[str]
) -> None:
    form = {"name": "Bình", "login": "binh", "position": "ward_officer", "unit": "a", "since": "2026-11-01"}
    before = Account.objects.count()

    answer = signed_in.post("/people/add/", form | changes)

    assert answer.status_code == 400
    assert re.findall(r'href="#f-(\w+)"', answer.content.decode()) == fields
    assert Account.objects.count() == before


def test_ward_head_sees_and_gives_only_within_the_ward_when_looking_after_it(hue: None, dung: Any) -> None:
    head = officer("Hoa", "ward_head", "a")
    inside, outside = officer("Binh", "ward_officer", "a"), officer("Chi", "ward_officer", "b")
    page = browser(head)
    form = {"name": "Em", "login": "em", "position": "ward_officer", "since": "2026-11-01"}

    listed = page.get("/people/").content.decode()
    statuses = [page.get(f"/people/{one.pk}/").status_code for one in (inside, outside, dung)]
    made = page.post("/people/add/", form | {"unit": "a"})
    beyond = [
        page.post("/people/add/", form | {"login": "em2", "unit": unit, "position": position}).status_code
        for unit, position in (
            ("b", "ward_officer"),
            ("*", "ward_officer"),
            ("46", "ward_officer"),
            ("a", "administrator"),
        )
    ]
    others = [
        page.post(f"/people/{outside.pk}/close/").status_code,
        page.post(f"/people/{dung.pk}/close/").status_code,
        page.post(f"/people/{inside.pk}/grants/", {"permission": "ledger.see", "unit": "*"}).status_code,
        page.post("/people/positions/add/", {"name": "Vua", "permission": ["sources.see"]}).status_code,
    ]

    assert ("Binh" in listed, "Chi" in listed, "Dung" in listed) == (True, False, False)
    assert statuses == [200, 404, 404]
    assert (made.status_code, beyond, others) == (302, [403] * 4, [404, 404, 403, 403])
    assert not Account.objects.filter(login="em2").exists()


def test_officer_of_two_wards_is_not_closed_by_the_head_of_one_when_asked(hue: None) -> None:
    head, both = officer("Hoa", "ward_head", "a"), officer("Binh", "ward_officer", "a")
    post.give_post(account=both, position="ward_officer", unit="b", since=date(2026, 1, 1))

    answer = browser(head).post(f"/people/{both.pk}/close/")

    both.refresh_from_db()
    assert (answer.status_code, both.is_active) == (403, True)


def test_post_ends_and_rights_with_it_when_ended(hue: None, signed_in: Client) -> None:
    one = officer("Binh", "ward_officer", "a")
    held = one.posts.get()
    assert rights(one).anywhere("sources.see", clock.now())

    signed_in.post(f"/people/{one.pk}/posts/{held.pk}/", {"until": "2026-06-30"})

    held.refresh_from_db()
    assert (held.until, held.last_day) == (date(2026, 7, 1), date(2026, 6, 30))
    assert not rights(one).anywhere("sources.see", clock.now())
    assert browser(one).get("/sources/").status_code == 403


def test_last_administrator_stays_when_somebody_ends_the_post_or_closes_the_account(
    signed_in: Client, dung: Any
) -> None:
    held = dung.posts.get()

    ended = signed_in.post(f"/people/{dung.pk}/posts/{held.pk}/", {"until": "2026-01-01"})
    closed = signed_in.post(f"/people/{dung.pk}/close/")

    held.refresh_from_db()
    dung.refresh_from_db()
    assert (ended.status_code, closed.status_code) == (409, 409)
    assert (held.until, dung.is_active) == (None, True)
    with pytest.raises(LastAdministrator):
        person.let_go(account=dung)


def test_closed_account_is_signed_out_at_once_and_comes_back_when_opened_again(
    hue: None, signed_in: Client
) -> None:
    one = officer("Binh", "ward_officer", "a")
    theirs = browser(one)
    assert theirs.get("/sources/").status_code == 200

    signed_in.post(f"/people/{one.pk}/close/")
    after = theirs.get("/sources/").status_code
    signed_in.post(f"/people/{one.pk}/close/")
    one.refresh_from_db()

    assert (after, one.is_active) == (302, True)
    assert browser(one).get("/sources/").status_code == 200


def test_narrow_grant_is_given_and_withdrawn_when_entered(hue: None, signed_in: Client) -> None:
    one = officer("Em", "auditor")
    before = len(granted_to(f"account:{one.pk}"))

    signed_in.post(
        f"/people/{one.pk}/grants/",
        {
            "permission": "sources.manage",
            "unit": "a",
            "types": "Device, WaterMeter",
            "purposes": "kiểm tra",
            "until": "31/12/2099",
        },
    )
    thing = Thing(unit="a", type="Device", purpose="kiểm tra")
    given = (
        door.may(rights(one), "sources.manage", thing),
        door.may(rights(one), "sources.manage", Thing(unit="a")),
    )
    row = granted_to(f"account:{one.pk}")[-1]
    signed_in.post(f"/people/{one.pk}/grants/{row.via.partition(':')[2]}/")

    assert given == (True, False)
    assert (row.types, row.purposes) == (frozenset({"Device", "WaterMeter"}), frozenset({"kiểm tra"}))
    assert len(granted_to(f"account:{one.pk}")) == before


def test_giver_cannot_give_what_is_not_held_when_managing_a_ward(hue: None) -> None:
    head, other = officer("Hoa", "ward_head", "a"), officer("Binh", "ward_officer", "a")

    for permission, unit in (("places.manage", "a"), ("sources.manage", "b"), ("sources.manage", "")):
        with pytest.raises(BeyondReach):
            grant.give_grant(subject=f"account:{other.pk}", permission=permission, unit=unit, by=rights(head))
    with pytest.raises(RefusedForm):
        grant.give_grant(subject=f"account:{other.pk}", permission="sources.fly", unit="a", by=rights(head))


def test_delegation_lets_another_act_until_it_is_withdrawn_when_given(hue: None) -> None:
    giver, taker = officer("Hoa", "ward_head", "a"), officer("Chi", "operator", "b")
    page = browser(giver)
    tomorrow = (clock.now() + timedelta(days=1)).date().isoformat()

    answer = page.post(
        "/me/delegations/",
        {"taker": "chi", "permission": ["sources.manage"], "until": tomorrow, "reason": "nghỉ phép"},
    )
    held = rights(taker)
    given = [held.why("sources.manage", Thing(unit=u), clock.now()) is not None for u in ("a", "b")]
    given.append(held.why("identity.manage", Thing(unit="a"), clock.now()) is not None)
    row = giver.delegations_given.get()
    stolen = browser(taker).post(f"/me/delegations/{row.pk}/withdraw/").status_code
    withdrawn = page.post(f"/me/delegations/{row.pk}/withdraw/").status_code

    assert answer.status_code == 302
    assert given == [True, False, False]
    assert (stolen, withdrawn) == (404, 302)
    assert not rights(taker).of("sources.manage")


def test_delegate_gives_nothing_away_when_everything_was_delegated(
    hue: None, dung: Any, signed_in: Client
) -> None:
    taker, other = officer("Chi", "counter_officer", "b"), officer("Em", "operator", "a")
    at = clock.now()
    delegation.delegate(giver=dung, taker=taker, since=at, until=at + timedelta(days=1), reason="nghỉ phép")
    page = browser(taker)
    form = {"position": "administrator", "unit": "*", "since": "2026-11-01"}

    statuses = [
        page.post(f"/people/{taker.pk}/posts/", form).status_code,
        page.post(f"/people/{other.pk}/posts/", form).status_code,
        page.post(f"/people/{other.pk}/grants/", {"permission": "ledger.see", "unit": "*"}).status_code,
    ]

    assert door.may(rights(taker), "ledger.see")
    assert statuses == [403, 403, 403]
    assert [p.position for p in Post.objects.filter(account__in=[taker, other])] == [
        "counter_officer",
        "operator",
    ]


def test_nobody_prolongs_what_he_holds_himself_when_looking_after_rights(hue: None) -> None:
    head = officer("Hoa", "ward_head", "a")

    answer = browser(head).post(
        f"/people/{head.pk}/posts/", {"position": "ward_head", "unit": "a", "since": "2027-01-01"}
    )

    assert (answer.status_code, head.posts.count()) == (403, 1)


def test_delegation_is_refused_where_the_giver_holds_nothing_when_given(hue: None) -> None:
    giver, taker = officer("Hoa", "operator", "a"), officer("Chi", "operator", "b")
    at = clock.now()

    with pytest.raises(RefusedForm) as refused:
        delegation.delegate(
            giver=giver, taker=taker, since=at, until=at + timedelta(1), reason="nghỉ", unit="b"
        )

    assert refused.value.fields == {"unit": "identity.delegation.not_there"}


def test_closed_account_does_not_come_back_with_its_old_session_when_opened_again(
    hue: None, signed_in: Client
) -> None:
    one = officer("Binh", "ward_officer", "a")
    theirs = browser(one)
    theirs.get("/sources/")

    signed_in.post(f"/people/{one.pk}/close/")
    signed_in.post(f"/people/{one.pk}/close/")

    assert theirs.get("/sources/").status_code == 302


def test_delegation_is_not_passed_on_and_ends_with_the_givers_post_when_chained(hue: None) -> None:
    first, second, third = (officer(n, "operator", u) for n, u in (("Hoa", "a"), ("Chi", "b"), ("Em", "b")))
    now, later = clock.now(), clock.now() + timedelta(days=3)
    delegation.delegate(giver=first, taker=second, since=now, until=later, reason="nghỉ phép")
    delegation.delegate(giver=second, taker=third, since=now, until=later, reason="nghỉ phép")
    at = now + timedelta(minutes=1)

    reaches = [rights(one).reach("sources.see", at).units for one in (second, third)]
    post.end_post(post=first.posts.get(), until=date(2026, 2, 1))
    after = rights(second).reach("sources.see", at).units

    assert reaches == [frozenset({"a", "b"}), frozenset({"b"})]
    assert after == frozenset({"b"})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"taker": None}, "taker"),
        ({"taker": "giver"}, "taker"),
        ({"permissions": ["ledger.see"]}, "permissions"),
        ({"until": timedelta(days=400)}, "until"),
        ({"until": timedelta(0)}, "until"),
        ({"reason": ""}, "reason"),
    ],
)
def test_delegation_is_refused_at_its_field_when_wrong(hue: None, change: dict[str, Any], field: str) -> None:
    giver, taker = officer("Hoa", "operator", "a"), officer("Chi", "operator", "b")
    now = clock.now()
    asked: dict[str, Any] = {
        "taker": taker,
        "permissions": [],
        "until": timedelta(days=2),
        "reason": "nghỉ phép",
    } | change
    asked["taker"] = giver if asked["taker"] == "giver" else asked["taker"]
    asked["until"] = now + asked["until"]

    with pytest.raises(RefusedForm) as refused:
        delegation.delegate(giver=giver, since=now, **asked)

    assert list(refused.value.fields) == [field]
    assert not giver.delegations_given.exists()


def test_position_of_the_locality_counts_at_once_when_changed(signed_in: Client, hue: None) -> None:
    answer = signed_in.post(
        "/people/positions/add/", {"name": "Trưởng ca đêm", "permission": ["sources.see"]}
    )
    one = officer("Binh", "truong-ca-dem", "a")
    before = rights(one).anywhere("operations.see", clock.now())
    signed_in.post(
        "/people/positions/truong-ca-dem/",
        {"name": "Trưởng ca đêm", "permission": ["sources.see", "operations.see"]},
    )
    after = rights(one).anywhere("operations.see", clock.now())
    held = signed_in.post("/people/positions/truong-ca-dem/end/", follow=True).content.decode()

    assert answer.status_code == 302
    assert (before, after) == (False, True)
    assert "còn người giữ" in held
    with pytest.raises(RefusedForm):
        position.put_position(name="x", permissions=["sources.fly"])
    assert (
        signed_in.post(
            "/people/positions/administrator/", {"name": "y", "permission": ["sources.see"]}
        ).status_code
        == 404
    )


def test_program_acts_in_its_own_name_until_it_is_closed_when_granted(signed_in: Client, dung: Any) -> None:
    made = service_account.add_service_account(name="Cổng bản đồ", purpose="đưa trạm lên bản đồ", owner=dung)
    address = f"/people/programs/{made.pk}/"

    signed_in.post(address, {"permission": "sources.see", "unit": "*"})
    before = door.may(f"service:{made.pk}", "sources.see")
    page = signed_in.get(address).content.decode()
    signed_in.post(f"{address}end/")

    assert before
    assert f"service:{made.pk}" in page
    assert not door.may(f"service:{made.pk}", "sources.see")
    assert not door.may("service:svc_never", "sources.see")
    assert not door.may("visitor", "sources.see")


def test_organisation_needs_a_code_of_its_kind_and_no_officers_to_end_when_entered(hue: None) -> None:
    made = organisation.add_organisation(name="Công ty Cấp nước", kind="firm", code="3300101491", unit="46")
    for code in ("3300101491", "33001014", "0123456789-1"):
        with pytest.raises(RefusedForm):
            organisation.add_organisation(name="Khác", kind="firm", code=code)
    one = officer("Binh", "operator", "a")
    Post.objects.filter(account=one).update(organisation=made)

    with pytest.raises(RefusedForm):
        organisation.end_organisation(organisation=made, on=TODAY)
    Post.objects.filter(account=one).update(until=date(2026, 2, 1))
    organisation.end_organisation(organisation=made, on=TODAY)

    assert made.ended_on == TODAY


def test_invitation_works_once_within_a_week_and_the_newest_only_when_made(hue: None) -> None:
    one = person.add_officer(name="Bình", login="binh")
    old = person.invite(account=one, base_url="http://x").split("/")[-2]
    new = person.invite(account=one, base_url="http://x").split("/")[-2]
    at = clock.now()

    with pytest.raises(LinkNotGood):
        person.accept_invitation(signed=old, password=PASSWORD, again=PASSWORD, at=at)
    with pytest.raises(LinkNotGood):
        person.accept_invitation(signed=new, password=PASSWORD, again=PASSWORD, at=at + timedelta(days=8))
    with pytest.raises(RefusedForm):
        person.accept_invitation(signed=new, password="short", again="short", at=at)
    person.accept_invitation(signed=new, password=PASSWORD, again=PASSWORD, at=at)
    with pytest.raises(LinkNotGood):
        person.accept_invitation(signed=new, password=PASSWORD, again=PASSWORD, at=at)

    assert Invitation.objects.filter(used_at__isnull=True).count() == 0


def test_list_takes_as_many_statements_when_there_are_more_officers(hue: None, signed_in: Client) -> None:
    signed_in.get("/people/")
    counts = []
    for names in (["Binh"], ["Chi", "Em", "Giang"]):
        for name in names:
            officer(name, "operator", "a")
        signed_in.get("/people/")
        with CaptureQueriesContext(connection) as asked:
            assert signed_in.get("/people/").status_code == 200
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_other_persons_things_do_not_exist_when_ids_are_guessed(hue: None, signed_in: Client) -> None:
    one, two = officer("Binh", "operator", "a"), officer("Chi", "operator", "b")
    theirs = two.posts.get()

    addresses = [
        ("/people/nobody/", {}),
        (f"/people/{one.pk}/posts/{theirs.pk}/", {"until": "2026-02-01"}),
        (f"/people/{one.pk}/grants/999999/", {}),
        ("/people/programs/nobody/end/", {}),
        ("/people/organisations/nobody/end/", {}),
        ("/people/\x00/invite/", {}),
    ]
    statuses = [
        signed_in.post(a, d).status_code if a != "/people/nobody/" else signed_in.get(a).status_code
        for a, d in addresses
    ]

    theirs.refresh_from_db()
    assert statuses == [404] * 6
    assert theirs.until is None
    with pytest.raises(NoSuchPerson):
        delegation.withdraw_delegation(delegation=0, giver=one)
    with pytest.raises(ObjectDoesNotExist):
        Account.objects.get(pk="nobody")


def test_closing_page_tells_of_keys_that_go_on_when_the_person_answers_for_some(
    hue: None, signed_in: Client
) -> None:
    one = officer("Binh", "ward_officer", "a")
    with connection.cursor() as cursor:
        terms = Terms(operations=["read"], note="Bảng tin", owner=f"account:{one.pk}")
        make_key(cursor, tenant="", terms=terms)

    page = signed_in.get(f"/people/{one.pk}/close/").content.decode()

    assert "1 khóa API" in page
    assert 'href="/keys/"' in page
