"""Load, back up, destroy, restore: the same answers; and what is no whole backup is never taken for one."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import psycopg
import pytest

from grt_platform.adapters import store_copies
from grt_platform.adapters.dumps import dump, is_empty, load
from grt_platform.adapters.store import Store, open_store
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.errors import BadInputError, BadSourceError, UnavailableError
from grt_platform.runtime import backup, restore
from grt_platform.runtime.backup import MANIFEST, back_up
from grt_platform.runtime.installation import Installation
from grt_platform.settings import Settings
from grt_platform_tests.fixtures.seaweed import Seaweed

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
SHA = hashlib.sha256(b"gene").hexdigest()
ANSWERS = (
    "SELECT name, is_admin FROM identity.users ORDER BY name",
    "SELECT project, name, version_id FROM objects.names ORDER BY name",
    "SELECT source, status, rows_in, received_at FROM galaxy.ledger ORDER BY source",
    "SELECT count(*) AS n FROM identity.audit",
)


def silent(_line: str) -> None:
    """Nobody listens."""


@pytest.fixture
def loaded(tmp_path: Path, warehouse_url: str, database_url: str) -> Settings:
    """An installation on a server of its own, with something in every part."""
    known = Settings(
        home=tmp_path / "home", warehouse_url=warehouse_url, dagster_url=database_url, signing_key="k" * 20
    )
    fill_stores(known)
    fill_warehouse(warehouse_url)
    overrides = {"storage": {"postgres": {"postgres_url": database_url.replace("postgresql:", "postgresql+psycopg2:")}}}

    @dg.asset(partitions_def=dg.StaticPartitionsDefinition(["a"]))
    def kept() -> int:
        return 1

    with dg.instance_for_test(overrides=overrides, temp_dir=str(tmp_path)) as instance:
        dg.materialize([kept], instance=instance, partition_key="a")
    return known


def key_of(warehouse_url: str, version_id: str) -> str:
    from grt_platform.adapters.objects import Objects

    objects = Objects(Warehouse(warehouse_url), open_store("/nowhere", Settings()))
    return objects.version("default", version_id).key


def fill_stores(known: Settings) -> None:
    open_store(known.raw, known).put("galaxy/one/kept/a b.tar.gz", b"archive")
    open_store(known.lake, known).put("galaxy/jobs/instance=x/part-0.parquet", b"rows" * 1000)
    open_store(known.products, known).put("genes/result.json", b"{}")
    open_store(str(known.home / "ena" / "reads"), known).put("562/run.fastq.gz", b"reads")


VERSION = "0199a1f7-20f4-7b1e-8c0d-7d1f4d1e2207"


def fill_warehouse(url: str) -> None:
    with Warehouse(url).transaction() as connection:
        connection.execute(
            """INSERT INTO galaxy.ledger (instance_id, received_month, source, version, size_bytes, sha256, received_at,
                   status, rows_in, rows_loaded, rows_quarantined, rows_duplicate, rows_superseded)
               VALUES ('5e9a1f7c-20f4-4b1e-8c0d-7d1f4d1e2207', '2026-11', 'é', 'v', 1, 'x', now(),
                   'loaded', 10, 10, 0, 0, 0)"""
        )
        from grt_platform.adapters.accounts.projects import create_project
        from grt_platform.adapters.accounts.users import add_user
        from grt_platform.adapters.database import Within
        from grt_platform.kernel.identity import KEY_USER_ID

        add_user(Within(connection), "ann", NOW, is_admin=True)
        create_project(Within(connection), "default", "", KEY_USER_ID, NOW)
        connection.execute("INSERT INTO objects.projects (project, used_bytes, suffixes) VALUES ('default', 4, '[]')")
        connection.execute(
            """INSERT INTO objects.versions (version_id, project, name, size_bytes, sha256, state, created_by,
                   created_at, expires_at, signed_until_at, stored_at, generation, is_cleaned)
               VALUES (%s, 'default', 'gene.fa', 4, %s, 'stored', 'ann', now(), now(), now(), now(), 1, true)""",
            [VERSION, SHA],
        )
        connection.execute(
            "INSERT INTO objects.names (project, name, skeleton, version_id) "
            "VALUES ('default', 'gene.fa', 'gene.fa', %s)",
            [VERSION],
        )


@pytest.fixture
def whole(loaded: Settings) -> Settings:
    """The same, the object's bytes in the raw store."""
    url = loaded.warehouse_url.get_secret_value()
    open_store(loaded.raw, loaded).put(key_of(url, VERSION), b"gene")
    return loaded


def triggers(url: str) -> list[dict[str, object]]:
    return Warehouse(url).fetch(
        "SELECT tgname, tgrelid::regclass::text AS t FROM pg_trigger WHERE NOT tgisinternal ORDER BY 2, 1"
    )


def answers(url: str) -> list[list[dict[str, object]]]:
    return [Warehouse(url).fetch(question) for question in ANSWERS]


def contents(store: Store) -> dict[str, bytes]:
    return {item.key: store.read(item.key) for item in store.list()}


def test_what_was_backed_up_and_destroyed_comes_back_in_another_installation(whole: Settings, tmp_path: Path) -> None:
    source = whole.warehouse_url.get_secret_value()
    told: list[str] = []
    made = back_up(str(tmp_path / "safe"), whole, NOW, told.append)
    before = {name: contents(store) for name, store in backup.stores_of(whole).items()}
    asked = answers(source)
    assert made.purged == []
    assert {name: found["objects"] for name, found in made.stores.items()} == {
        "raw": 2, "reads": 1, "products": 1, "lake": 1,
    }  # fmt: skip
    for name in ("raw", "lake", "products", "ena"):
        destroy(whole.home / name)
    target = Settings(home=tmp_path / "again")  # an embedded Postgres of its own, empty
    installation = Installation(target.home)
    restore.restore(str(tmp_path / "safe"), installation, target, told.append)
    assert {name: contents(store) for name, store in backup.stores_of(target).items()} == before
    with restore._databases(installation, target, silent) as where:
        assert answers(where.warehouse_url) == asked
        with psycopg.connect(where.dagster_url) as connection:
            assert connection.execute("SELECT count(*) FROM runs").fetchone() == (1,)
        assert triggers(where.warehouse_url) == triggers(source)
    with pytest.raises(BadInputError, match="holds tables already"):
        restore.restore(str(tmp_path / "safe"), installation, target, silent)


def destroy(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def test_an_object_that_the_database_names_and_the_store_lacks_is_no_backup(loaded: Settings, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"1 objects .* are not in the raw store whole: default/gene.fa"):
        back_up(str(tmp_path / "safe"), loaded, NOW, silent)
    assert not (tmp_path / "safe" / MANIFEST).exists()
    with pytest.raises(BadInputError, match="holds no whole backup"):
        restore.restore(
            str(tmp_path / "safe"), Installation(tmp_path / "again"), Settings(home=tmp_path / "again"), silent
        )


def test_what_was_purged_while_it_was_made_is_told(
    whole: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = whole.warehouse_url.get_secret_value()
    copy = backup._copy_stores

    def purge_then_copy(*arguments: object) -> None:
        with Warehouse(url).transaction() as connection:
            connection.execute("UPDATE objects.versions SET state = 'purged'")
        open_store(whole.raw, whole).delete(key_of(url, VERSION))
        copy(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(backup, "_copy_stores", purge_then_copy)
    made = back_up(str(tmp_path / "safe"), whole, NOW, silent)
    assert made.purged == [f"default/gene.fa ({VERSION})"]


def test_what_is_uploaded_after_the_dump_is_in_no_database_of_the_backup(
    whole: Settings, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = whole.warehouse_url.get_secret_value()
    copy = backup._copy_stores

    def load_then_copy(*arguments: object) -> None:
        with Warehouse(url).transaction() as connection:
            connection.execute("UPDATE galaxy.ledger SET status = 'rejected'")
        copy(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(backup, "_copy_stores", load_then_copy)
    back_up(str(tmp_path / "safe"), whole, NOW, silent)
    target = Settings(home=tmp_path / "again")
    restore.restore(str(tmp_path / "safe"), Installation(target.home), target, silent)
    with restore._databases(Installation(target.home), target, silent) as where:
        assert Warehouse(where.warehouse_url).fetch("SELECT status FROM galaxy.ledger") == [{"status": "loaded"}]


def test_a_place_that_is_not_empty_or_inside_a_store_is_refused(whole: Settings, tmp_path: Path) -> None:
    (tmp_path / "safe").mkdir()
    (tmp_path / "safe" / "x").write_text("mine")
    with pytest.raises(BadInputError, match="is not empty"):
        back_up(str(tmp_path / "safe"), whole, NOW, silent)
    with pytest.raises(BadInputError, match="is inside of"):
        back_up(str(whole.home / "raw" / "safe"), whole, NOW, silent)


def test_a_damaged_backup_and_one_of_a_newer_release_are_refused(whole: Settings, tmp_path: Path) -> None:
    safe, target = tmp_path / "safe", Settings(home=tmp_path / "again")
    back_up(str(safe), whole, NOW, silent, without=frozenset({"lake"}))
    manifest = json.loads((safe / MANIFEST).read_text())
    assert "lake" not in manifest["stores"]
    (safe / MANIFEST).write_text(json.dumps({**manifest, "revision": "r9999"}))
    with pytest.raises(BadInputError, match="revision r9999"):
        restore.restore(str(safe), Installation(target.home), target, silent)
    (safe / MANIFEST).write_text(json.dumps(manifest))
    (safe / "postgres" / "warehouse.dump").write_bytes(b"other bytes")
    with pytest.raises(BadInputError, match=r"warehouse\.dump of this backup is damaged"):
        restore.restore(str(safe), Installation(target.home), target, silent)


@pytest.mark.service
def test_a_backup_in_s3_comes_back_into_stores_in_s3(whole: Settings, seaweed: Seaweed, tmp_path: Path) -> None:
    place = seaweed.place()
    given = Settings.model_validate(place.settings)
    keys = {name: getattr(given, name) for name in ("s3_endpoint", "s3_access_key", "s3_secret_key")}
    back_up(place.url, whole.model_copy(update=keys), NOW, silent)
    assert place.store().read("stores/raw/galaxy/one/kept/a b.tar.gz") == b"archive"
    places = {f"{name}_url": seaweed.place().url for name in ("raw", "lake", "products")}
    target = Settings.model_validate({"home": tmp_path / "again", **place.settings, **places})
    restore.restore(place.url, Installation(target.home), target, silent)
    before, after = ({name: contents(store) for name, store in backup.stores_of(of).items()} for of in (whole, target))
    assert after == before
    assert contents(open_store(target.raw, target)), "they are in the bucket"


def test_a_store_that_changes_is_copied_until_it_stands_still(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = (open_store(str(tmp_path / name), Settings()) for name in ("source", "target"))
    source.put("a/1", b"old")
    source.put("a/2", b"gone soon")
    listed = iter([None, None, None])
    plain = source.list

    def changing(prefix: str = ""):
        items = list(plain(prefix))
        if next(listed, 0) is None:
            source.put("a/1", b"newer")
            source.delete("a/2")
        return iter(items)

    monkeypatch.setattr(source, "list", changing)
    copied = store_copies.copy_changing(source, target, "stores/lake")
    assert contents(target) == {"stores/lake/a/1": b"newer"}
    assert copied.objects == 1


def test_a_store_that_never_stands_still_is_no_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = (open_store(str(tmp_path / name), Settings()) for name in ("source", "target"))
    plain, numbers = source.list, iter(range(100))

    def changing(prefix: str = ""):
        source.put("a/1", b"x" * next(numbers))
        return plain(prefix)

    monkeypatch.setattr(source, "list", changing)
    with pytest.raises(UnavailableError, match="5 times"):
        store_copies.copy_changing(source, target, "stores/lake")


def test_a_failing_dump_tells_its_last_words_and_no_password(tmp_path: Path, warehouse_url: str) -> None:
    with (
        (tmp_path / "dump").open("wb") as file,
        pytest.raises(UnavailableError, match=r"pg_dump of .* failed: ") as caught,
    ):
        dump(warehouse_url, file, snapshot="00000000-00000000-9")
    assert "grt:" not in str(caught.value)


def test_a_dump_cut_short_loads_nothing(tmp_path: Path, warehouse_url: str, database_url: str) -> None:
    whole = tmp_path / "dump"
    with whole.open("wb") as file:
        dump(warehouse_url, file)
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with whole.open("rb") as file, pytest.raises(UnavailableError, match="pg_restore"):
        load(database_url, file)
    assert is_empty(database_url)


def test_a_store_that_fails_is_no_backup(whole: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_more: object) -> None:
        raise BadSourceError("changed while it was read; read it again", "a")

    monkeypatch.setattr(store_copies, "_copy_one", fail)
    with pytest.raises(BadSourceError):
        back_up(str(tmp_path / "safe"), whole, NOW, silent)
    assert not (tmp_path / "safe" / MANIFEST).exists()
