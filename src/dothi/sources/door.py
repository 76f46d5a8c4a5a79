# SPDX-License-Identifier: Apache-2.0
"""The door of sources. City hall puts the reader of files in; sources may not import connectors."""

from __future__ import annotations

from dothi.sources.actions import (
    accept_device,
    add_device,
    add_source,
    remove_simulated_sources,
    retire,
    rotate_key,
)
from dothi.sources.errors import NoSuchSource, NotPossible, RefusedForm
from dothi.sources.filing import FileReader, Preview, set_file_reader
from dothi.sources.models import Device, FileDrop, Source
from dothi.sources.people import contacts, forget_contact, undecided_contacts
from dothi.sources.queries import source_list, waiting
from dothi.sources.upkeep import count_files, count_payloads, drop_files, drop_payloads

__all__ = [
    "Device",
    "FileDrop",
    "FileReader",
    "NoSuchSource",
    "NotPossible",
    "Preview",
    "RefusedForm",
    "Source",
    "accept_device",
    "add_device",
    "add_source",
    "contacts",
    "count_files",
    "count_payloads",
    "drop_files",
    "drop_payloads",
    "forget_contact",
    "remove_simulated_sources",
    "retire",
    "rotate_key",
    "set_file_reader",
    "source_list",
    "undecided_contacts",
    "waiting",
]
