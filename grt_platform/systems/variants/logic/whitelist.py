"""What a command may say: the verbs, their options, and what stands behind each; all else is refused.

Options are those of bcftools 1.16 to 1.24 that change records and nothing else. https://samtools.github.io/bcftools/
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from grt_platform.systems.variants.logic import option_values as value
from grt_platform.systems.variants.logic.expressions import expression, output_format
from grt_platform.systems.variants.logic.regions import read_regions, written

OLDEST = (1, 16)
"""The oldest bcftools that is tried."""


@dataclass(frozen=True, slots=True)
class Known:
    """An option that may be used.

    Attributes:
        name: Its long form, without dashes.
        short: Its short form, one letter; empty where it has none.
        read: Reads its value; None where it has none.
        needs: The least version of bcftools that knows it.
        written: How it is handed to bcftools, where that is not the long form.
    """

    name: str
    short: str = ""
    read: value.Reader | None = None
    needs: tuple[int, int] = OLDEST
    written: str = ""


@dataclass(frozen=True, slots=True)
class Verb:
    """A command of bcftools that may be used.

    Attributes:
        options: By long name.
        needs_one_of: Long names; one of them must be there, for the verb does nothing without.
        across: Options that look at more than one record at a time; `*` when the verb itself does.
    """

    name: str
    options: Mapping[str, Known]
    needs_one_of: tuple[str, ...] = ()
    across: tuple[str, ...] = ()

    def short(self, letter: str) -> Known | None:
        """The option of this letter."""
        return next((one for one in self.options.values() if one.short == letter), None)


def targets(text: str) -> str:
    """Regions in canonical spelling, or `^` and regions to leave out."""
    return "^" * text.startswith("^") + regions(text.removeprefix("^"))


def regions(text: str) -> str:
    """Regions in canonical spelling."""
    return written(read_regions(text))


_EXPRESSIONS = (Known("include", "i", expression), Known("exclude", "e", expression))
_PLACES = (
    Known("regions", "r", regions),
    Known("regions-overlap", "", value.overlap),
    Known("targets", "t", targets),
    Known("targets-overlap", "", value.overlap),
)
_SAMPLES = Known("samples", "s")
_NO_VERSION = Known("no-version")


def _verb(
    name: str, *options: Known, needs_one_of: tuple[str, ...] = (), across: tuple[str, ...] = ()
) -> tuple[str, Verb]:
    return name, Verb(name, MappingProxyType({one.name: one for one in options}), needs_one_of, across)


VERBS: Mapping[str, Verb] = MappingProxyType(
    dict(
        [
            _verb(
                "view",
                *_EXPRESSIONS,
                *_PLACES,
                _SAMPLES,
                _NO_VERSION,
                Known("drop-genotypes", "G"),
                Known("trim-alt-alleles", "a"),
                Known("trim-unseen-allele", "A", None, (1, 18)),
                Known("no-update", "I"),
                Known("min-ac", "c", value.allele_count),
                Known("max-ac", "C", value.allele_count),
                Known("min-af", "q", value.allele_share),
                Known("max-af", "Q", value.allele_share),
                Known("min-alleles", "m", value.whole(0, value.LARGEST)),
                Known("max-alleles", "M", value.whole(0, value.LARGEST)),
                Known("apply-filters", "f", value.filters),
                Known("genotype", "g", value.genotype),
                Known("known", "k"),
                Known("novel", "n"),
                Known("phased", "p"),
                Known("exclude-phased", "P"),
                Known("uncalled", "u"),
                Known("exclude-uncalled", "U"),
                Known("types", "v", value.some_of(*value.VARIANT_TYPES)),
                Known("exclude-types", "V", value.some_of(*value.VARIANT_TYPES)),
            ),
            _verb(
                "norm",
                *_PLACES,
                _NO_VERSION,
                Known("atomize", "a"),
                Known("atom-overlaps", "", value.one_of("*", ".")),
                Known("rm-dup", "d", value.one_of("snps", "indels", "both", "all", "exact")),
                Known("remove-duplicates", "D"),
                Known("keep-sum", "", value.one_of("AD")),
                Known("multiallelics", "m", value.multiallelics),
                Known("do-not-normalize", "N", written="-N"),
                Known("old-rec-tag", "", value.tag),
                Known("strict-filter", "s"),
                Known("site-win", "w", value.whole(1, 1_000_000)),
                needs_one_of=("multiallelics", "rm-dup", "remove-duplicates", "atomize"),
                across=("*",),
            ),
            _verb(
                "annotate",
                *_EXPRESSIONS,
                _NO_VERSION,
                Known("remove", "x", value.removable),
                Known("keep-sites", "k"),
                needs_one_of=("remove",),
            ),
            _verb(
                "filter",
                *_EXPRESSIONS,
                *_PLACES,
                _NO_VERSION,
                Known("SnpGap", "g", value.gap),
                Known("IndelGap", "G", value.whole(0, value.LARGEST)),
                Known("mask", "", targets),
                Known("mask-overlap", "", value.overlap),
                Known("mode", "m", value.one_of("+", "x", "+x")),
                Known("soft-filter", "s", value.soft_filter),
                Known("set-GTs", "S", value.one_of(".", "0")),
                across=("SnpGap", "IndelGap"),
            ),
            _verb("sort"),
            _verb(
                "query",
                *_EXPRESSIONS,
                *_PLACES,
                _SAMPLES,
                Known("format", "f", output_format),
                Known("print-header", "H"),
                Known("allow-undef-tags", "u"),
                needs_one_of=("format",),
            ),
        ]
    )
)

_OURS = "the platform decides that itself"
_FILE = "a file cannot be named in a command"
_OUTPUT = "the result's name and form are chosen by the platform; ask for the form beside the command"

DENIED: Mapping[str, str] = MappingProxyType(
    {
        "output": _OUTPUT,
        "output-file": _OUTPUT,
        "output-type": _OUTPUT,
        "compression-level": _OUTPUT,
        "write-index": "every result gets its index",
        "regions-file": f"{_FILE}; list the regions behind -r",
        "targets-file": f"{_FILE}; list the regions behind -t",
        "samples-file": f"{_FILE}; samples are chosen beside the command",
        "mask-file": f"{_FILE}; list the regions behind --mask",
        "fasta-ref": f"{_FILE}, and there is no reference genome here",
        "check-ref": "there is no reference genome here",
        "annotations": _FILE,
        "columns-file": _FILE,
        "header-lines": _FILE,
        "rename-annots": _FILE,
        "rename-chrs": _FILE,
        "vcf-list": f"{_FILE}; the files follow from the samples and regions asked for",
        "header-only": "a result has records too",
        "no-header": "a result without its header could not be read",
        "list-samples": "`grt variants plan` tells the samples",
        "private": "only the selected samples are there, so that every allele is private to them",
        "exclude-private": "only the selected samples are there, so that every allele is private to them",
        "force-samples": "samples are chosen beside the command",
        "threads": _OURS,
        "verbosity": _OURS,
        "max-mem": _OURS,
        "temp-dir": _OURS,
        "set-id": "of annotate only -x, -i, -e and -k may be used",
    }
)
"""Why options that bcftools has may not be used, by long name."""

DENIED_LETTERS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "view": {
            "h": "header-only",
            "H": "no-header",
            "l": "compression-level",
            "S": "samples-file",
            "x": "private",
            "X": "exclude-private",
        },
        "norm": {"f": "fasta-ref", "c": "check-ref"},
        "annotate": {
            "a": "annotations",
            "C": "columns-file",
            "h": "header-lines",
            "S": "samples-file",
            "I": "set-id",
        },
        "filter": {"M": "mask-file"},
        "sort": {"m": "max-mem", "T": "temp-dir"},
        "query": {"l": "list-samples", "S": "samples-file", "v": "vcf-list"},
    }
)
"""Letters of such options by verb; those of all verbs are in `DENIED_EVERYWHERE`."""

DENIED_EVERYWHERE: Mapping[str, str] = MappingProxyType(
    {"o": "output", "O": "output-type", "R": "regions-file", "T": "targets-file", "W": "write-index"}
)
