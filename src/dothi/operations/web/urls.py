# SPDX-License-Identifier: Apache-2.0
"""Addresses of the console."""

from __future__ import annotations

from django.urls import path

from dothi.operations.web import views

urlpatterns = [
    path("console/", views.console, name="console"),
    path("console/ticket", views.renew, name="console-ticket"),
    path("data/", views.data, name="data"),
    path("console/base.geojson", views.base, name="console-base"),
]
