# SPDX-License-Identifier: Apache-2.0
"""Rows of privacy, one noun a file."""

from __future__ import annotations

from dothi.privacy.models.consent import Consent, ConsentText
from dothi.privacy.models.export import Export
from dothi.privacy.models.letter import Letter
from dothi.privacy.models.purpose import PurposeVersion
from dothi.privacy.models.request import DataRequest, RequestStep
from dothi.privacy.models.retention import LegalHold, RetentionRule, RetentionRun

__all__ = [
    "Consent",
    "ConsentText",
    "DataRequest",
    "Export",
    "LegalHold",
    "Letter",
    "PurposeVersion",
    "RequestStep",
    "RetentionRule",
    "RetentionRun",
]
