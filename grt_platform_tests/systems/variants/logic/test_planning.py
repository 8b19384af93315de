"""Plans: only files that matter are touched, and every genotype comes into the result once, however files overlap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.variants.logic.planning import FileDimensions, PlanLimits, batches, plan
from grt_platform.systems.variants.logic.regions import Region, read_regions

LIMITS = PlanLimits(200, 1.0, 0.5, genotypes_read_per_s=100.0, genotypes_written_per_s=10.0)


def holds(name: str, samples: str, scaffolds: str = "1:10", **more) -> FileDimensions:
    """`holds("a", "S1 S2", "1:10 2:5")`."""
    counts = {contig: int(count) for contig, _, count in (one.rpartition(":") for one in scaffolds.split())}
    return FileDimensions(f"v-{name}", name, 1000, tuple(samples.split()), counts, **more)


def planned(files, samples: str | None = None, regions: str = ""):
    wanted = samples.split() if samples is not None else None
    return plan(files, wanted, read_regions(regions) if regions else (), LIMITS)


def shape(made):
    return [(" ".join(group.samples), [file.name for file in group.files], group.is_ordered) for group in made.groups]


@pytest.mark.parametrize(
    ("files", "samples", "regions", "told"),
    [
        ([], None, "", "no indexed VCF file with samples"),
        ([holds("sites", "")], None, "", "no indexed VCF file with samples"),
        ([holds("a", "S1")], "", "", "No samples are selected"),
        ([holds("a", "S1")], "S1 S2 S3", "", "No indexed file of the project holds 2 samples (S2, S3)"),
        ([holds("a", "S1")], "S1", "chr1", "No file has the contigs chr1; they have 1"),
        (
            [holds("a", "S1"), holds("b", "S2", "2:5")],
            "S1",
            "2",
            "No file holds a record of a selected sample on 2",
        ),
        ([holds("a", "S1", "")], "S1", "", "on any contig"),
        ([holds("a", "S1", "HLA-A*01:01:5")], "S1", "HLA-A*01:01", "write {HLA-A*01:01}"),
    ],
)
def test_a_query_that_nothing_can_answer_is_refused_with_its_reason(files, samples, regions, told):
    with pytest.raises(BadInputError) as refusal:
        planned(files, samples, regions)
    assert told in str(refusal.value)


def test_a_long_list_of_unknown_samples_is_cut():
    with pytest.raises(BadInputError, match=r"12000 samples.*and 11980 more"):
        planned([holds("a", "S1")], " ".join(f"X{number}" for number in range(12_000)))


def test_only_files_that_hold_a_sample_and_a_contig_are_touched():
    files = [
        holds("a", "S1 S2", "1:10 2:10"),
        holds("b", "S3", "1:10"),
        holds("c", "S1", "3:4"),
        holds("d", "S4", "2:1"),
    ]
    made = planned(files, "S1 S3", "2:5-9,1")
    assert made.names == ("a", "b")
    assert made.version_ids == ("v-a", "v-b")
    assert made.records == 30
    assert made.samples == ("S1", "S3")


def test_files_of_other_samples_are_put_side_by_side():
    assert shape(planned([holds("b", "S3 S4"), holds("a", "S1 S2")])) == [
        ("S1 S2", ["a"], True),
        ("S3 S4", ["b"], True),
    ]


def test_files_of_the_same_samples_are_put_one_after_the_other_by_contig():
    files = [holds("a", "S1 S2", "10:1"), holds("b", "S1 S2", "2:1"), holds("c", "S1 S2", "1:1")]
    made = planned([FileDimensions(**{**_fields(one), "contigs": ("1", "2", "10")}) for one in files])
    assert shape(made) == [("S1 S2", ["c", "b", "a"], True)]


def _fields(one: FileDimensions) -> dict:
    return {name: getattr(one, name) for name in FileDimensions.__slots__}


@pytest.mark.parametrize(
    ("first", "second"), [("1:5", "1:5"), ("1:5 3:5", "2:5"), ("1:5 2:5", "2:5 3:5"), ("2:5", "1:5 3:5")]
)
def test_files_whose_contigs_interleave_are_woven(first, second):
    order = ("1", "2", "3")
    made = planned([holds("a", "S1", first, contigs=order), holds("b", "S1", second, contigs=order)])
    assert [group.is_ordered for group in made.groups] == [False]


def test_only_the_contigs_asked_for_decide_whether_files_interleave():
    order = ("1", "2", "3")
    files = [holds("a", "S1", "1:5 3:5", contigs=order), holds("b", "S1", "2:5", contigs=order)]
    assert [group.is_ordered for group in planned(files, "S1", "1,2").groups] == [True]


def test_samples_in_another_order_are_reordered():
    made = planned([holds("a", "S1 S2 S3", "1:1"), holds("b", "S3 S2 S1", "2:1")], "S3 S1")
    assert shape(made) == [("S1 S3", ["a", "b"], True)]
    assert [file.is_reordered for file in made.groups[0].files] == [False, True]
    assert {file.samples for file in made.groups[0].files} == {("S1", "S3")}


def test_overlap_is_judged_on_the_selected_samples():
    files = [holds("a", "S1 S2"), holds("b", "S2 S3")]
    assert shape(planned(files, "S1 S3")) == [("S1", ["a"], True), ("S3", ["b"], True)]
    assert shape(planned(files, "S2")) == [("S2", ["a", "b"], False)]


def test_samples_that_only_some_files_share_are_classed_by_the_files_that_hold_them():
    files = [holds("a", "S1 S2", "1:5"), holds("b", "S2 S3", "2:5")]
    assert shape(planned(files)) == [("S1", ["a"], True), ("S2", ["a", "b"], True), ("S3", ["b"], True)]
    superset = [holds("a", "S1", "1:5"), holds("b", "S1 S2", "2:5")]
    assert shape(planned(superset)) == [("S1", ["a", "b"], True), ("S2", ["b"], True)]


def test_files_of_sites_alone_are_ignored_and_named():
    made = planned([holds("a", "S1"), holds("sites", "")])
    assert made.ignored == ("sites",)
    assert made.names == ("a",)


def test_a_sample_without_a_record_in_the_regions_keeps_its_column_and_is_told():
    made = planned([holds("a", "S1", "1:5"), holds("b", "S2", "2:5")], "S2 S1", "1")
    assert made.absent_samples == ("S2",)
    assert made.samples == ("S1", "S2")
    assert made.names == ("a",)
    assert made.warnings == ("No record in these regions tells of 1 sample (S2): all genotypes are missing there",)


def test_a_plan_reckons_bytes_by_the_share_of_records():
    files = [holds("a", "S1", "1:30 2:10"), holds("b", "S2", "1:10")]
    assert planned(files, None, "2,1:5-9").read_bytes == 2000
    assert planned(files, None, "2").read_bytes == 250


def test_a_plan_reckons_time_by_genotypes_that_are_gone_through_and_written():
    files = [holds("a", "S1 S2 S3 S4", "1:100 2:50"), holds("b", "S5", "1:100")]
    one_of_four = 1 + 0.5 + 400 / 100 + 100 / 10
    assert planned(files, "S1", "1").estimated_s == one_of_four
    assert planned(files, "S1 S5", "1").estimated_s == one_of_four + 0.5 + 100 / 100 + 100 / 10


def test_repeated_names_are_asked_for_once_and_columns_stand_in_the_order_of_files_and_headers():
    made = planned([holds("b", "S3 S1"), holds("a", "S9 S2")], "S1 S2 S1 S3 S9")
    assert made.samples == ("S9", "S2", "S3", "S1")


def test_headers_that_contradict_each_other_are_noticed():
    agreed = planned([holds("a", "S1", "1:1 2:1"), holds("b", "S2", "x:1 2:1 3:1")])
    assert agreed.contigs == ("1", "x", "2", "3")
    contrary = planned([holds("a", "S1", "1:1 2:1"), holds("b", "S1", "2:1 1:1"), holds("c", "S1", "3:1")])
    assert contrary.contigs == ()
    assert shape(contrary) == [("S1", ["a", "b", "c"], False)]


def test_the_longest_record_of_the_touched_files_is_known():
    files = [holds("a", "S1", longest_ref=7), holds("b", "S2", longest_ref=900)]
    assert planned(files, "S1").longest_ref == 7
    assert planned(files).longest_ref == 900


def test_files_that_share_samples_in_too_many_ways_are_refused():
    files = [holds(f"{at:02}", " ".join(f"S{at + more}" for more in range(5))) for at in range(10)]
    made = plan(files, None, (), PlanLimits(most_parts=50))
    assert sum(len(group.files) for group in made.groups) == 50
    with pytest.raises(BadInputError, match="10 of them would be read 50 times, 49 are the most"):
        plan(files, None, (), PlanLimits(most_parts=49))


def test_files_of_many_samples_that_are_the_same_are_planned_as_one_list():
    names = tuple(f"S{number}" for number in range(12_000))
    files = [FileDimensions(str(at), f"{at:04}", 10, tuple(names), {str(at): 1}) for at in range(300)]
    made = plan(files, None, (), LIMITS)
    assert [(len(group.samples), len(group.files), group.is_ordered) for group in made.groups] == [(12_000, 300, True)]
    assert len({id(file.samples) for group in made.groups for file in group.files}) == 1


@pytest.mark.parametrize(
    ("count", "most", "sizes"),
    [(0, 5, []), (1, 5, [1]), (5, 5, [5]), (6, 5, [3, 3]), (1500, 200, [187, 188, 187, 188, 187, 188, 187, 188])],
)
def test_batches_are_even_and_in_order(count, most, sizes):
    made = batches(count, most)
    assert sorted(len(one) for one in made) == sorted(sizes)
    assert [at for one in made for at in one] == list(range(count))


NAMES = st.sampled_from(["S1", "S2", "S3", "S4", "S5"])
CONTIGS = st.sampled_from(["1", "2", "3"])
FILES = st.lists(
    st.tuples(st.lists(NAMES, unique=True), st.dictionaries(CONTIGS, st.integers(1, 9))), min_size=1, max_size=6
)


@given(FILES, st.lists(NAMES), st.lists(CONTIGS, unique=True))
def test_every_genotype_of_a_touched_file_comes_into_the_result_once(described, samples, contigs):
    files = [
        FileDimensions(str(at), str(at), 100, tuple(names), counts) for at, (names, counts) in enumerate(described)
    ]
    try:
        made = plan(files, samples, [Region(contig) for contig in contigs], LIMITS)
    except BadInputError:
        return
    read = [(file.version_id, sample) for group in made.groups for file in group.files for sample in file.samples]
    due = {
        (one.version_id, sample)
        for one in files
        for sample in one.samples
        if sample in samples and any(not contigs or contig in contigs for contig in one.scaffolds)
    }
    assert sorted(read) == sorted(due)
    assert sorted(made.samples) == sorted(set(samples))
    assert all(set(file.samples) == set(group.samples) for group in made.groups for file in group.files)
