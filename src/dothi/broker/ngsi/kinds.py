# SPDX-License-Identifier: Apache-2.0
"""The attribute types of CIM 009 4.5 and the member that holds the value of each."""

from __future__ import annotations

VALUE_OF = {
    "Property": "value",
    "GeoProperty": "value",
    "Relationship": "object",
    "LanguageProperty": "languageMap",
    "VocabProperty": "vocab",
    "JsonProperty": "json",
    "ListProperty": "valueList",
    "ListRelationship": "objectList",
}
TYPE_OF = {
    "object": "Relationship",
    "languageMap": "LanguageProperty",
    "vocab": "VocabProperty",
    "json": "JsonProperty",
    "valueList": "ListProperty",
    "objectList": "ListRelationship",
}
TEMPORAL_OF = {
    "Property": "values",
    "GeoProperty": "values",
    "Relationship": "objects",
    "LanguageProperty": "languageMaps",
    "VocabProperty": "vocabs",
    "JsonProperty": "jsons",
    "ListProperty": "valueLists",
    "ListRelationship": "objectLists",
}
VALUES = frozenset(VALUE_OF.values())
TIMES = ("observedAt", "createdAt", "modifiedAt", "deletedAt", "expiresAt")
PLAIN = frozenset(
    {"type", "unitCode", "datasetId", "instanceId", "lang", "objectType", "entity", *TIMES, *VALUES}
)
"""Members of an attribute that are not sub-attributes."""
SYSTEM = frozenset({"createdAt", "modifiedAt", "deletedAt"})
ENTITY_PLAIN = frozenset({"id", "type", "@id", "@type", "@context", "scope", "expiresAt", *SYSTEM})
