# SPDX-License-Identifier: Apache-2.0
"""What the job process does for identity."""

from __future__ import annotations

from django.conf import settings
from django.db import connection, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from dothi.identity.actions.oidc_logout import TRIES, tell_client
from dothi.identity.models import OidcLogout


class NotTold(Exception):
    """A client did not take the word of a sign-out; the job queue tries again."""


@app.task(
    name="identity_tell_of_sign_out",
    retry=RetryStrategy(max_attempts=TRIES, exponential_wait=4, retry_exceptions=[NotTold]),
)
def tell_of_sign_out(*, row: int, tenant: str) -> None:
    """Tell one client of one sign-out; tried for about a day."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('dothi.tenant', %s, true)", [tenant])
        done = tell_client(row, issuer=settings.SETTINGS.url)
    if not done:
        raise NotTold


def tell_later(owed: list[OidcLogout]) -> None:
    """Put the words that are owed into the job queue, in the transaction of the sign-out."""
    for row in owed:
        tell_of_sign_out.defer(row=row.pk, tenant=row.tenant)
