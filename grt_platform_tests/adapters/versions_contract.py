"""What versions of objects keep in every kind of store, as a suite that each kind inherits."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from grt_platform.adapters.objects import Objects
from grt_platform.adapters.reaping import reap
from grt_platform.adapters.uploads import Uploads
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.versions import AbsentError, EndedError, NotYetError, State, TakenError
from grt_platform_tests.adapters.uploads_suite import NOW, P, UploadsSuite, read, send


class VersionsContract(UploadsSuite):
    """Versions: the current one, the others, deleted and purged ones."""

    def test_a_second_upload_is_a_new_version_and_the_first_stays(self, uploads: Uploads, objects: Objects) -> None:
        first, second = self.put(uploads, b"1"), self.put(uploads, b"22")
        assert objects.current(P, "a.fa") == second
        assert objects.versions(P, "a.fa") == [second, first]
        assert read(objects, objects.pin(P, version_id=first.version_id)) == b"1"

    def test_the_version_announced_last_is_current_whichever_was_begun_first(
        self, uploads: Uploads, objects: Objects
    ) -> None:
        first = self.begin(uploads, b"1")
        second = self.put(uploads, b"2")
        send(uploads.put_url(first, now=NOW), b"1")
        assert objects.current(P, "a.fa") == second
        uploads.complete(P, first.version_id, now=NOW)
        assert objects.current(P, "a.fa").version_id == first.version_id

    def test_of_many_uploads_of_one_name_at_once_every_one_survives(self, uploads: Uploads, objects: Objects) -> None:
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda number: self.put(uploads, b"%d" % number), range(24)))
        kept = objects.versions(P, "a.fa")
        assert {each.version_id for each in kept} == {each.version_id for each in made}
        assert {read(objects, each) for each in kept} == {b"%d" % number for number in range(24)}
        assert objects.current(P, "a.fa") == kept[0]

    def test_names_that_begin_alike_or_are_folders_of_others_live_side_by_side(
        self, uploads: Uploads, objects: Objects
    ) -> None:
        names = ["a", "a/b", "a/b/c", "a-b", "b"]
        made = [self.put(uploads, name.encode(), name) for name in names]
        nested = self.put(uploads, b"nested", f"a/{made[0].version_id}")
        assert [each.name for each in objects.list(P)] == sorted([*names, nested.name])
        assert [each.name for each in objects.list(P, prefix="a/b")] == ["a/b", "a/b/c"]
        assert [read(objects, each) for each in made] == [name.encode() for name in names]

    def test_a_name_that_looks_like_another_is_refused_while_the_other_is_there(
        self, uploads: Uploads, objects: Objects
    ) -> None:
        stored = self.put(uploads, name="Sample.fa")
        with pytest.raises(TakenError, match=r"Sample\.fa"):
            self.begin(uploads, name="s\u0430mple.FA")
        objects.purge(P, stored.version_id, by="ann")
        reap(uploads._database, uploads._store, NOW)
        self.begin(uploads, name="s\u0430mple.FA")

    def test_a_listing_is_paged_by_name(self, uploads: Uploads, objects: Objects) -> None:
        names = [f"{number:02}.fa" for number in range(7)] + ["é.fa", "日本.fa"]
        for name in names:
            self.put(uploads, b"x", name)
        found: list[str] = []
        while page := objects.list(P, after=found[-1] if found else "", limit=2):
            found += [each.name for each in page]
        assert found == names

    def test_what_a_job_pins_stays_the_same_whatever_comes_after(self, uploads: Uploads, objects: Objects) -> None:
        pinned = objects.pin(P, "a.fa") if objects.list(P) else self.put(uploads, b"pinned")
        self.put(uploads, b"newer")
        objects.delete(P, "a.fa", by="ann", now=NOW)
        again = objects.pin(P, version_id=pinned.version_id)
        assert (again.key, read(objects, again)) == (pinned.key, b"pinned")

    def test_only_stored_versions_can_be_pinned(self, uploads: Uploads, objects: Objects) -> None:
        version = self.begin(uploads)
        with pytest.raises(NotYetError):
            objects.pin(P, version_id=version.version_id)
        with pytest.raises(AbsentError):
            objects.pin(P, "a.fa")
        uploads.abort(P, version.version_id)
        with pytest.raises(EndedError):
            objects.pin(P, version_id=version.version_id)

    def test_a_version_of_another_project_is_not_there(self, uploads: Uploads, objects: Objects) -> None:
        version = self.put(uploads)
        for project in ("beta", "nobody"):
            for ask in (objects.version, uploads.complete, uploads.abort, objects.purge):
                more: dict[str, object] = {uploads.complete: {"now": NOW}, objects.purge: {"by": "eve"}}.get(ask, {})  # type: ignore[dict-item]
                with pytest.raises(AbsentError):
                    ask(project, version.version_id, **more)  # type: ignore[operator]
        for wrong in ("", "x", version.version_id.upper(), "00000000-0000-7000-8000-000000000000"):
            with pytest.raises(AbsentError):
                objects.version(P, wrong)

    def test_a_deleted_object_is_hidden_keeps_its_versions_and_comes_back(
        self, uploads: Uploads, objects: Objects
    ) -> None:
        version = self.put(uploads)
        for _ in range(2):
            assert objects.delete(P, "a.fa", by="ann", now=NOW) == version
        assert objects.list(P) == []
        assert objects.list(P, deleted=True) == [version]
        with pytest.raises(AbsentError):
            objects.current(P, "a.fa")
        assert objects.restore(P, "a.fa") == version
        assert objects.current(P, "a.fa") == version

    def test_an_older_version_can_be_made_current_again(self, uploads: Uploads, objects: Objects) -> None:
        first, second = self.put(uploads, b"1"), self.put(uploads, b"2")
        assert objects.restore(P, "a.fa", version_id=first.version_id) == first
        assert objects.current(P, "a.fa") == first
        assert objects.versions(P, "a.fa")[0] == second
        other = self.put(uploads, b"3", "b.fa")
        with pytest.raises(BadInputError, match="no stored version of it"):
            objects.restore(P, "a.fa", version_id=other.version_id)

    def test_an_upload_over_a_deleted_object_is_there_again(self, uploads: Uploads, objects: Objects) -> None:
        self.put(uploads, b"1")
        objects.delete(P, "a.fa", by="ann", now=NOW)
        assert self.put(uploads, b"2") == objects.current(P, "a.fa")

    def test_a_purged_version_is_gone_its_room_is_free_and_the_one_before_is_current(
        self, uploads: Uploads, objects: Objects, warehouse: Warehouse
    ) -> None:
        first, second = self.put(uploads, b"1"), self.put(uploads, b"22")
        for _ in range(2):
            assert objects.purge(P, second.version_id, by="ann").state is State.PURGED
        assert objects.store.head(second.key) is None
        assert (objects.current(P, "a.fa"), self.used(warehouse)) == (first, 1)
        objects.purge(P, first.version_id, by="ann")
        assert objects.list(P) == []
        with pytest.raises(AbsentError):
            objects.restore(P, "a.fa")
        with pytest.raises(EndedError, match="purged"):
            objects.pin(P, version_id=first.version_id)
