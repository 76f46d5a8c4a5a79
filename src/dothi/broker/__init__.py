# SPDX-License-Identifier: Apache-2.0
"""Broker: the NGSI-LD context broker of the city: state, history and the log of changes.

Owns the schema `broker` in PostgreSQL, the group commit, the NGSI-LD API (ETSI GS CIM 009) and the live
stream. A 2xx answer means: on disk. Async, without Django; must never be asked to know what a dossier or an
alert is.
"""
