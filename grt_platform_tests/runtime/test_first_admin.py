"""The first start makes an administrator who can sign in; no other start does, and no password is in a log."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from grt_platform.adapters.accounts.passwords import Passwords
from grt_platform.adapters.accounts.projects import list_members
from grt_platform.adapters.accounts.users import add_user
from grt_platform.adapters.accounts.vouching import LocalPeople
from grt_platform.adapters.weak_secrets import refuse_weak_secrets, weak_secrets
from grt_platform.kernel.errors import BadInputError
from grt_platform.runtime.first_admin import make_first_admin
from grt_platform.runtime.installation import Installation
from grt_platform.runtime.status import Health, describe
from grt_platform.settings import Settings

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
STRONG = SecretStr("4f0e9a7b1c2d3e5f60718293")


def chosen(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, web_url="http://127.0.0.1:8000")


def test_the_first_start_makes_an_administrator_whose_password_is_in_a_private_file(warehouse, tmp_path: Path) -> None:
    assert make_first_admin(warehouse, chosen(tmp_path), NOW)
    file = Installation(tmp_path).first_sign_in
    assert file.stat().st_mode & 0o777 == 0o600
    password = file.read_text().partition("password: ")[2].splitlines()[0]
    person = LocalPeople(Passwords(12)).vouch(warehouse, "admin", password, NOW)
    assert person.name == "admin"
    assert [(row["name"], row["role"]) for row in list_members(warehouse, "default")] == [("admin", "MANAGE")]


def test_no_later_start_makes_one_even_when_the_file_is_gone(warehouse, tmp_path: Path) -> None:
    make_first_admin(warehouse, chosen(tmp_path), NOW)
    Installation(tmp_path).first_sign_in.unlink()
    assert not make_first_admin(warehouse, chosen(tmp_path), NOW)
    assert not Installation(tmp_path).first_sign_in.exists()


def test_where_people_are_known_already_none_is_made(warehouse, tmp_path: Path) -> None:
    add_user(warehouse, "ann", NOW)
    assert not make_first_admin(warehouse, chosen(tmp_path), NOW)


def test_the_status_says_where_the_first_password_is_until_its_file_is_gone(tmp_path: Path) -> None:
    now = Health(str(tmp_path), True, True, 1, "http://127.0.0.1:8000", "", [])
    file = Installation(tmp_path).first_sign_in
    assert "sign in" not in describe(now)
    file.write_text("password: secret")
    assert describe(now).endswith(f"sign in at http://127.0.0.1:8000/sign-in as admin, the first password is in {file}")


@pytest.fixture
def on_a_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("GRT_HOME", str(tmp_path))
    monkeypatch.setenv("GRT_WAREHOUSE_URL", "postgresql://grt:a-real-one@db.example.org/grt")
    return tmp_path


GOOD = {"admin_key": STRONG, "signing_key": STRONG}


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ({"admin_key": SecretStr("")}, "GRT_ADMIN_KEY is empty"),
        ({"admin_key": SecretStr("changeme")}, "GRT_ADMIN_KEY is a well-known word"),
        ({"signing_key": SecretStr("x" * 64)}, "GRT_SIGNING_KEY is a well-known word or too short"),
        ({"signing_key": SecretStr("short-1234")}, "GRT_SIGNING_KEY"),
        ({"warehouse_url": SecretStr("postgresql://grt:postgres@db/grt")}, "The password in GRT_WAREHOUSE_URL"),
        ({"dagster_url": SecretStr("postgresql://grt:p%61ssword@db/grt")}, "The password in GRT_DAGSTER_URL"),
        ({"s3_secret_key": SecretStr("minioadmin")}, "GRT_S3_SECRET_KEY"),
    ],
)
def test_a_server_does_not_start_with_a_secret_that_everybody_could_guess(
    on_a_server: Path, bad: dict[str, SecretStr], named: str
) -> None:
    settled = Settings(home=on_a_server).model_copy(update={**GOOD, **bad})
    with pytest.raises(BadInputError, match=named) as told:
        refuse_weak_secrets(settled)
    secret = next(iter(bad.values())).get_secret_value()
    assert not secret or secret not in str(told.value)


def test_a_server_starts_with_strong_secrets(on_a_server: Path) -> None:
    refuse_weak_secrets(Settings(home=on_a_server).model_copy(update=GOOD))


def test_an_embedded_platform_starts_with_what_it_made_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GRT_HOME", str(tmp_path))
    monkeypatch.delenv("GRT_WAREHOUSE_URL", raising=False)
    weak = Settings(home=tmp_path)
    assert len(list(weak_secrets(weak))) == 2
    refuse_weak_secrets(weak)


def test_the_web_process_of_a_server_ends_with_one_line(on_a_server: Path, tmp_path: Path) -> None:
    import subprocess
    import sys

    code = "from grt_platform.web.app import create_app; create_app()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("grt: Refused to start on a server: GRT_ADMIN_KEY is empty")
    assert len(done.stderr.splitlines()) == 1
