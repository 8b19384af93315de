"""The log of each taxon, `<folder>/<taxon>.log`: one line for each event, appended whole, whoever writes."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Journal:
    """The logs of all taxa.

    Attributes:
        folder: Where they are.
    """

    folder: Path

    def tell(self, taxonomy_id: int, text: str, now: datetime, level: str = "INFO") -> None:
        """The taxon's log has one more line, in the form of the microfetch logs."""
        self.folder.mkdir(parents=True, exist_ok=True)
        moment = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        line = f"{moment} {level}:\t{' '.join(text.split())}\n".encode()
        file = os.open(self.path(taxonomy_id), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(file, line)
        finally:
            os.close(file)

    def path(self, taxonomy_id: int) -> Path:
        """Where the log of a taxon is."""
        return self.folder / f"{taxonomy_id}.log"
