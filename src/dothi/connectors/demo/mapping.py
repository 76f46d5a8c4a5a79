# SPDX-License-Identifier: Apache-2.0
"""How the payloads of a demo source are read: the same kind of mapping that a city writes for its own devices."""

from __future__ import annotations

from dothi.connectors.demo.city import Source
from dothi.foundation.kinds import BY_KEY
from dothi.sources.core.mapping_model import AttributeRule, Mapping, TimeRule


def mapping(source: Source) -> Mapping:
    """The mapping of one source; entity ids come from the registered devices."""
    quantities = {q.term: q for key in source.kinds for q in BY_KEY[key].quantities}
    moves = "bus" in source.kinds
    return Mapping(
        topics=[f"{source.slug}/{{device}}/up"],
        type=BY_KEY[source.kinds[0]].type,
        time=TimeRule(paths=["t"], required=True),
        attributes=[AttributeRule(path=q.term, term=q.term, unit=q.unit_code) for q in quantities.values()],
        latitude="lat" if moves else "",
        longitude="lon" if moves else "",
    )


def gateway_topics(source: Source) -> list[str]:
    """What the gateway of a source may publish."""
    return [f"{source.slug}/+/up"]
