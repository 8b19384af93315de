"""What is counted of one upload, and the warnings that follow from it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl


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

    def count(self, genes: pl.DataFrame) -> None:
        """These rows of the table genes are loaded."""
        self.genes += genes.height
        self.letters += int(genes["length"].sum())
        self.genes_empty += int((genes["length"] == 0).sum())
        self.genes_nameless += int((genes["name"] == "").sum())
        self.genes_repeated += int((genes["occurrence"] > 1).sum())
        self.genes_identical += genes.height - genes["identical_to"].null_count()
        self.blanks_removed += int(genes["blanks_removed"].sum())
        self.letters_masked += int(genes["letters_masked"].sum())

    def add(self, counts: Mapping[str, int]) -> None:
        """What a part counted of its records beside its genes."""
        for name in ("records", "records_quarantined", "records_dropped", "comments_skipped"):
            setattr(self, name, getattr(self, name) + counts[name])

    def warnings(self) -> Iterator[str]:
        """A sentence for everything that was not taken as it was sent, or that its sender can hardly have meant."""
        return self._told(_WARNINGS)

    def notes(self) -> Iterator[str]:
        """A sentence for everything else worth a look."""
        return self._told(_NOTES)

    def _told(self, sentences: Mapping[str, str]) -> Iterator[str]:
        for name, sentence in sentences.items():
            count = getattr(self, name)
            if count:
                yield f"{count} {sentence}"


_WARNINGS = {
    "records_quarantined": "record(s) are in quarantine; `grt genes quarantine` shows them",
    "letters_masked": "letter(s) were masked",
    "genes_empty": "gene(s) have no letter",
    "genes_nameless": "gene(s) have no name",
}
_NOTES = {
    "records_dropped": "record(s) were left out, their name came before",
    "genes_repeated": "gene(s) have a name that came before; `occurrence` tells them apart",
    "genes_identical": "gene(s) have a sequence that came before, see `identical_to`",
    "blanks_removed": "blank(s) were taken out of sequences",
    "comments_skipped": "comment line(s) were passed",
}
