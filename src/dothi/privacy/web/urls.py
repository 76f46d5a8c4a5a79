# SPDX-License-Identifier: Apache-2.0
"""Addresses of privacy, below /privacy/. No address holds a code or a name: addresses stand in logs."""

from __future__ import annotations

from django.urls import path

from dothi.privacy.web import ask, desk, follow, mine, register, retention

urlpatterns = [
    path("", ask.start, name="privacy"),
    path("ask/", ask.ask, name="privacy_ask"),
    path("ask/<slug:step>/", ask.ask, name="privacy_ask_step"),
    path("follow/", follow.follow, name="privacy_follow"),
    path("follow/case/", follow.case, name="privacy_case"),
    path("follow/case/<slug:verb>/", follow.act, name="privacy_case_act"),
    path("mail/<str:token>/", follow.prove, name="privacy_prove"),
    path("register/", register.register, name="privacy_register"),
    path("register.json", register.as_json, name="privacy_register_json"),
    path("register.csv", register.as_csv, name="privacy_register_csv"),
    path("export/", mine.export, name="privacy_export"),
    path("export/take/", mine.take, name="privacy_export_take"),
    path("looked/", mine.looked, name="privacy_looked"),
    path("consents/", mine.consent_list, name="privacy_consents"),
    path("consents/<slug:purpose>/", mine.consent, name="privacy_consent"),
    path("desk/", desk.queue, name="privacy_desk"),
    path("desk/register/", register.desk, name="privacy_desk_register"),
    path("desk/register/add/", register.edit, name="privacy_desk_purpose_add"),
    path("desk/register/<slug:key>/", register.edit, name="privacy_desk_purpose"),
    path("desk/register/<slug:key>/end/", register.end, name="privacy_desk_purpose_end"),
    path("desk/register/<slug:key>/words/", register.words, name="privacy_desk_words"),
    path("desk/retention/", retention.overview, name="privacy_desk_retention"),
    path("desk/retention/hold/", retention.hold, name="privacy_desk_hold"),
    path("desk/retention/lift/<int:hold_id>/", retention.lift, name="privacy_desk_lift"),
    path("desk/retention/<slug:key>/", retention.rule, name="privacy_desk_rule"),
    path("desk/<slug:request_id>/", desk.case, name="privacy_desk_case"),
    path("desk/<slug:request_id>/erase/", desk.erase, name="privacy_desk_erase"),
    path("desk/<slug:request_id>/<slug:verb>/", desk.act, name="privacy_desk_act"),
]
