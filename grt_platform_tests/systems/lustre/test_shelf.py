"""The folder of dumps, looked through in parts: nothing is missed, doubled, or taken for unfinished."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grt_platform.adapters import folder_listing
from grt_platform.adapters.folder_store import FolderStore
from grt_platform.kernel.arriving import Budget, Cursor
from grt_platform.settings import Settings
from grt_platform.systems.lustre import shelf as shelf_module
from grt_platform.systems.lustre.logic.arrivals import INBOX, Arrival, Inbox
from grt_platform.systems.lustre.logic.names import wrstat_key
from grt_platform.systems.lustre.shelf import Shelf

NOW = datetime.now(UTC)
DUMPS = [f"202607{day:02}_scratch{volume}.dat.gz" for day in range(1, 8) for volume in (114, 119)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Plain dumps, folders of wrstat with and without their logs, and names of nobody."""
    inbox = tmp_path / INBOX
    done, scanning = (wrstat_key(NOW - timedelta(hours=hours), "/lustre/scratch119") for hours in (30, 2))
    beside = [f"{done.removesuffix('stats.gz')}{name}" for name in ("logs.gz", "combine.gz", "zzz")]
    names = ["a stranger", "zzz", done, scanning, *beside]
    for name in (*names, *DUMPS):
        (inbox / name).parent.mkdir(parents=True, exist_ok=True)
        (inbox / name).write_bytes(b"x")
    return inbox


def looked_through(shelf: Shelf, asked: list[str], now: datetime = NOW, seconds: int = 60) -> list[Inbox]:
    """The looks of one round, each over one page, or without any time."""
    cursor, part, found = Cursor(), None, list[Inbox]()

    def known(several: Sequence[Arrival]) -> set[tuple[str, str]]:
        asked.extend(arrival.source for arrival in several)
        return {arrival.identity for arrival in several if arrival.source == DUMPS[3]}

    while part is None or cursor.after:
        inbox, part = shelf.some(cursor, Budget(1, seconds, time.monotonic), now, known)
        found.append(inbox)
        cursor = cursor if part is None else Cursor(after=part.last)
    return found


@pytest.mark.parametrize("seconds", [60, 0])
@pytest.mark.parametrize("page", [1, 2, 3, 1000])
def test_every_dump_is_found_once_however_short_the_looks(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: int, seconds: int
) -> None:
    monkeypatch.setattr(shelf_module, "_PAGE", page)
    monkeypatch.setattr(folder_listing, "STEP", 1)
    shelf, asked = Shelf(FolderStore(tmp_path, "raw", Settings())), list[str]()
    whole = shelf.inbox(NOW)
    assert (len(whole.arrivals), len(whole.incomplete)) == (len(DUMPS) + 1, 1)
    found = Inbox.together(looked_through(shelf, asked, seconds=seconds))
    assert sorted(asked) == sorted(arrival.source for arrival in (*whole.arrivals, *whole.incomplete))
    assert len(set(asked)) == len(asked) > 0
    assert set(found.arrivals) == {arrival for arrival in whole.arrivals if arrival.source != DUMPS[3]}
    assert set(found.incomplete) == set(whole.incomplete)
    assert set(found.strangers) == set(whole.strangers)
    assert found.known == len(asked) - len(found.arrivals) - len(found.incomplete)
