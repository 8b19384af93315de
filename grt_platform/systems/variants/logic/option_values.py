"""What stands behind an option: each reader returns the value in canonical spelling, or says what it must be."""

import re
from collections.abc import Callable

Reader = Callable[[str], str]

ALLELES = ("nref", "alt1", "minor", "major", "nonmajor")
VARIANT_TYPES = ("snps", "indels", "mnps", "ref", "bnd", "other")
GAP_TYPES = ("indel", "mnp", "bnd", "other", "overlap")
OVERLAPS = {"0": "0", "pos": "0", "1": "1", "record": "1", "2": "2", "variant": "2"}

_TAG = r"[A-Za-z_][0-9A-Za-z_.]{0,63}"
_FILTER_NAME = re.compile(r"[A-Za-z_][0-9A-Za-z_.+:-]{0,63}", re.ASCII)
_REMOVABLE = re.compile(
    rf"\^?(?:ID|QUAL|INFO|FORMAT|FILTER|(?:INFO|FORMAT|FMT)/{_TAG}|FILTER/{_FILTER_NAME.pattern})", re.ASCII
)
_SHARE = re.compile(r"\d{0,3}\.?\d{0,12}(?:[eE]-?\d{1,2})?", re.ASCII)


def whole(lowest: int, highest: int) -> Reader:
    """Whole numbers in a range."""

    def read(text: str) -> str:
        if not re.fullmatch(r"\d{1,10}", text, re.ASCII) or not lowest <= int(text) <= highest:
            raise ValueError(f"{text[:40]!r} is no whole number from {lowest} to {highest}")
        return str(int(text))

    return read


def one_of(*words: str) -> Reader:
    """One of the words."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"{text[:40]!r} is none of {', '.join(words)}")
        return text

    return read


def some_of(*words: str) -> Reader:
    """Some of the words, separated by commas; kept in the order of the words, each once."""

    def read(text: str) -> str:
        asked = {one_of(*words)(part) for part in text.split(",")}
        return ",".join(word for word in words if word in asked)

    return read


def allele_count(text: str) -> str:
    """`INT[:TYPE]`: how many alleles, and of which kind."""
    return _typed(text, whole(0, LARGEST))


def allele_share(text: str) -> str:
    """`FLOAT[:TYPE]`: a frequency from 0 to 1, and of which kind of allele."""
    return _typed(text, _share)


def gap(text: str) -> str:
    """`INT[:TYPE,...]`: bases, and between which kinds of variants."""
    bases, colon, kinds = text.partition(":")
    return whole(0, LARGEST)(bases) + (f":{some_of(*GAP_TYPES)(kinds)}" if colon else "")


def genotype(text: str) -> str:
    """`[^]hom|het|miss`."""
    return "^" * text.startswith("^") + one_of("hom", "het", "miss")(text.removeprefix("^"))


def overlap(text: str) -> str:
    """`0|1|2` or `pos|record|variant`, as number."""
    return OVERLAPS[one_of(*OVERLAPS)(text)]


def filters(text: str) -> str:
    """Names of filters separated by commas; `.` is no filter at all."""
    return ",".join(part if part == "." else filter_name(part) for part in text.split(","))


def filter_name(text: str) -> str:
    """One name of a filter."""
    if not _FILTER_NAME.fullmatch(text):
        raise ValueError(f"{text[:40]!r} cannot name a filter: letters, digits and _ . + : - after a letter")
    return text


def soft_filter(text: str) -> str:
    """A name for the filter, or `+` to have one made."""
    return text if text == "+" else filter_name(text)


def multiallelics(text: str) -> str:
    """`-|+` and what to split or join."""
    if text[:1] not in {"-", "+"}:
        raise ValueError(f"{text[:40]!r} begins neither with - (split) nor with + (join)")
    return text[0] + (one_of("snps", "indels", "both", "any")(text[1:]) if text[1:] else "both")


def removable(text: str) -> str:
    """Parts of a record separated by commas: `ID`, `QUAL`, `INFO/DP`, `FORMAT/PL`, `FILTER` ...; `^` keeps these."""
    for part in text.split(","):
        if not _REMOVABLE.fullmatch(part):
            raise ValueError(f"{part[:40]!r} cannot be removed: write ID, QUAL, FILTER, INFO, INFO/TAG or FORMAT/TAG")
    return text


def tag(text: str) -> str:
    """One name of a tag."""
    if not re.fullmatch(_TAG, text, re.ASCII):
        raise ValueError(f"{text[:40]!r} cannot name a tag")
    return text


LARGEST = 2**31 - 1


def _typed(text: str, number: Reader) -> str:
    value, colon, kind = text.partition(":")
    return number(value) + (f":{one_of(*ALLELES)(kind)}" if colon else "")


def _share(text: str) -> str:
    if not re.search(r"^\.?\d", text, re.ASCII) or not _SHARE.fullmatch(text) or not 0 <= float(text) <= 1:
        raise ValueError(f"{text[:40]!r} is no number from 0 to 1")
    return text
