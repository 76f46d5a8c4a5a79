# SPDX-License-Identifier: Apache-2.0
"""Names of attributes and entities made from what devices send."""

from __future__ import annotations

import functools
import re
from urllib.parse import quote

from dothi.foundation.kinds import QUANTITIES
from dothi.foundation.text import fold

DEFAULT_CONTEXT = "https://uri.etsi.org/ngsi-ld/default-context/"
CORE = "https://uri.etsi.org/ngsi-ld/"
NOT_READINGS = frozenset(
    {"id", "type", "scope", "@context", "@id", "@type", "observedat", "createdat", "modifiedat"}
)
OWNED = frozenset(
    {"name", "source", "reportingperiod", "contactpoint", "simulated", "status", "location", "unpublished"}
)
"""Attributes that `sources` writes; a device's own value of that name is kept under `device...`."""
_CORE = """
accept attributeList attributeName attributeNames attributeTypes attributes attrs avg cacheDuration
contextSourceAlias contextSourceExtras contextSourceInfo contextSourceTimeAt contextSourceUptime cooldown
createdAt csf data datasetId deletedAt detail distinctCount endAt endTimeAt endpoint entities entity entityCount
entityId entityList error errors expandValues expiresAt format geoQ geoproperty georel idPattern information
instanceId isActive join jsonKeys jsons lang lastFailure lastNotification lastSuccess linkedMaps localOnly
location management managementInterval max min mode modifiedAt notUpdated notification notificationTrigger
notifiedAt notifierInfo observationInterval observationSpace observedAt omit operationSpace operations pick
propertyNames q reason receiverInfo refreshRate registrationId registrationName relationshipNames scope scopeQ
showChanges startAt status stddev subscriptionId subscriptionName success sum sumsq sysAttrs temporalQ tenant
throttling timeAt timeInterval timeout timeproperty timerel timesFailed timesSent totalCount triggerReason
typeList typeName typeNames unchanged unitCode updated uri watchedAttributes
"""
CORE_TERMS = frozenset(_CORE.split())
"""Terms that the core @context of NGSI-LD defines as its own: under another IRI nobody finds them by this name."""
_TERM = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_KNOWN = {term.casefold(): term for term in QUANTITIES} | {
    "pm2_5": "pm25", "pm2.5": "pm25", "humidity": "relativeHumidity", "rh": "relativeHumidity",
}  # fmt: skip


def is_term(term: str) -> bool:
    """Whether this can be the name of an attribute."""
    return _TERM.fullmatch(term) is not None


@functools.lru_cache(maxsize=8192)
def term_of(key: str) -> str:
    """The term of a key: known quantities by their names, others as they are or joined; "" when it is none."""
    if key.casefold() in _KNOWN:
        return _KNOWN[key.casefold()]
    if key.casefold() in NOT_READINGS:
        return ""
    if not is_term(key):
        words = fold(key).split()
        key = "".join([words[0], *(word.capitalize() for word in words[1:])]) if words else ""
        if key[:1].isdigit():
            key = f"n{key}"
    elif len(key) > 1 and key[0].isupper() and key[1].islower():
        key = key[0].lower() + key[1:]
    if key.casefold() in OWNED:
        key = f"device{key[:1].upper()}{key[1:]}"
    return key if is_term(key) else ""


@functools.lru_cache(maxsize=8192)
def iri(term: str) -> str:
    """The expanded name of a term or of a type."""
    if ":" in term:
        return term
    return f"{CORE if term in CORE_TERMS else DEFAULT_CONTEXT}{term}"


def part_of_urn(text: str) -> str:
    """A device's name as part of a URN: what a URN does not take is percent-encoded."""
    return quote(text.strip(), safe="-._~:@!$()*,;=")
