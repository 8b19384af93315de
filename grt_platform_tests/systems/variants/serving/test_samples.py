"""Samples over HTTP and on the command line: tables judged, filters, counts and plans answered at once."""

import json
from pathlib import Path
from typing import Any

import pytest

from grt_platform import cli
from grt_platform.kernel.identity import Role
from grt_platform.systems.variants.logic.sample_table import template
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.systems.variants.project import Project, vcf

EIGHT = (
    b"#Sample_ID\tArea\tWeight\nS1\tNorth\t12.1\nS2\tEast\t18.8\n"
    b'S3\t["West", "South"]\t15.0\nS4\tWest\t20.2\nS5\tNorth,East\t\n'
)


@pytest.fixture
def small(alpha: Project) -> Project:
    """S1 to S4 in files by contig and by sample, one file of sites alone, and a table that also tells of S5."""
    alpha.put("a.vcf.gz", vcf(["S1", "S2"], "1 5 A C 0/1 1/1", "1 9 A C 0/1 1/1", "2 3 A C 0/1 1/1"))
    alpha.put("b.vcf.gz", vcf(["S3", "S2"], "2 5 A C 0/1 1/1", "3 5 A C 0/1 1/1"))
    alpha.put("c.vcf.gz", vcf(["S4"], "3 7 A C 0/1"))
    alpha.put("sites.vcf.gz", vcf([], "1 5 A C"))
    alpha.put("samples.tsv", EIGHT)
    alpha.look()
    return alpha


def choose(project: Project, text: str, expect: int = 200, **more: Any) -> Any:
    return project.ask("POST", "/samples/queries", expect, json={"filter": text, **more})


def test_a_template_has_a_line_for_each_sample_of_the_current_files(small):
    answer = small.web.client.get("/variants/projects/alpha/samples/template", headers=dict(small.headers))
    assert answer.content == template(["S1", "S2", "S3", "S4"])
    assert answer.headers["Content-Type"].startswith("text/tab-separated-values")
    assert "sample_metadata.tsv" in answer.headers["Content-Disposition"]


def judged(project: Project, content: bytes, expect: int = 200) -> Any:
    return project.ask("POST", "/samples/validations", expect, content=content, params={"name": "x.tsv"})


def test_a_table_is_judged_with_the_projects_files_before_it_is_uploaded(small):
    told = judged(small, EIGHT + b"S1\t[4\t\n")
    assert told["is_usable"] is False
    assert [(one["category"], one["column"], one["rows"]) for one in told["errors"]] == [
        ("list_syntax", "Area", [7]),
        ("sample_id_value", "Sample_ID", [2, 7]),
        ("dimensions", "Sample_ID", [6]),
    ]
    assert [(one["category"], one["column"], one["rows"]) for one in told["warnings"]] == [("format", "Area", [6])]
    assert (told["unknown_samples"], told["missing_samples"], told["name"]) == (["S5"], [], "x.tsv")
    assert told["columns"] == [{"name": "Area", "kind": "text"}, {"name": "Weight", "kind": "number"}]

    good = judged(small, b"#Sample_ID\nS1\n")
    assert (good["is_usable"], good["errors"], good["missing_samples"]) == (True, [], ["S2", "S3", "S4"])


def test_bytes_that_are_no_table_are_one_error_and_too_many_are_refused(alpha, live_web: LiveWeb):
    assert [one["category"] for one in judged(alpha, b"\x00\xff")["errors"]] == ["file_read"]
    assert [one["category"] for one in judged(alpha, b"")["errors"]] == ["file_read"]
    live_web.set("GRT_VARIANTS_TABLE_BYTES", "100")
    assert "100 bytes" in judged(alpha, b"x" * 101, expect=413)["detail"]


def test_a_filter_is_answered_at_once_with_samples_files_and_warnings(small):
    told = choose(small, "Area:North,West")
    assert told["samples"] == ["S1", "S3", "S4"]
    assert [(one["name"], one["samples"]) for one in told["files"]] == [
        ("a.vcf.gz", 1),
        ("b.vcf.gz", 1),
        ("c.vcf.gz", 1),
    ]
    assert told["sample_table"] == "samples.tsv"
    assert len(told["warnings"]) == 1
    assert "A comma in a cell" in told["warnings"][0]
    assert "pairs" not in told


def test_a_missing_value_meets_a_negation_and_a_sample_in_no_file_is_told(small):
    told = choose(small, "Weight:!12.1", pairs=True)
    assert told["samples"] == ["S2", "S3", "S4", "S5"]
    assert told["pairs"] == {"S2": ["a.vcf.gz", "b.vcf.gz"], "S3": ["b.vcf.gz"], "S4": ["c.vcf.gz"], "S5": []}
    assert "No indexed file of the project holds 1 sample (S5)" in told["warnings"]
    assert choose(small, "Weight:!12.1,!")["samples"] == ["S2", "S3", "S4"]


def test_the_filter_of_the_reference_chooses_its_fish(fish):
    told = choose(fish, "Area:West of Ireland,Northern Portugal;Sex:F")
    assert " ".join(told["samples"]) == "5a_HOM-I13 5a_HOM-I14 5a_HOM-I20 5a_HOM-I21 5a_HOM-I7 1b_HOM-G58"
    assert len(choose(fish, "")["samples"]) == 20
    mixed = choose(fish, "Population_code:>5")
    assert (mixed["samples"], mixed["files"], len(mixed["warnings"])) == ([], [], 2)


def test_a_filter_that_cannot_be_read_is_a_problem_and_no_wider_result(small):
    for text, told in (
        ("Nope:1;Area:North", "no column 'Nope'"),
        ("Weight:abc,15", "'abc' is none"),
        ("Area North", "cannot be read"),
        ('Area:"North', "not closed"),
    ):
        assert told in choose(small, text, 400)["detail"]


def test_the_table_is_named_where_there_are_several(small):
    small.put("other.tsv", b"#Sample_ID\tArea\nS2\tNorth\n")
    small.put("bad.tsv", b"#Sample_ID\tArea\nS2\n")
    assert "name one" in choose(small, "", 404)["detail"]
    assert "nobody has looked" in choose(small, "", 409, sample_table="other.tsv")["detail"]
    small.look()
    assert choose(small, "Area:North", sample_table="other.tsv")["samples"] == ["S2"]
    assert "Row 2 has 1 cells" in choose(small, "", 400, sample_table="bad.tsv")["detail"]
    assert "no sample table 'none.tsv'" in choose(small, "", 404, sample_table="none.tsv")["detail"]


def test_a_file_that_nobody_has_looked_at_is_told_and_a_plan_waits_for_it(small):
    small.put("new.vcf.gz", vcf(["S5"], "1 5 A C 0/1"))
    assert "nobody has looked at these files yet: new.vcf.gz" in choose(small, "Area:North")["warnings"]
    assert "new.vcf.gz" in small.ask("POST", "/plans", 409, json={"all_samples": True})["detail"]
    small.look()
    assert small.ask("POST", "/counts", json={"all_samples": True})["samples"] == 5


def test_a_project_version_is_asked_as_it_was(small):
    small.ask("POST", "/versions", 201, json={"name": "v1"})
    small.put("samples.tsv", b"#Sample_ID\tArea\nS1\tSouth\n")
    small.look()
    assert choose(small, "Area:North")["samples"] == []
    assert choose(small, "Area:North", project_version="v1")["samples"] == ["S1"]


def test_a_count_tells_samples_files_and_at_most_how_many_records(small):
    told = small.ask("POST", "/counts", json={"filter": "Area:North", "regions": "1"})
    assert (told["samples"], told["files"], told["records_at_most"]) == (1, 1, 2)
    assert small.ask("POST", "/counts", json={"all_samples": True})["records_at_most"] == 6


def test_a_plan_tells_what_is_read_and_how_without_reading_it(small):
    told = small.ask("POST", "/plans", json={"samples": ["S3", "S1", "S2"], "command": "view -r 2 -G; norm -m-"})
    assert told["command"] == ("view --drop-genotypes --targets=2 --targets-overlap=1; norm --multiallelics=-both")
    assert told["samples"] == ["S1", "S2", "S3"]
    assert [(one["name"], one["samples"]) for one in told["files"]] == [("a.vcf.gz", 2), ("b.vcf.gz", 2)]
    assert told["groups"] == [
        {"samples": 1, "files": 1, "is_woven": False},
        {"samples": 1, "files": 2, "is_woven": True},
        {"samples": 1, "files": 1, "is_woven": False},
    ]
    assert (told["ignored_files"], told["records_at_most"]) == (["sites.vcf.gz"], 2)
    assert told["estimated_s"] > 0
    assert 0 < told["read_bytes"] < 2 * sum(one["size_bytes"] for one in told["files"])


def test_a_sample_without_records_in_the_regions_is_told_in_a_plan(small):
    told = small.ask("POST", "/plans", json={"samples": ["S1", "S4"], "regions": "1"})
    assert (told["absent_samples"], told["samples"]) == (["S4"], ["S1", "S4"])
    assert "tells of 1 sample (S4): all genotypes are missing there" in " ".join(told["warnings"])


def test_a_question_that_cannot_be_meant_is_refused_with_its_reason(small):
    for question, told in (
        ({"all_samples": True, "command": "view -Go/tmp/x"}, "at character 6"),
        ({"all_samples": True, "command": "view -i 'ID=@/etc/passwd'"}, "'@' would read a file"),
        ({"all_samples": True, "regions": "chr1"}, "No file has the contigs chr1; they have 1, 2, 3"),
        ({"all_samples": True, "regions": "1:x"}, "The regions cannot be read"),
        ({"samples": ["NOPE"]}, "No indexed file of the project holds 1 sample (NOPE)"),
        ({"samples": []}, "No samples are selected"),
        ({"filter": "Area:Nowhere"}, "Area:Nowhere"),
        ({"samples": ["S1"], "all_samples": True}, "exactly one of"),
        ({}, "exactly one of"),
        ({"samples": ["S1"], "format": "tsv"}, "a table (format tsv) is made by query"),
    ):
        assert told in small.ask("POST", "/plans", 400, json=question)["detail"]


def test_twelve_thousand_names_are_asked_for_at_once(alpha):
    names = [f"sample-{number:05}" for number in range(12_000)]
    alpha.put("wide.vcf.gz", vcf(names, "1 5 A C " + " ".join(["0/1"] * 12_000)))
    alpha.look()
    told = alpha.ask("POST", "/counts", json={"samples": names})
    assert (told["samples"], told["files"]) == (12_000, 1)


def test_readers_may_ask_and_strangers_find_nothing(small, live_web: LiveWeb):
    reader, stranger = live_web.person("rea", alpha=Role.READ), live_web.person("sam", beta=Role.MANAGE)
    for path in ("/samples/template", "/samples/validations", "/samples/queries", "/counts", "/plans"):
        method, body = ("GET", {}) if path.endswith("template") else ("POST", {"json": {"filter": "Area:North"}})
        address = f"/variants/projects/alpha{path}"
        for headers, status in ((reader.headers, 200), (stranger.headers, 404), ({}, 401)):
            answer = live_web.client.request(method, address, headers=headers, **body)
            assert answer.status_code == status, answer.text


@pytest.fixture
def grt(small: Project, live_web: LiveWeb, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """`grt variants ...` as Ann: exit code, what was shown, what was told beside."""
    live_web.set("GRT_WEB_URL", live_web.url)
    live_web.set("GRT_TOKEN", small.headers["Authorization"].removeprefix("Bearer "))
    live_web.set("GRT_PROJECT", "alpha")
    live_web.patch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            code = cli.run(["variants", *arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


def test_a_template_comes_on_the_command_line_and_validate_exits_1_with_errors_0_with_warnings_alone(grt):
    assert grt("samples", "template")[:2] == (0, "#Sample_ID\nS1\nS2\nS3\nS4\n")
    code, out, err = grt("samples", "template", "--out", "t.tsv")
    assert (code, out) == (0, "")
    assert "t.tsv: samples: 4\n" in err
    assert Path("t.tsv").read_bytes() == template(["S1", "S2", "S3", "S4"])

    Path("good.tsv").write_bytes(b"#Sample_ID\tA\nS1\tx,y\n")
    Path("bad.tsv").write_bytes(b"#Sample_ID\tA\nS1\n" + b"".join(b"X%02d\t1\n" % number for number in range(30)))
    code, out, _ = grt("samples", "validate", "good.tsv")
    assert code == 0
    assert "A comma in a cell" in out
    assert "samples: 1; columns: A (text)" in out
    code, out, _ = grt("samples", "validate", "bad.tsv")
    assert code == 1
    assert "Row 2 has 1 cells" in out
    assert "X29" not in out
    assert "unknown\tX29\n" in grt("samples", "validate", "bad.tsv", "--untruncated")[1]
    [told] = json.loads(grt("samples", "validate", "bad.tsv", "--json")[1])
    assert len(told["unknown_samples"]) == 30


def test_filters_counts_and_plans_are_answered_on_the_command_line(grt):
    code, out, err = grt("samples", "query", "Area:North;Weight:>10")
    assert code == 0
    assert "S1" in out
    assert "a.vcf.gz" in out
    assert "A comma in a cell" in err
    assert "S2" not in out
    assert "a.vcf.gz, b.vcf.gz" in grt("samples", "query", "Sample_ID:S2", "--pairs")[1]
    assert "no samples match the filter" in grt("samples", "query", "Area:Nowhere")[1]
    [told] = json.loads(grt("samples", "query", "Area:North", "--json")[1])
    assert told["samples"] == ["S1"]
    code, out, err = grt("samples", "query", "Nope:1")
    assert (code, out) == (2, "")
    assert "has no column 'Nope'" in err

    [told] = json.loads(grt("count", "--filter", "Area:West", "--json")[1])
    assert (told["samples"], told["files"]) == (2, 2)
    assert "records_at_most" in grt("count", "--all")[1]
    code, out, err = grt("plan", "--samples", "S1,S4", "--regions", "1", "--command", "view -G")
    assert code == 0
    assert "a.vcf.gz" in out
    assert "estimated_s" in out
    assert "1 sample (S4): all genotypes are missing" in err
    assert "sites.vcf.gz holds sites alone and is ignored" in err
    code, _, err = grt("plan", "--all", "--command", "view -Oz")
    assert code == 2
    assert "at character 6, '-Oz'" in err
    assert grt("plan")[0] == 2
