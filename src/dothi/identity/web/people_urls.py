# SPDX-License-Identifier: Apache-2.0
"""Addresses of people and rights."""

from __future__ import annotations

from django.urls import path

from dothi.identity.web import delegations, invitation, organisations, people, positions

urlpatterns = [
    path("people/", people.overview, name="people"),
    path("people/add/", people.add, name="person_add"),
    path("people/organisations/", organisations.organisations, name="organisations"),
    path(
        "people/organisations/<str:organisation_id>/end/",
        organisations.end_organisation,
        name="organisation_end",
    ),
    path("people/positions/", positions.overview, name="positions"),
    path("people/positions/add/", positions.edit, name="position_add"),
    path("people/positions/<str:code>/", positions.edit, name="position"),
    path("people/positions/<str:code>/end/", positions.end, name="position_end"),
    path("people/programs/", organisations.programs, name="programs"),
    path("people/programs/<str:service_id>/", organisations.program, name="program"),
    path("people/programs/<str:service_id>/end/", organisations.end_program, name="program_end"),
    path(
        "people/programs/<str:service_id>/grants/<int:number>/",
        organisations.withdraw,
        name="program_withdraw",
    ),
    path("people/<str:account_id>/", people.detail, name="person"),
    path("people/<str:account_id>/posts/", people.give, name="post_give"),
    path("people/<str:account_id>/posts/<int:number>/", people.end, name="post_end"),
    path("people/<str:account_id>/grants/", people.allow, name="grant_give"),
    path("people/<str:account_id>/grants/<int:number>/", people.withdraw, name="grant_withdraw"),
    path("people/<str:account_id>/invite/", people.invite, name="person_invite"),
    path("people/<str:account_id>/close/", people.close, name="person_close"),
    path("me/delegations/", delegations.mine, name="delegations"),
    path("me/delegations/<int:number>/withdraw/", delegations.withdraw, name="delegation_withdraw"),
    path("invited/<str:signed>/", invitation.invited, name="invited"),
]
