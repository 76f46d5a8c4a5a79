# SPDX-License-Identifier: Apache-2.0

"""Other rooms' pages about a person, linked from his own page; city hall says which there are."""

from __future__ import annotations

from dataclasses import dataclass

from dothi.foundation import messages


@dataclass(frozen=True)
class Link:
    """`key`: a message key for the link's words; `about`: one for the sentence beneath."""

    address: str
    key: str
    about: str


_links: list[Link] = []


def add_link(address: str, key: str, about: str) -> None:
    """Show a link on every person's page; saying it twice shows it once."""
    link = Link(address, key, about)
    if link not in _links:
        _links.append(link)


def links() -> list[Link]:
    return list(_links)


def done_key(what: str) -> str:
    """The sentence for something that was done just now; empty for what is no such word."""
    key = f"identity.done.{what}"
    return key if key in messages.catalogue() else ""
