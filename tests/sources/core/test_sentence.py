# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import msgspec

from dothi.sources.core.sentence import Named, Sentence, say


def test_sentence_is_said_in_each_language_when_it_was_kept_as_json() -> None:
    part = Sentence("sources.search.none", {"words": [Named("precipitation"), Sentence("sources.yes")]})

    kept = msgspec.json.decode(msgspec.json.encode(part))

    assert say("vi", kept) == say("vi", part)
    assert "Lượng mưa; Có" in say("vi", kept)
    assert "Rainfall; Yes" in say("en", kept)


def test_old_sentences_stay_readable_when_their_key_is_gone() -> None:
    assert say("vi", {"key": "Không phải số", "values": {}}) == "Không phải số"
    assert say("vi", "như đã viết") == "như đã viết"
