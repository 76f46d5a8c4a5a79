# SPDX-License-Identifier: Apache-2.0
"""Batches: each entity stands for itself, one group commit for all (CIM 009 5.6.7 to 5.6.10, 5.6.20)."""

from __future__ import annotations

from typing import Any

from dothi.broker.api import faults
from dothi.broker.api.answer import Answer
from dothi.broker.api.entities import is_simplified, merge_options, raise_for, write_of
from dothi.broker.api.faults import KeyReused
from dothi.broker.api.request import Call
from dothi.broker.model import Result, Verb, Write
from dothi.broker.ngsi import parse, values
from dothi.broker.ngsi.faults import BadRequestData, InvalidRequest
from dothi.broker.ngsi.parse import Parsed
from dothi.foundation.errors import DothiError, TooLarge


async def _items(call: Call) -> list[Any]:
    call.is_batch = True
    document = await call.document()
    if not isinstance(document, list) or not document:
        raise InvalidRequest("broker.ngsi.not_a_list")
    if len(document) > call.limits.batch_entities:
        raise TooLarge("broker.ngsi.too_large", most=call.limits.batch)
    return document


class _Batch:
    """Writes that could be understood, and the errors of the others."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.writes: list[Write] = []
        self.errors: list[dict[str, Any]] = []

    def fail(self, entity_id: Any, error: DothiError) -> None:
        told = faults.body(error, self.call.language, self.call.request_id)
        self.errors.append({"entityId": entity_id if isinstance(entity_id, str) else "", "error": told})

    async def read(
        self, items: list[Any], verb: Verb, *, patch: int = 0, simplified: bool = False, **more: Any
    ) -> None:
        typed = verb in {"create", "upsert_replace"}
        for item in items:
            try:
                if not isinstance(item, dict):
                    raise InvalidRequest("broker.ngsi.not_an_object")
                terms = await self.call.item_terms(item)
                parsed = parse.entity(
                    {"id": None, **item}, terms, patch=patch, typed=typed, simplified=simplified
                )
                if not parsed.id:
                    raise BadRequestData("broker.ngsi.bad_id", id="")
                self.add(verb, parsed.id, parsed, **more)
            except DothiError as error:
                self.fail(item.get("id") if isinstance(item, dict) else "", error)

    def add(self, verb: Verb, entity_id: str, parsed: Parsed, **more: Any) -> None:
        self.writes.append(write_of(self.call, verb, entity_id, parsed, number=len(self.writes), **more))

    async def run(self) -> list[tuple[str, Result]]:
        """What was done, with the ids; errors are noted."""
        results = await self.call.broker.write(self.writes) if self.writes else []
        done = []
        for write, result in zip(self.writes, results, strict=True):
            try:
                raise_for(result, write.id)
            except KeyReused:
                raise
            except DothiError as error:
                self.fail(write.id, error)
            else:
                done.append((write.id, result))
        return done

    def answer(self, done: list[str], otherwise: Answer) -> Answer:
        if not self.errors:
            return otherwise
        return Answer(status=207, body={"success": done, "errors": self.errors})


async def create(call: Call) -> Answer:
    """CIM 009 5.6.7, 6.14.3.1."""
    batch = _Batch(call)
    await batch.read(await _items(call), "create")
    done = [entity_id for entity_id, _ in await batch.run()]
    return batch.answer(done, Answer(status=201, body=done))


async def upsert(call: Call) -> Answer:
    """CIM 009 5.6.8, 6.15.3.1."""
    batch = _Batch(call)
    await batch.read(await _items(call), "upsert_update" if "update" in call.options else "upsert_replace")
    done = await batch.run()
    made = list(dict.fromkeys(entity_id for entity_id, result in done if result.status == "created"))
    return batch.answer([i for i, _ in done], Answer(status=201, body=made) if made else Answer())


async def update(call: Call) -> Answer:
    """CIM 009 5.6.9, 6.16.3.1."""
    batch = _Batch(call)
    await batch.read(await _items(call), "append", overwrite="noOverwrite" not in call.options)
    return batch.answer([i for i, _ in await batch.run()], Answer())


async def merge(call: Call) -> Answer:
    """CIM 009 5.6.20, 6.31.3.1."""
    batch = _Batch(call)
    items = await _items(call)
    options = merge_options(call)
    await batch.read(items, "merge", patch=parse.DEEP, simplified=is_simplified(call), **options)
    return batch.answer([i for i, _ in await batch.run()], Answer())


async def delete(call: Call) -> Answer:
    """CIM 009 5.6.10, 6.17.3.1: a list of ids."""
    batch = _Batch(call)
    for item in await _items(call):
        try:
            batch.add("delete", values.entity_id(item), Parsed())
        except DothiError as error:
            batch.fail(item, error)
    return batch.answer([i for i, _ in await batch.run()], Answer())
