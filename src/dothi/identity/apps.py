# SPDX-License-Identifier: Apache-2.0
"""What is wired when Django starts: the end of a session, however it comes, ends what clients were given in it."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "dothi.identity"

    def ready(self) -> None:
        from allauth.usersessions.models import UserSession  # noqa: PLC0415 - apps must be loaded first
        from django.db.models.signals import post_delete  # noqa: PLC0415 - same

        post_delete.connect(_session_ended, sender=UserSession, dispatch_uid="oidc session ended")


def _session_ended(instance: Any, **_more: Any) -> None:
    from dothi.foundation import clock  # noqa: PLC0415 - apps must be loaded first
    from dothi.identity.actions.oidc_logout import end_session  # noqa: PLC0415 - same
    from dothi.identity.tasks import tell_later  # noqa: PLC0415 - same

    tell_later(end_session(instance.session_key, at=clock.now()))
