"""What `up` makes for an installation, and what it leaves to the person who set it."""

import stat
from collections.abc import Mapping
from pathlib import Path

import pytest
from dotenv import dotenv_values

from grt_platform.adapters.postgres import sqlalchemy_url
from grt_platform.runtime.environment import (
    Embedded,
    addresses,
    made_settings,
    service_environment,
    write_environment,
)
from grt_platform.runtime.installation import Installation
from grt_platform.runtime.state import State
from grt_platform.settings import given, settings

PORTS = {"web": 1001, "ui": 1002, "code": 1003, "postgres": 1004}


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.setenv("GRT_HOME", str(tmp_path / "it's a home"))
    installation = Installation(tmp_path / "it's a home")
    installation.create()
    return installation


def make(installation: Installation, state: State) -> Mapping[str, str]:
    chosen = given()
    made = made_settings(installation, chosen, state, addresses(chosen, state))
    write_environment(installation, made)
    return made


def test_what_up_made_is_what_settings_read(installation: Installation) -> None:
    state = State(dict(PORTS))
    make(installation, state)
    settings.cache_clear()
    read = settings()
    settings.cache_clear()
    password = state.secret("postgres")
    assert read.warehouse_url.get_secret_value() == f"postgresql://grt:{password}@127.0.0.1:1004/warehouse"
    assert read.dagster_url.get_secret_value() == f"postgresql://grt:{password}@127.0.0.1:1004/dagster"
    assert read.warehouse_reader_url.get_secret_value().startswith("postgresql://grt_reader:")
    assert read.web_url == "http://127.0.0.1:1001"
    assert read.admin_key.get_secret_value() == state.secrets["admin_key"]
    assert dotenv_values(installation.env_file)["DAGSTER_HOME"] == str(installation.dagster)


def test_other_commands_know_which_systems_a_start_has_and_the_next_start_has_all_again(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRT_SYSTEMS", "genes lustre")
    made = make(installation, State(dict(PORTS)))
    monkeypatch.delenv("GRT_SYSTEMS")
    settings.cache_clear()
    assert settings().systems == "genes lustre"
    settings.cache_clear()
    monkeypatch.setenv("GRT_SYSTEMS", made["GRT_SYSTEMS"])  # as after `. .grt/grt.env`
    assert given().systems == ""


def test_only_the_owner_can_read_what_up_made(installation: Installation) -> None:
    make(installation, State(dict(PORTS)))
    assert stat.S_IMODE(installation.env_file.stat().st_mode) == 0o600


def test_keys_stay_the_same_from_start_to_start(installation: Installation) -> None:
    state = State(dict(PORTS))
    assert make(installation, state) == make(installation, state)


def test_what_a_person_set_is_used_but_not_written_down(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRT_WAREHOUSE_URL", "postgresql://me:mine@db/wh")
    monkeypatch.setenv("GRT_DAGSTER_URL", "postgresql://me:mine@db/dg")
    monkeypatch.setenv("GRT_ADMIN_KEY", "mine")
    made = make(installation, State({"web": 1, "ui": 2, "code": 3}))
    assert "mine" not in installation.env_file.read_text()
    assert not Embedded.unless_given(given()).any
    where = addresses(given(), State({"web": 1, "ui": 2}))
    environment = service_environment(installation, given(), made, where)
    assert environment["GRT_WAREHOUSE_URL"] == "postgresql://me:mine@db/wh"
    assert environment["GRT_DAGSTER_SQLALCHEMY_URL"] == "postgresql+psycopg2://me:mine@db/dg"


def test_a_shell_that_took_in_our_own_file_does_not_count_as_a_person(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in make(installation, State(dict(PORTS))).items():
        monkeypatch.setenv(name, value)
    assert Embedded.unless_given(given()) == Embedded(warehouse=True, dagster=True)
    assert given().web_port == 0


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://u:p@h/d?sslmode=require", "postgresql+psycopg2://u:p@h/d?sslmode=require"),
        ("postgres://u:p@h/d", "postgresql+psycopg2://u:p@h/d"),
        ("postgresql+psycopg2://u:p@h/d", "postgresql+psycopg2://u:p@h/d"),
    ],
)
def test_dagster_gets_the_address_in_its_own_form(url: str, expected: str) -> None:
    assert sqlalchemy_url(url) == expected
