# SPDX-License-Identifier: Apache-2.0
"""Idempotency keys and names that are too long, as a client meets them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Run = Callable[[Any], None]
ONE: dict[str, Any] = {"id": "urn:a:1", "type": "T", "x": {"value": 1}}


def key(text: str) -> dict[str, str]:
    return {"Idempotency-Key": text}


def test_answer_is_the_first_one_when_the_key_is_the_same(run: Run) -> None:
    async def journey(api: httpx.AsyncClient) -> None:
        for _ in range(2):
            assert (await api.post("/entities", json=ONE, headers=key("k"))).status_code == 201
        other = await api.post("/entities", json={**ONE, "id": "urn:a:2"}, headers=key("k"))
        assert (other.status_code, other.json()["type"][-14:]) == (422, "InvalidRequest")
        elsewhere = await api.patch("/entities/urn:a:1", json=ONE, headers=key("k"))
        assert elsewhere.status_code == 422
        assert (await api.get("/entities/urn:a:2")).status_code == 404

    run(journey)


def test_batch_is_refused_whole_when_its_key_stood_for_another(run: Run) -> None:
    path = "/entityOperations/upsert"
    two = {**ONE, "id": "urn:a:2"}

    async def journey(api: httpx.AsyncClient) -> None:
        for _ in range(2):
            assert (await api.post(path, json=[ONE], headers=key("k"))).json() == ["urn:a:1"]
        more = await api.post(path, json=[ONE, two], headers=key("k"))
        assert more.status_code == 422
        # The key of a client is not that of a write inside its batch.
        alone = await api.post("/entities", json=two, headers=key("k:0"))
        assert alone.status_code == 201
        for _ in range(2):
            gone = await api.post("/entityOperations/delete", json=["urn:a:1"], headers=key("d"))
            assert gone.status_code == 204

    run(journey)


def test_key_is_refused_when_long(run: Run) -> None:
    async def journey(api: httpx.AsyncClient) -> None:
        told = await api.post("/entities", json=ONE, headers=key("k" * 201))
        assert (told.status_code, "200" in told.json()["detail"]) == (400, True)
        assert (await api.post("/entities", json=ONE, headers=key("k" * 200))).status_code == 201

    run(journey)


@pytest.mark.parametrize(
    "more",
    [
        {"id": "urn:" + "a" * 1990},
        {"a" * 1990: {"value": 1}},
        {"type": "T" * 1990},
        {"x": {"value": 1, "datasetId": "urn:" + "a" * 1980}},
        {"ệ" * 650: {"value": 1}},
    ],
)
def test_names_are_refused_at_the_border_when_no_index_holds_them(run: Run, more: dict[str, Any]) -> None:
    bad = {**ONE, **more}

    async def journey(api: httpx.AsyncClient) -> None:
        alone = await api.post("/entities", json=bad)
        assert (alone.status_code, "2000" in alone.json()["detail"]) == (400, True)
        together = await api.post("/entityOperations/create", json=[{**ONE, "id": "urn:a:0"}, bad])
        assert (together.status_code, together.json()["success"]) == (207, ["urn:a:0"])

    run(journey)


def test_upsert_is_refused_when_a_new_entity_has_no_type(run: Run) -> None:
    async def journey(api: httpx.AsyncClient) -> None:
        path = "/entityOperations/upsert?options=update"
        told = await api.post(path, json=[ONE, {"id": "urn:a:2", "x": {"value": 1}}])
        assert (told.status_code, told.json()["success"]) == (207, ["urn:a:1"])
        assert told.json()["errors"][0]["entityId"] == "urn:a:2"
        assert (await api.post(path, json=[{"id": "urn:a:1", "x": {"value": 2}}])).status_code == 204
        assert (await api.get("/entities/urn:a:2")).status_code == 404

    run(journey)
