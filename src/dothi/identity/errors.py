# SPDX-License-Identifier: Apache-2.0

"""What can go wrong at the door.

DothiError
├── NotAllowed
│   ├── LinkNotGood       the one-time link was used, has expired or was never ours
│   ├── BeyondReach       one gives away more than one holds
│   └── PasskeyRefused    the passkey is not one of ours, or was not shown as it must be
├── NotAuthenticated
│   └── ProveAgain        the act needs a fresh proof of who asks (RFC 9470)
├── NotFound
│   ├── NoSuchPerson      no account, post, grant, delegation or organisation of that id
│   └── NoSuchKey         no key of that id, or none that still works
├── Conflict
│   ├── KeyMadeBefore     the form of a key came twice; its token was shown the first time
│   └── LastAdministrator the city would be left without anybody who may manage it
├── Busy
│   └── MailFailed        the mail server does not take the mail
└── BadInput
    ├── RefusedForm       a form with sentences at its fields
    └── RefusedAct        a rule speaks against it; one sentence
"""

from __future__ import annotations

from dothi.foundation.errors import BadInput, Busy, Conflict, NotAllowed, NotAuthenticated, NotFound


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
