"""Files that arrived: small ones share a run, each version is announced again until somebody has looked at it."""

from datetime import UTC, datetime, timedelta

from grt_platform.kernel.arriving import Cursor, look
from grt_platform.systems.variants.logic.arrivals import Arrival, batches
from grt_platform.systems.variants.logic.file_kinds import FileKind, file_kind

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def sizes(*given: int) -> list[Arrival]:
    return [Arrival(f"v{number}", f"alpha/{number}.vcf.gz", size) for number, size in enumerate(given)]


def test_small_files_share_a_run_and_a_large_one_has_its_own():
    cut = [[one.size_bytes for one in batch] for batch in batches(sizes(1, 1, 1, 500, 1, 60, 60, 1), 3, 100)]
    assert cut == [[1, 1, 1], [500], [1, 60], [60, 1]]
    assert list(batches([], 3, 100)) == []


def test_vcf_files_and_sample_tables_share_no_run():
    names = ["a.vcf.gz", "b.vcf.gz", "c.tsv", "d.vcf.gz"]
    arrivals = [Arrival(name, f"alpha/{name}", 1) for name in names]
    assert [[one.group for one in batch] for batch in batches(arrivals, 9, 100)] == [names[:2], ["c.tsv"], ["d.vcf.gz"]]


def test_a_version_is_announced_at_once_and_again_only_after_a_while():
    [arrival] = sizes(1)
    seen = look([arrival], Cursor(), NOW)
    assert seen.announce == {"v0": (arrival,)}
    soon = look([arrival], seen.cursor, NOW + timedelta(minutes=9))
    assert soon.announce == {}
    assert look([arrival], soon.cursor, NOW + timedelta(minutes=11)).announce == {"v0": (arrival,)}


def test_files_are_known_by_the_end_of_their_names():
    names = ["a.vcf.gz", "b/A.VCF.GZ", "c.bcf", "d.vcf", "e.tsv", "f.vcf.gz.csi", "g.txt", "vcf.gz", "h.md"]
    kinds = [file_kind(name) for name in names]
    assert kinds == [*[FileKind.VARIANTS] * 4, FileKind.SAMPLES, None, None, None, None]
