# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from dothi.foundation import errors, messages, problem


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "vi"),
        ("", "vi"),
        ("en-US,en;q=0.9", "en"),
        ("vi,en;q=0.8", "vi"),
        ("fr, en;q=0.4, vi;q=0.2", "en"),
        ("en;q=x", "vi"),
        ("en;q=0", "vi"),
    ],
)
def test_best_language_follows_the_header_when_it_names_one_of_ours(
    accept: str | None, language: str
) -> None:
    assert messages.best_language(accept) == language


def test_text_raises_when_key_does_not_exist() -> None:
    with pytest.raises(KeyError):
        messages.text("vi", "no.such.key")


def test_problem_body_tells_the_sentence_when_language_is_vietnamese() -> None:
    error = errors.Busy("foundation.busy", seconds=3, retry_after=3)

    assert problem.body(error, "vi", request_id="r1") == {
        "type": "about:blank",
        "title": "Busy",
        "status": 503,
        "detail": "Hệ thống đang bận. Hãy thử lại sau 3 giây.",
        "instance": "urn:dothi:request:r1",
    }
    assert problem.headers(error) == {"Retry-After": "3"}
