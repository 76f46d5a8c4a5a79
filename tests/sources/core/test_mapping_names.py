# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dothi.broker.ngsi.context import CORE_TERMS as CONTEXT
from dothi.broker.ngsi.terms import NGSI
from dothi.sources.core.mapping_names import CORE_TERMS, iri


def test_core_terms_are_those_of_the_brokers_context_when_compared() -> None:
    own = {term for term, found in CONTEXT.terms.items() if found == NGSI + term and term[0].islower()}

    assert own == CORE_TERMS


def test_attribute_is_found_by_its_name_when_the_core_context_defines_it() -> None:
    for term in ("status", "mode", "max", "location", "pm25"):
        assert CONTEXT.compact(iri(term)) == term
        assert CONTEXT.expand(term) == iri(term)
