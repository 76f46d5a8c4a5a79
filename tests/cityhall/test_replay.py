# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest

from dothi.cityhall import orphans
from dothi.cityhall.errors import CannotStart
from dothi.cityhall.replay import address_of
from dothi.foundation.settings import load

NOTE = orphans.Note(
    1, "0", "https://city.example.vn", {"front": 443, "broker": 444, "mqtt": 445}, [], "0.0.0.0"
)


def test_readings_go_to_the_broker_of_the_running_city_when_its_door_has_another_host_and_tls(
    tmp_path: Path,
) -> None:
    settings = load({}, data_dir=str(tmp_path))

    assert address_of(settings, NOTE, None) == "http://127.0.0.1:444"
    assert address_of(settings, NOTE, 443) == "http://127.0.0.1:444"


def test_the_folder_is_asked_for_when_the_port_is_of_another_city(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"listens on port 443, not 8090.*--data FOLDER"):
        address_of(load({}, data_dir=str(tmp_path)), NOTE, 8090)


def test_readings_go_to_the_public_address_when_no_city_of_ours_runs_here(tmp_path: Path) -> None:
    public = load({}, data_dir=str(tmp_path), public_url="https://city.example.vn")

    assert address_of(public, None, None) == "https://city.example.vn"
    assert address_of(load({}, data_dir=str(tmp_path), host="0.0.0.0"), None, 8080) == "http://127.0.0.1:8080"
