# SPDX-License-Identifier: Apache-2.0
"""Addresses of keys."""

from __future__ import annotations

from django.urls import path

from dothi.identity.web import key

urlpatterns = [
    path("keys/", key.overview, name="keys"),
    path("keys/add/", key.add, name="key_add"),
    path("keys/<str:key_id>/", key.detail, name="key"),
    path("keys/<str:key_id>/change/", key.change, name="key_change"),
    path("keys/<str:key_id>/revoke/", key.revoke, name="key_revoke"),
]
