# SPDX-License-Identifier: Apache-2.0
"""Packets as MQTT 3.1.1 writes them."""

from __future__ import annotations

from dothi.cityhall.bench.mqtt import connect_packet, publish_packet


def test_connect_packet_carries_name_and_password_when_made() -> None:
    assert connect_packet("c", "u", "pw") == b"\x10\x14\x00\x04MQTT\x04\xc2\x00<\x00\x01c\x00\x01u\x00\x02pw"


def test_publish_packet_has_a_two_byte_length_when_long() -> None:
    packet = publish_packet("a/b", 258, b"x" * 200)

    assert packet[:3] == b"\x32\xcf\x01"
    assert packet[3:10] == b"\x00\x03a/b\x01\x02"
