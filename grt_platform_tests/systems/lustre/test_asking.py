"""Asking: a whole new answer is kept; where nobody answers the last one stays and is told to be stale."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from grt_platform.adapters.folder_store import FolderStore
from grt_platform.kernel.errors import BadInputError, GrtError, UnavailableError
from grt_platform.settings import Settings
from grt_platform.systems.lustre.asking import GROUPFILE, PASSWDFILE, archived_key, ask_archived, ask_groups, ask_quotas
from grt_platform.systems.lustre.logic.groups import GROUPS_SCHEMA, Groups
from grt_platform.systems.lustre.logic.quotas import QUOTAS_SCHEMA, Quotas
from grt_platform.systems.lustre.snapshots import Snapshots

NOW = datetime(2026, 11, 1, 5, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


@dataclass
class Told:
    """A source that tells what it is told to."""

    answer: Groups | Quotas | GrtError
    asked: tuple[object, ...] = ()

    def fetch(self, *asked: object):
        self.asked = asked
        if isinstance(self.answer, GrtError):
            raise self.answer
        return self.answer


def groups(*names: str) -> Groups:
    rows = [(number, name, None, False) for number, name in enumerate(names, 1)]
    frame = pl.DataFrame(rows, schema=GROUPS_SCHEMA, orient="row")
    return Groups(frame, b"group text", b"passwd text", ("something is odd",))


def quotas() -> Quotas:
    frame = pl.DataFrame([("scratch114", "a", 1, 2, None, None)], schema=QUOTAS_SCHEMA, orient="row")
    return Quotas(frame, ("something is unknown",))


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "raw", "raw", Settings())


def test_what_the_directory_tells_is_kept_with_its_texts_and_warnings(store: FolderStore) -> None:
    asked = ask_groups(store, Told(groups("a", "b")), NOW)
    assert (asked.taken_at, asked.is_stale, asked.rows, asked.warnings) == (NOW, False, 2, ("something is odd",))
    snapshots = Snapshots(store, "groups")
    newest = snapshots.newest()
    assert newest is not None
    assert newest.data.splitlines() == [b"gid,name,pi,is_humgen", b"1,a,,false", b"2,b,,false"]
    assert snapshots.beside(NOW, GROUPFILE) == b"group text"
    assert snapshots.beside(NOW, PASSWDFILE) == b"passwd text"


@pytest.mark.parametrize("source", [None, Told(UnavailableError("the directory is away"))])
def test_where_nobody_answers_the_last_answer_stays_and_is_stale(store: FolderStore, source: Told | None) -> None:
    ask_groups(store, Told(groups("a")), NOW)
    asked = ask_groups(store, source, LATER)
    assert (asked.taken_at, asked.is_stale, asked.rows) == (NOW, True, None)
    assert "2026-11-01 05:00 UTC stays" in asked.warnings[0]
    assert len(list(store.list("lustre/groups/"))) == 1


def test_where_nobody_ever_answered_there_is_none_and_that_is_told(store: FolderStore) -> None:
    for asked in (ask_groups(store, None, NOW), ask_quotas(store, None, ["scratch114"], NOW)):
        assert (asked.taken_at, asked.is_stale) == (None, True)
        assert "there is none yet" in asked.warnings[0]


def test_a_wrong_setting_fails_and_keeps_nothing(store: FolderStore) -> None:
    with pytest.raises(BadInputError):
        ask_groups(store, Told(BadInputError("the base is wrong")), NOW)
    assert list(store.list("lustre/")) == []


def test_quotas_are_asked_for_every_group_of_the_newest_answer(store: FolderStore) -> None:
    ask_groups(store, Told(groups("b", "a")), NOW)
    source = Told(quotas())
    asked = ask_quotas(store, source, ["scratch115", "scratch114"], LATER)
    assert source.asked == (["scratch114", "scratch115"], ["a", "b"])
    assert (asked.rows, asked.warnings) == (1, ("something is unknown",))
    newest = Snapshots(store, "quotas").newest()
    assert newest is not None
    assert newest.taken_at == LATER


def test_quotas_that_nobody_tells_stay_as_they_were(store: FolderStore) -> None:
    ask_groups(store, Told(groups("a")), NOW)
    ask_quotas(store, Told(quotas()), ["scratch114"], NOW)
    asked = ask_quotas(store, Told(UnavailableError("lfs is away")), ["scratch114"], LATER)
    assert (asked.taken_at, asked.is_stale) == (NOW, True)


def test_archived_directories_are_looked_for_once_for_each_volume_and_date(store: FolderStore, tmp_path: Path) -> None:
    day, folders = date(2026, 11, 1), {"scratch114": (str(tmp_path / "teams"),)}
    (tmp_path / "teams" / "a").mkdir(parents=True)
    assert ask_archived(store, day, "scratch114", ["a"], folders) == ()
    kept = store.read(archived_key(day, "scratch114"))
    (tmp_path / "teams" / "a" / ".imirrored").touch()
    assert ask_archived(store, day, "scratch114", ["a"], folders) == ()
    assert store.read(archived_key(day, "scratch114")) == kept
    ask_archived(store, day + timedelta(days=1), "scratch114", ["a"], folders)
    assert b"teams/a" in store.read(archived_key(day + timedelta(days=1), "scratch114"))


def test_a_volume_without_folders_is_told(store: FolderStore) -> None:
    (warning,) = ask_archived(store, date(2026, 11, 1), "scratch116", ["a"], {})
    assert "scratch116" in warning
