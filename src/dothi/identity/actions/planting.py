# SPDX-License-Identifier: Apache-2.0
"""Officers of a simulated city: entered once, and taken away when nobody ever came in as one of them."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction

from dothi.identity.actions import rights
from dothi.identity.actions.organisation import add_organisation
from dothi.identity.actions.person import add_with_post
from dothi.identity.models import Account, Organisation, Post


@transaction.atomic
def plant_officer(
    *, login: str, name: str, position: str, unit: str, since: date, organisation: str, tenant: str = ""
) -> None:
    """An officer with a post in an organisation; nothing when the login is there already."""
    if Account.objects.filter(login=login).exists():
        return
    body = Organisation.objects.filter(tenant=tenant, name=organisation).first() or add_organisation(
        name=organisation, kind="authority", tenant=tenant
    )
    add_with_post(
        name=name, login=login, tenant=tenant, position=position, unit=unit, since=since, organisation=body
    )


@transaction.atomic
def remove_planted_officers(*, prefix: str, tenant: str = "") -> None:
    """Take away those whose login begins so and who never opened their account, and bodies left without officers."""
    never = Account.objects.filter(
        tenant=tenant,
        login__startswith=prefix,
        last_login=None,
        password__startswith=UNUSABLE_PASSWORD_PREFIX,
    )
    bodies = set(Post.objects.filter(account__in=never).values_list("organisation_id", flat=True))
    if never.delete()[0]:
        rights.renew(tenant)
    Organisation.objects.filter(pk__in=bodies - {None}, posts=None).delete()
