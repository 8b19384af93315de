import gzip
import io
from collections import defaultdict
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.lustre.logic.entry import Form, read_line
from grt_platform.systems.lustre.logic.generate import Recipe, generate
from grt_platform.systems.lustre.logic.split import SplitRules, split
from grt_platform.systems.lustre.logic.split_index import SplitFile, index_text
from grt_platform_tests.systems.lustre.logic.dumps import ENTRY, HOSTILE, entry_line, line, packed

FORMS = {"mpistat": Form.BASE64, "wrstat": Form.QUOTED}
RULES = SplitRules(
    {1: "one", 2: "two", 3: "../evil", 4: "", 5: "one", 6: "six"}, {1, 2, 3, 4, 5}, (b"/lustre/scratch116/vr/projects",)
)


class Files(defaultdict[str, bytes]):
    def __init__(self) -> None:
        super().__init__(bytes)

    def append(self, name: str, data: bytes) -> None:
        self[name] += data

    def lines(self) -> dict[str, list[bytes]]:
        return {name: [each + b"\n" for each in gzip.decompress(data).split(b"\n")[:-1]] for name, data in self.items()}


def cut(*dumps: bytes, rules: SplitRules = RULES, **options):
    files = Files()
    done = split([(f"{n}.gz", io.BytesIO(data)) for n, data in enumerate(dumps)], rules, files.append, **options)
    return done, files


def wanted(lines: list[bytes], form: Form) -> dict[str, list[bytes]]:
    """What each file must hold, by the plain reader."""
    found = defaultdict(list)
    for text in lines:
        entry = read_line(text, form)
        if isinstance(entry, str) or RULES.names.get(entry.gid) == "":
            continue
        special = any(entry.path == prefix or entry.path.startswith(prefix + b"/") for prefix in RULES.prefixes)
        if entry.gid in RULES.chosen or special:
            name = RULES.names.get(entry.gid, str(entry.gid))
            found["3" if name.startswith(".") else name].append(text + b"\n")
    return dict(found)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(HOSTILE, ENTRY), max_size=25), st.sampled_from(list(FORMS)), st.integers(200_000, 300_000))
def test_every_group_gets_its_lines_byte_for_byte_in_order(lines, form, waiting):
    texts = [line(form=form, gid=1)]
    texts += [each if isinstance(each, bytes) else entry_line(each, form) for each in lines]
    texts += [
        line(b"/lustre/scratch116/vr/projects" + tail, form=form, gid=gid)
        for gid in (6, 99)
        for tail in (b"", b"/x", b"_old/x")
    ]
    done, files = cut(packed(texts), waiting_bytes=waiting)
    assert files.lines() == wanted(texts, FORMS[form])
    assert done.lines == len(texts) == sum(file.lines for file in done.files) + done.skipped + done.bad


@pytest.mark.slow
def test_a_million_lines_are_split_as_a_plain_loop_splits_them():
    dump = io.BytesIO()
    generate(dump, Recipe("scratch114", date(2021, 8, 21), 1_000_000))
    found = defaultdict(list)
    for text in gzip.decompress(dump.getvalue()).splitlines(keepends=True):
        found[text.split(b"\t")[3].decode()].append(text)
    gids = [int(gid) for gid in found]
    done, files = cut(dump.getvalue(), rules=SplitRules({gid: str(gid) for gid in gids}, gids))
    assert files.lines() == found
    assert (done.lines, done.skipped, done.bad) == (1_000_000, 0, 0)


def test_volumes_follow_each_other_as_gzip_members():
    first, second = [line(b"/a/%d" % i, gid=1) for i in range(5)], [line(b"/b/%d" % i, gid=5) for i in range(3)]
    done, files = cut(packed(first, end=b""), packed(second))
    assert files.lines() == {"one": [text + b"\n" for text in first + second]}
    assert [(file.name, file.gid, file.lines) for file in done.files] == [("one", 1, 8)]
    member = gzip.decompress(files["one"][: files["one"].index(b"\x1f\x8b", 2)])
    assert member.count(b"\n") == 5


@pytest.mark.parametrize("forms", [("mpistat", "wrstat"), ("wrstat", "mpistat")])
def test_each_volume_is_read_in_its_own_form(forms):
    volumes = [[line(b"/lustre/s/d%d/x%d" % (i, i), form=form, gid=1) for i in range(50)] for form in forms]
    done, files = cut(*map(packed, volumes))
    assert files.lines() == {"one": [text + b"\n" for volume in volumes for text in volume]}
    assert (done.lines, done.skipped, done.bad) == (100, 0, 0)


def test_small_room_changes_nothing_but_the_members():
    texts = [line(b"/a/%d" % i, gid=i % 3) for i in range(5000)]
    assert cut(packed(texts))[1].lines() == cut(packed(texts), waiting_bytes=1, block_bytes=70_000)[1].lines()


def test_thousands_of_groups_are_no_problem():
    names = {gid: f"g{gid}" for gid in range(5000)}
    texts = [line(b"/a/%d" % i, gid=i % 5000) for i in range(10_000)]
    done, files = cut(packed(texts), rules=SplitRules(names, frozenset(names)))
    assert len(files) == 5000
    assert {file.lines for file in done.files} == {2}


def test_a_damaged_dump_stops_the_split_and_names_itself():
    with pytest.raises(BadSourceError, match=r"1\.gz:1: "):
        cut(packed([line(gid=1)]), packed([line(gid=1)])[:-4])


@pytest.mark.parametrize(
    ("lines", "directories", "told"),
    [
        (13, 0, "one\t100.00118181818182\t600000\n"),
        (1000, 10, "one\t100.0909090909091\t700000\n"),
        (1000, 15, "one\t100.0909090909091\t720000\n"),
        (1000, 20, "one\t100.0909090909091\t765000\n"),
        (1000, 40, "one\t100.0909090909091\t1040000\n"),
    ],
)
def test_the_index_tells_what_a_tree_server_needs(lines, directories, told):
    text = index_text([SplitFile("one", 1, "one", lines, directories)])
    assert text == "Group\tBuild time (sec)\tMemory use (bytes)\n" + told
