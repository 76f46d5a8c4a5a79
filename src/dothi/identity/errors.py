# SPDX-License-Identifier: Apache-2.0

"""What can go wrong at the door.

DothiError
├── NotAllowed
│   ├── LinkNotGood       the one-time link was used, has expired or was never ours
│   │   └── InvitationNotGood  the same of an invitation
│   ├── BeyondReach       one gives away more than one holds
│   └── PasskeyRefused    the passkey is not one of ours, or was not shown as it must be
├── NotAuthenticated
│   └── ProveAgain        the act needs a fresh proof of who asks (RFC 9470)
├── NotFound
│   ├── NoSuchPerson      no account, post, grant, delegation or organisation of that id
│   ├── NoSuchKey         no key of that id, or none that still works
│   └── NotThere          a client, consent or upstream provider that is not there
├── Conflict
│   ├── KeyMadeBefore     the form of a key came twice; its token was shown the first time
│   └── LastAdministrator the city would be left without anybody who may manage it
├── Busy
│   ├── MailFailed        the mail server does not take the mail
│   ├── SecretLost        rows are encrypted with a secret that the secrets folder does not hold
│   └── UpstreamAway      a provider of identities does not answer, or not as it should
├── TooOften              asked more often than one person or program would
└── BadInput
    ├── BadRequest        an authorization request that cannot be answered to the one who sent it
    ├── RefusedForm       a form with sentences at its fields
    └── RefusedAct        a rule speaks against it; one sentence
"""

from __future__ import annotations

from typing import ClassVar

from dothi.foundation.errors import (
    BadInput,
    Busy,
    Conflict,
    DothiError,
    NotAllowed,
    NotAuthenticated,
    NotFound,
)


class LinkNotGood(NotAllowed):
    """The link was used, has expired or was never ours."""

    def __init__(self, key: str = "identity.link.not_good") -> None:
        super().__init__(key)


class PasskeyRefused(NotAllowed):
    """The passkey is not one of ours, or was not shown as it must be."""


class ProveAgain(NotAuthenticated):
    """The act needs a proof of who asks that is fresh and strong enough."""


class MailFailed(Busy):
    """The mail server does not take the mail."""

    def __init__(self) -> None:
        super().__init__("identity.mail.failed", retry_after=300)


class InvitationNotGood(LinkNotGood):
    """The invitation was used, has expired or was followed by a newer one."""

    def __init__(self) -> None:
        NotAllowed.__init__(self, "identity.invitation.not_good")


class BeyondReach(NotAllowed):
    """One gives away more than one holds."""

    def __init__(self) -> None:
        super().__init__("identity.beyond_reach")


class NoSuchPerson(NotFound):
    """No account, post, grant, delegation or organisation of that id."""

    def __init__(self) -> None:
        super().__init__("identity.no_such_person")


class NoSuchKey(NotFound):
    """No key of that id, or none that still works."""

    def __init__(self) -> None:
        super().__init__("identity.key.missing")


class KeyMadeBefore(Conflict):
    """The form of a key came twice; its token was shown the first time."""

    def __init__(self) -> None:
        super().__init__("identity.key.made_before")


class LastAdministrator(Conflict):
    """The city would be left without anybody who may manage it."""

    def __init__(self) -> None:
        super().__init__("identity.last_administrator")


class RefusedForm(BadInput):
    """What was entered cannot be taken; `fields`: field name -> message key."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("identity.form.refused")
        self.fields = fields


class RefusedAct(BadInput):
    """A rule speaks against it."""


class NotThere(NotFound):
    """What was asked for does not exist; `key` says what."""


class BadRequest(BadInput):
    """A program sent a person here with a request that cannot be answered; the person is told, in words."""


class SecretLost(Busy):
    """Rows are encrypted with a secret that the secrets folder does not hold."""

    def __init__(self) -> None:
        super().__init__("identity.oidc.secret_lost", retry_after=600)


class UpstreamAway(Busy):
    """A provider of identities does not answer, or not as it should."""

    def __init__(self, name: str) -> None:
        super().__init__("identity.upstream.away", retry_after=60, name=name)


class TooOften(DothiError):
    """Asked more often than one person or program would."""

    status: ClassVar[int] = 429
    title: ClassVar[str] = "Too many requests"
    retryable: ClassVar[bool] = True

    def __init__(self, seconds: int) -> None:
        super().__init__("identity.too_often", retry_after=seconds)
