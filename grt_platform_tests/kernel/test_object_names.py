"""Names of objects: what is refused, what is made the same, what looks the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.adapters.keys import check_key
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.object_names import has_suffix, object_name, skeleton

HOSTILE = [
    "",
    "/",
    "/etc/passwd",
    "a/",
    "a//b",
    "..",
    "a/../b",
    "./a",
    "a/.",
    "a\\b",
    "C:x",
    "a\0b",
    "a\nb",
    "a\tb",
    "a\x7fb",
    "a\x85b",
    "a\ud800",
    "a\u200bb",
    "a\u202efdp.exe",
    "\ufeffa",
    "a\u2028b",
    "\ue000",
    "a\u0378",
    "-rf",
    "x/-o",
    "~root",
    " a",
    "a ",
    "a.",
    "a/ b",
    "a*",
    "a?",
    'a"b',
    "a<b",
    "a|b",
    "n" * 256,
    "é" * 128,
    "/".join(["n" * 200] * 3),
    "/".join("p" * 33),
]
GOOD = [
    "a",
    "reads/2026/sample 1.fasta.gz",
    "ä/ö.vcf.gz",
    "日本/語.csv",
    ".hidden",
    "a..b",
    "x/.y",
    "IFN-β.fa",
    "p~q",
    "(1)#2&=+%41",
]


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_hostile_name_is_refused_with_a_reason(name: str) -> None:
    with pytest.raises(BadInputError, match="cannot name an object: "):
        object_name(name)


@pytest.mark.parametrize("name", GOOD)
def test_a_plain_name_stays_as_it_is(name: str) -> None:
    assert object_name(name) == name


def test_a_name_from_another_system_is_brought_to_normal_form() -> None:
    assert object_name("e\u0301.fa") == "é.fa"


def test_a_name_that_only_becomes_too_long_in_normal_form_is_refused() -> None:
    assert len(("\u0958" * 84).encode()) <= 255
    with pytest.raises(BadInputError, match="longer than 255"):
        object_name("\u0958" * 84)  # a composition exclusion: twice as long in NFC


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.VCF", "A.vcf"),
        ("straße", "STRASSE"),
        ("\u0430bc.fa", "abc.fa"),
        ("\u0391\u0392\u0395", "abe"),
        ("\uff41", "a"),
        ("x\u2013y", "x-y"),
        ("\u0441\u043e\u0440\u0443", "copy"),
        ("ﬁle", "file"),
    ],
)
def test_names_that_people_would_mix_up_have_the_same_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"), [("a", "b"), ("é", "e"), ("a1", "al"), ("IFN-\u03b3", "IFN-y"), ("a/b", "a-b")]
)
def test_names_that_differ_to_the_eye_have_different_skeletons(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@given(st.text(max_size=60))
def test_whatever_is_let_through_is_in_normal_form_and_can_be_a_key(text: str) -> None:
    try:
        name = object_name(text)
    except BadInputError:
        return
    assert object_name(name) == name
    assert check_key(f"projects/p/0/{name}")


def test_suffixes_are_compared_in_any_case() -> None:
    assert has_suffix("a.VCF.GZ", (".vcf.gz", ".csi"))
    assert not has_suffix("a.vcf", (".vcf.gz",))
    assert has_suffix("anything", ())
