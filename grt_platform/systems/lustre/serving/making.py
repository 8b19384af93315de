"""`grt lustre generate`: made dumps of one volume, one a day, in a folder."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import cast

from grt_platform.systems.lustre.logic.generate import Fault, Form, Made, Recipe, generate
from grt_platform.systems.lustre.logic.made.tables import groups_file, passwd_file, quotas_file
from grt_platform.systems.lustre.logic.names import mpistat_key, wrstat_key


@dataclass(frozen=True, slots=True)
class Making:
    """What is to be made: dumps of `days` days up to `last_on`; the last may be at fault."""

    volume: str
    last_on: date
    days: int = 1
    lines: int = 100_000
    seed: int = 0
    form: str = "mpistat"
    bad_lines: int = 0
    fault: str = ""

    def recipes(self) -> Iterator[Recipe]:
        """One for each day, the oldest first."""
        first_on = self.last_on - timedelta(days=self.days - 1)
        for day in range(self.days):
            is_last = day == self.days - 1
            yield Recipe(
                self.volume,
                first_on + timedelta(days=day),
                self.lines,
                seed=self.seed,
                form=cast("Form", self.form),
                first_on=first_on,
                bad_lines=self.bad_lines if is_last else 0,
                fault=cast("Fault", self.fault) if is_last else "",
            )


def make(folder: Path, making: Making) -> Iterator[tuple[Path, Made]]:
    """Writes the dumps one after another, each whole or not at all; tells what each holds."""
    for recipe in making.recipes():
        path = folder / key(recipe)
        path.parent.mkdir(parents=True, exist_ok=True)
        growing = path.with_name(f".{path.name}.part")
        try:
            with growing.open("wb") as sink:
                made = generate(sink, recipe)
            growing.replace(path)
        finally:
            growing.unlink(missing_ok=True)
        yield path, made


@dataclass(frozen=True, slots=True)
class SideFiles:
    """Files that stand in for a directory, its people and `lfs quota`, as the settings name them."""

    groups: Path
    passwd: Path
    quotas: Path


def write_side_files(folder: Path, first: Mapping[str, Made]) -> SideFiles:
    """The files that go with made dumps are in the folder.

    Args:
        folder: Where to.
        first: By volume what its first dump holds.
    """
    files = SideFiles(folder / "groups.csv", folder / "passwd", folder / "quotas.csv")
    files.groups.write_bytes(groups_file())
    files.passwd.write_bytes(passwd_file())
    files.quotas.write_bytes(quotas_file({volume: made.groups for volume, made in first.items()}))
    return files


def key(recipe: Recipe) -> str:
    """What the scanner would have called the dump."""
    if recipe.form == "mpistat":
        return mpistat_key(recipe.dumped_on, recipe.volume)
    return wrstat_key(datetime.combine(recipe.dumped_on, time(1), UTC), f"/lustre/{recipe.volume}")
