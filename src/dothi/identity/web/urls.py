# SPDX-License-Identifier: Apache-2.0
"""Addresses of identity."""

from __future__ import annotations

from django.urls import path

from dothi.identity.web import views

urlpatterns = [
    path("first/<str:signed>/", views.first, name="first"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
]
