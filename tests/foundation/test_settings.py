# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest

from dothi.foundation import settings


def test_load_gives_defaults_when_nothing_is_set() -> None:
    assert settings.load({}) == settings.Settings()


def test_ports_follow_the_front_door_when_it_moves() -> None:
    moved = settings.load({}, port=9000)

    assert (moved.broker_port_used, moved.mqtt_port_used) == (9001, 9002)
    assert (settings.Settings().broker_port_used, settings.Settings().mqtt_port_used) == (1026, 1883)


def test_load_says_what_to_correct_when_number_is_no_number() -> None:
    with pytest.raises(settings.BadSetting, match="DOTHI_PORT is 'many'; it takes a whole number"):
        settings.load({"DOTHI_PORT": "many"})


def test_load_reads_a_secret_from_its_file_when_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n")

    assert settings.load({"DOTHI_SECRET_KEY_FILE": str(tmp_path / "key")}).secret_key == "s3cret"


def test_environment_gives_a_child_the_same_settings_when_passed_on() -> None:
    ours = settings.load({}, port=9100, city_name="Thành phố Sông Lam")

    assert settings.load(settings.as_environment(ours)) == ours


@pytest.mark.parametrize(
    ("given", "wanted"), [("data", "{here}/data"), ("./a/../b", "{here}/b"), ("/x", "/x")]
)
def test_data_folder_is_told_from_the_root_when_given_from_here(
    given: str, wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    by_option, by_variable = settings.load({}, data_dir=given), settings.load({"DOTHI_DATA_DIR": given})

    assert by_option.data_dir == by_variable.data_dir == wanted.format(here=tmp_path)
    assert settings.load({}).data_dir == ""
