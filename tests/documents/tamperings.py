# SPDX-License-Identifier: Apache-2.0
"""Fifty and more ways to tamper with a signed document, each with the reasons that refuse it."""

from __future__ import annotations

from collections.abc import Callable

from tests.documents import tampering as ways
from tests.documents import tampering_later as later

Tamper = Callable[[], bytes]

C, F, S = "content_changed", "forged", "coverage"
L = "changed_later"
TAMPERINGS: dict[str, tuple[Tamper, set[str]]] = {
    f.__name__: (f, reasons)
    for f, reasons in (
        (ways.bit_in_the_first_content, {C}),
        (ways.bit_in_the_header, {C}),
        (ways.bit_in_a_font, {C}),
        (ways.bit_in_a_page_box, {C}),
        (ways.bit_in_the_last_trailer, {"broken", C, "unsigned", "signature_removed"}),
        (ways.time_in_the_dictionary, {C}),
        (ways.comment_in_free_space, {C}),
        (ways.bytes_inserted_at_the_beginning, {"broken", C, S}),
        (ways.bytes_before_the_header, {"no_pdf"}),
        (ways.bytes_after_the_end, {"after_the_end"}),
        (ways.cut_off_in_the_middle, {"after_the_end", "broken", "unsigned"}),
        (ways.cut_off_at_the_end, {"after_the_end"}),
        (ways.bit_in_the_signature, {F, "broken", "untrusted", "unknown_root"}),
        (ways.digit_in_the_padding, {"padding"}),
        (ways.signature_value_replaced, {"broken", F}),
        (ways.signature_of_another_file, {C}),
        (ways.signature_cut_out, {"signature_removed"}),
        (ways.signature_field_emptied, {"signature_removed"}),
        (ways.form_taken_away, {"signature_removed"}),
        (ways.signature_wrapped, {L, S}),
        (ways.digest_kind_weakened, {F, C, "broken"}),
        (ways.sub_filter_changed, {F, C, "broken", "signature_removed"}),
        (ways.range_begins_later, {S}),
        (ways.range_ends_earlier, {S}),
        (ways.range_with_a_wider_hole, {S}),
        (ways.range_overlaps, {S, C}),
        (ways.range_beyond_the_end, {S, C}),
        (ways.range_of_three_numbers, {"broken", F, S}),
        (ways.range_negative, {"broken", F, S}),
        (ways.hole_with_words, {"broken", F, S}),
        (later.content_hidden, {L}),
        (later.content_replaced, {L}),
        (later.content_hidden_and_replaced, {L}),
        (later.font_exchanged, {L}),
        (later.page_added, {L}),
        (later.page_removed, {L}),
        (later.page_turned, {L}),
        (later.page_cropped, {L}),
        (later.text_over_the_page, {L}),
        (later.stamp_over_the_page, {L}),
        (later.link_added, {L}),
        (later.text_field_filled_in, {L}),
        (later.appearance_of_signature_exchanged, {L, "filled_later"}),
        (later.metadata_changed, {L}),
        (later.script_at_opening, {L}),
        (later.file_attached, {L}),
        (later.certification_weakened, {L}),
        (later.signed_again_by_somebody, {"filled_later", L}),
        (later.layer_switched_off, {L}),
        (ways.table_of_objects_changed, {C, "broken"}),
        (ways.start_of_table_changed, {C, "broken"}),
        (ways.older_table_chosen, {"signature_removed", "broken", L}),
        (ways.rewritten_whole, {S, C, "broken"}),
        (ways.self_made_signer_of_the_same_name, {"unknown_root", "untrusted"}),
        (ways.root_of_the_same_name, {"unknown_root", "untrusted"}),
        (ways.certificate_expired, {"expired"}),
        (ways.certificate_not_yet_in_force, {"expired", "untrusted"}),
        (ways.certificate_revoked, {"revoked"}),
        (ways.certificate_that_may_not_sign, {"untrusted", "unknown_root"}),
        (ways.certificate_issued_by_a_signer, {"untrusted", "unknown_root"}),
        (ways.stamp_of_another_file, {C}),
        (ways.stamp_by_somebody_unknown, {"stamp_untrusted"}),
        (ways.bit_in_the_stamp, {"bad_stamp", "stamp_untrusted", "broken"}),
    )
}
"""Name: how it is made, and the reasons of which at least one is told (`documents.check.<reason>`)."""
