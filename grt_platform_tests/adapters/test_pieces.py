"""Pieces: whole or absent, whoever is killed, in both kinds of store."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from grt_platform.adapters.pieces import Pieces, sweep
from grt_platform.adapters.store import Store
from grt_platform.kernel.errors import BadSourceError, UnavailableError
from grt_platform.kernel.shards import shards
from grt_platform_tests.fixtures.places import Place
from grt_platform_tests.fixtures.seaweed import Seaweed

FIRST, SECOND = shards(2)


class PiecesContract:
    """What is kept in every kind of store."""

    @pytest.fixture
    def store(self) -> Store:
        raise NotImplementedError

    @pytest.fixture
    def pieces(self, store: Store) -> Pieces:
        return Pieces(store, "system/job/pieces")

    @pytest.fixture
    def made(self, tmp_path: Path) -> Callable[[bytes], Path]:
        def file(data: bytes) -> Path:
            (tmp_path / "made").write_bytes(data)
            return tmp_path / "made"

        return file

    def test_the_first_cut_stands(self, pieces: Pieces) -> None:
        assert pieces.cut is None
        assert pieces.agree([["1", "2"], ["\udcff"]]) == [["1", "2"], ["\udcff"]]
        assert pieces.agree([["1"], ["2"], ["\udcff"]]) == pieces.cut == [["1", "2"], ["\udcff"]]

    def test_a_piece_comes_back_as_it_was_made(self, pieces: Pieces, made: Callable[[bytes], Path], tmp_path: Path):
        pieces.keep(FIRST, {"result": made(b"rows")}, {"records": 3})
        pieces.bring(FIRST, "result", tmp_path / "brought")
        assert ((tmp_path / "brought").read_bytes(), pieces.told(FIRST)) == (b"rows", {"records": 3})
        assert pieces.told(SECOND) is None
        with pytest.raises(BadSourceError):
            pieces.bring(SECOND, "result", tmp_path / "brought")

    def test_files_without_a_name_come_back_as_they_were_made(
        self, pieces: Pieces, store: Store, made: Callable[[bytes], Path]
    ) -> None:
        with TemporaryFile() as file, TemporaryFile() as brought:
            file.write(b"rows")
            pieces.keep(FIRST, {"result": file, "log": made(b"log")}, {})
            pieces.pour(FIRST, "result", brought)
            assert brought.read() == b"rows"
            [key] = [item.key for item in store.list() if item.key.endswith("/result")]
            store.put(key, b"others")
            for shard, name in ((FIRST, "result"), (FIRST, "other"), (SECOND, "result")):
                with pytest.raises(BadSourceError):
                    pieces.pour(shard, name, brought)

    def test_what_nobody_came_back_for_is_swept(self, pieces: Pieces, store: Store) -> None:
        pieces.agree([1])
        pieces.keep(FIRST, {}, {})
        store.put("system/other/result", b"kept")
        now = datetime.now(UTC)
        assert sweep(store, "system/job", now - timedelta(hours=1)) == 0
        assert pieces.cut == [1]
        assert sweep(store, "system", now + timedelta(hours=1)) == 1
        assert [item.key for item in store.list()] == ["system/other/result"]

    def test_a_piece_without_its_note_is_none(
        self, pieces: Pieces, store: Store, made: Callable[[bytes], Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def killed(*_: object, **__: object) -> bool:
            raise UnavailableError("killed")

        with monkeypatch.context() as patch:
            patch.setattr(store, "put", killed)
            with pytest.raises(UnavailableError):
                pieces.keep(FIRST, {"result": made(b"half")}, {})
        assert pieces.told(FIRST) is None
        pieces.keep(FIRST, {"result": made(b"whole")}, {})
        assert pieces.told(FIRST) == {}

    def test_a_mixture_of_two_who_made_it_is_no_piece(
        self, pieces: Pieces, store: Store, made: Callable[[bytes], Path], tmp_path: Path
    ) -> None:
        pieces.keep(FIRST, {"result": made(b"rows")}, {})
        [key] = [item.key for item in store.list() if item.key.endswith("/result")]
        store.put(key, b"others")
        with pytest.raises(BadSourceError, match="not as its shard made it"):
            pieces.bring(FIRST, "result", tmp_path / "brought")

    def test_nothing_is_left_of_removed_pieces(
        self, pieces: Pieces, store: Store, made: Callable[[bytes], Path]
    ) -> None:
        store.put("system/job/result", b"kept")
        pieces.agree([1, 2])
        pieces.keep(FIRST, {"result": made(b"rows")}, {})
        pieces.remove()
        pieces.remove()
        assert [item.key for item in store.list()] == ["system/job/result"]


class TestPiecesInAFolder(PiecesContract):
    """In a folder."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Store:
        return Place(str(tmp_path / "store")).store()


@pytest.mark.service
class TestPiecesInS3(PiecesContract):
    """In S3."""

    @pytest.fixture
    def store(self, seaweed: Seaweed) -> Store:
        return seaweed.place().store()
