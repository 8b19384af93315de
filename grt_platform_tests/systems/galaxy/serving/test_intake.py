"""Reports going into the raw store, the same on a folder and on S3."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from grt_platform.adapters.store import Store, open_store
from grt_platform.kernel.errors import BadSourceError
from grt_platform.serving.received import ReceivedFile
from grt_platform.settings import settings
from grt_platform.systems.galaxy.serving.intake import Held, Report, accept, declared_sha256, reports_held
from grt_platform_tests.systems.galaxy.serving.client import archive_of, metadata_of

KNOWN = "5e9a1f7c-20f4-4b1e-8c0d-7d1f4d1e2207"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "s3":
        return request.getfixturevalue("s3_store")
    return open_store(str(tmp_path / "raw"), settings())


def report(folder: Path, archive: bytes, metadata: bytes | None = None, identifier: str = "1.0") -> Report:
    folder.mkdir(exist_ok=True)
    (folder / "data").write_bytes(archive)
    (folder / "meta").write_bytes(metadata_of(archive) if metadata is None else metadata)
    return Report(identifier, ReceivedFile.of(folder / "data"), ReceivedFile.of(folder / "meta"))


def test_a_report_is_held_once_and_other_bytes_beside_it(store: Store, tmp_path: Path) -> None:
    first = report(tmp_path / "a", archive_of())
    other = report(tmp_path / "b", archive_of("2\tcat\t1\tok\t2024-01-01 00:00:00\n"))
    version = f"1.0~{other.archive.sha256[:12]}"
    assert accept(store, KNOWN, first, NOW) == Held("1.0", is_new=True)
    assert accept(store, KNOWN, other, NOW) == Held(version, is_new=True)
    assert accept(store, KNOWN, first, NOW) == Held("1.0", is_new=False)
    assert accept(store, KNOWN, other, NOW) == Held(version, is_new=False)
    assert reports_held(store, KNOWN) == ["1.0"]
    assert len(list(store.list(f"galaxy/{KNOWN}/"))) == 4


def test_a_refused_report_leaves_the_one_before_in_place_and_nothing_else(store: Store, tmp_path: Path) -> None:
    first = report(tmp_path / "a", archive_of())
    accept(store, KNOWN, first, NOW)
    before = [(item.key, item.etag) for item in store.list()]
    with pytest.raises(BadSourceError, match="sha256"):
        accept(store, KNOWN, report(tmp_path / "b", b"damaged", first.metadata.path.read_bytes()), NOW)
    assert [(item.key, item.etag) for item in store.list()] == before


def test_an_archive_of_the_same_size_and_other_bytes_is_not_the_same(store: Store, tmp_path: Path) -> None:
    accept(store, KNOWN, report(tmp_path / "a", b"0123456789"), NOW)
    assert accept(store, KNOWN, report(tmp_path / "b", b"0123456780"), NOW).is_new


def test_metadata_that_wait_alone_for_another_archive_keep_their_name(store: Store, tmp_path: Path) -> None:
    store.put(f"galaxy/{KNOWN}/archives/1.0.json", metadata_of(b"the archive that is still on its way"))
    held = accept(store, KNOWN, report(tmp_path / "a", archive_of()), NOW)
    assert held.name.startswith("1.0~")
    assert store.head(f"galaxy/{KNOWN}/archives/1.0.tar.gz") is None


def test_a_report_from_the_future_is_refused(store: Store, tmp_path: Path) -> None:
    archive = archive_of()
    with pytest.raises(BadSourceError, match="more than a day after"):
        accept(store, KNOWN, report(tmp_path / "a", archive, metadata_of(archive, generated="1999999999.0")), NOW)


def test_a_later_format_needs_its_hash_only() -> None:
    digest = "ab" * 32
    text = f'{{"version": 9, "report_hash": "sha256:{digest}", "jobs": []}}'
    assert declared_sha256(text.encode(), NOW) == digest
