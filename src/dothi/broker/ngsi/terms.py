# SPDX-License-Identifier: Apache-2.0
"""The terms of the core @context, version 1.9 (CIM 009 annex B), as a small table."""

from __future__ import annotations

CORE_URL = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld"
NGSI = "https://uri.etsi.org/ngsi-ld/"
GEOJSON = "https://purl.org/geojson/vocab#"
VOCAB = "https://uri.etsi.org/ngsi-ld/default-context/"

CORE_VERSIONS = frozenset(
    f"{scheme}://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context{version}.jsonld"
    for scheme in ("https", "http")
    for version in ("", *(f"-v1.{minor}" for minor in range(1, 10)))
)
"""Addresses that mean the core: never fetched, whichever version a client names."""

_SAME = """
Attribute AttributeList ContextSourceIdentity ContextSourceNotification ContextSourceRegistration Date DateTime
EntityType EntityTypeInfo EntityTypeList GeoProperty JsonProperty LanguageProperty ListProperty ListRelationship
Notification Property Relationship Subscription TemporalProperty Time VocabProperty accept attributeList
attributeName attributeNames attributeTypes attributes attrs avg cacheDuration contextSourceAlias
contextSourceExtras contextSourceInfo contextSourceTimeAt contextSourceUptime cooldown createdAt csf data
datasetId deletedAt detail distinctCount endAt endTimeAt endpoint entities entity entityCount entityId entityList
error errors expandValues expiresAt format geoQ geoproperty georel idPattern information instanceId isActive join
jsonKeys jsons lang languageMaps lastFailure lastNotification lastSuccess linkedMaps localOnly location
management managementInterval max min mode modifiedAt notUpdated notification notificationTrigger notifiedAt
notifierInfo objectList observationInterval observationSpace observedAt omit operationSpace operations pick
propertyNames q reason receiverInfo refreshRate registrationId registrationName relationshipNames scope scopeQ
showChanges startAt status stddev subscriptionId subscriptionName success sum sumsq sysAttrs temporalQ tenant
throttling timeAt timeInterval timeout timeproperty timerel timesFailed timesSent totalCount triggerReason
typeList typeName typeNames unchanged unitCode updated uri watchedAttributes
"""
_RENAMED = {
    "containedBy": "isContainedBy",
    "dataset": "hasDataset",
    "entityMap": "hasEntityMap",
    "joinLevel": "hasJoinLevel",
    "json": "hasJSON",
    "key": "hasKey",
    "languageMap": "hasLanguageMap",
    "languageMaps": "hasLanguageMaps",
    "object": "hasObject",
    "objectList": "hasObjectList",
    "objectType": "hasObjectType",
    "objects": "hasObjects",
    "objectsLists": "hasObjectsLists",
    "previousJson": "hasPreviousJson",
    "previousLanguageMap": "hasPreviousLanguageMap",
    "previousObject": "hasPreviousObject",
    "previousObjectList": "hasPreviousObjectList",
    "previousValue": "hasPreviousValue",
    "previousValueList": "hasPreviousValueList",
    "previousVocab": "hasPreviousVocab",
    "value": "hasValue",
    "valueList": "hasValueList",
    "valueLists": "hasValueLists",
    "values": "hasValues",
    "vocab": "hasVocab",
    "vocabs": "hasVocabs",
}
_GEOMETRIES = """
Feature FeatureCollection GeometryCollection LineString MultiLineString MultiPoint MultiPolygon Point Polygon
bbox coordinates features geometry geometryProperty properties
"""

CORE: dict[str, str] = {
    **{term: NGSI + term for term in _SAME.split()},
    **{term: NGSI + name for term, name in _RENAMED.items()},
    **{term: GEOJSON + term for term in _GEOMETRIES.split()},
    "attributeCount": VOCAB + "attributeCount",
    "attributeDetails": VOCAB + "attributeDetails",
    "description": "http://purl.org/dc/terms/description",
    "title": "http://purl.org/dc/terms/title",
}
CORE_PREFIXES = {"ngsi-ld": NGSI, "geojson": GEOJSON}
