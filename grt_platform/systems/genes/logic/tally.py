"""What is counted of one upload, and the warnings that follow from it."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """Counts of one parse: `records` = `genes` + `records_quarantined` + `records_dropped`."""

    records: int = 0
    genes: int = 0
    letters: int = 0
    genes_empty: int = 0
    genes_nameless: int = 0
    genes_repeated: int = 0
    genes_identical: int = 0
    blanks_removed: int = 0
    letters_masked: int = 0
    comments_skipped: int = 0
    records_quarantined: int = 0
    records_dropped: int = 0
    genes_without_text: int = 0

    def warnings(self) -> Iterator[str]:
        """One sentence for everything that its sender may not have meant."""
        for name, sentence in _SENTENCES.items():
            count = getattr(self, name)
            if count:
                yield f"{count} {sentence}"


_SENTENCES = {
    "records_quarantined": "record(s) in quarantine; `grt genes quarantine` shows them",
    "records_dropped": "record(s) left out, their name came before",
    "genes_repeated": "gene(s) whose name came before, told apart by `occurrence`",
    "genes_identical": "gene(s) whose sequence came before, see `identical_to`",
    "genes_empty": "gene(s) without a letter",
    "genes_nameless": "gene(s) without a name",
    "letters_masked": "letter(s) masked",
    "blanks_removed": "blank(s) taken out of sequences",
    "comments_skipped": "comment line(s) passed",
}
