# SPDX-License-Identifier: Apache-2.0
"""With the application's filter taken out, the database itself shows no row of another tenant or unit."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

from dothi.documents import door
from dothi.documents.actions import code, credential, presentation
from dothi.documents.core.paper import Paper
from dothi.documents.models import DocumentPaper, SigningKey, StatusChange
from dothi.identity.door import NOWHERE, Reach, enter_tenant, entered

pytestmark = pytest.mark.django_db
MODELS = list(apps.get_app_config("documents").get_models())
CLAIMS = {"full_name": "a", "birth_date": "b", "residence": "c", "ward": "d"}


@pytest.fixture
def ward_b(paper: Paper) -> SigningKey:
    """Rows of ward B in most tables."""
    key = door.make_demo_key(name="Phường B", organisation="x", unit="ward-b")
    row, _ = door.sign(title="Bí mật của phường B", kind="Giấy", key=key, paper=paper)
    door.revoke(document=row, reason="error", words="Bí mật")
    door.code_for(channel="sms", subject="x", recipient="y", unit="ward-b", organisation="B")
    code.begin_call(unit="ward-b", about="x")
    code.add_address(host="b.gov.vn", about="x", below=False)
    credential.offer_credential(claims=CLAIMS, unit="ward-b")
    presentation.ask(claims=["ward"], purpose="x", unit="ward-b")
    return key


def test_nothing_of_another_tenant_is_there_when_the_filter_is_taken_out(ward_b: SigningKey) -> None:
    with connection.cursor() as cursor:
        enter_tenant(cursor, "another")

    assert {model.__name__: model.objects.count() for model in MODELS if model.objects.count()} == {}


def test_nothing_of_another_unit_is_there_when_the_filter_is_taken_out(ward_b: SigningKey) -> None:
    with entered(Reach(units=frozenset({"ward-a"}))):
        found = {
            model.__name__: model.objects.filter(unit="ward-b").count()
            for model in MODELS
            if any(field.name == "unit" for field in model._meta.get_fields())
        }

    assert {name for name, count in found.items() if count} == set()
    assert len(found) >= 9


def test_titles_files_and_notes_are_not_there_when_a_visitor_asks(ward_b: SigningKey) -> None:
    with entered(NOWHERE):
        assert (DocumentPaper.objects.count(), StatusChange.objects.count()) == (0, 0)
