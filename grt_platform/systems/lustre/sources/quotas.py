"""Who knows the quotas: the program `lfs`, or a file that stands in for it."""

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from grt_platform.adapters.command import run
from grt_platform.kernel.errors import UnavailableError
from grt_platform.settings import Settings
from grt_platform.systems.lustre.logic.lfs_quota import Quota, parse_quota
from grt_platform.systems.lustre.logic.quotas import QUOTAS_SCHEMA, Quotas, read_quotas_file, unknown
from grt_platform.systems.lustre.sources.files import read


class QuotasSource(Protocol):
    """Somebody who knows quotas."""

    def fetch(self, volumes: Sequence[str], groups: Sequence[str]) -> Quotas:
        """The quotas of these groups on these volumes; what nobody knows is NULL, with one warning for each volume.

        Raises:
            BadInputError: What somebody wrote is wrong.
            UnavailableError: It cannot be asked now, or knows nothing at all of what was asked.
        """
        ...


def quotas_source(settings: Settings) -> QuotasSource | None:
    """Who knows quotas by the settings: the file where one is set, else `lfs`; None where neither is there."""
    if settings.lustre_quotas_file:
        return FileOfQuotas(settings.lustre_quotas_file)
    program = shutil.which(settings.lustre_lfs)
    if program is None:
        return None
    return Lfs(program, settings.lustre_mounts, settings.lustre_lfs_timeout_s, settings.lustre_lfs_at_once)


@dataclass(frozen=True, slots=True)
class FileOfQuotas:
    """A CSV of quotas."""

    path: str

    def fetch(self, volumes: Sequence[str], groups: Sequence[str]) -> Quotas:
        """All that the file says, whatever was asked for; what it does not say of that is told."""
        told = read_quotas_file(read("GRT_LUSTRE_QUOTAS_FILE", self.path), self.path)
        known = {(volume, group) for volume, group, *_ in told.frame.iter_rows()}
        missing = {volume: [group for group in groups if (volume, group) not in known] for volume in volumes}
        return Quotas(told.frame, (*told.warnings, *unknown(missing, len(groups), f"{self.path} says nothing")))


@dataclass(frozen=True, slots=True)
class Lfs:
    """The file system's own program, run once for each group and volume.

    Args:
        program: Its path.
        mounts: Where a volume is mounted, `{volume}` for its name.
        timeout_s: Longest wait for one answer.
        at_once: How many run at once.
    """

    program: str
    mounts: str = "/lustre/{volume}"
    timeout_s: float = 30
    at_once: int = 4

    def fetch(self, volumes: Sequence[str], groups: Sequence[str]) -> Quotas:
        """What it says of each of these groups on each of these volumes."""
        asked = [(volume, group) for volume in sorted(set(volumes)) for group in sorted(set(groups))]
        with ThreadPoolExecutor(self.at_once, thread_name_prefix="lfs") as pool:
            answers = list(pool.map(lambda pair: self._ask(*pair), asked))
        found = [answer for answer in answers if isinstance(answer, Quota)]
        if asked and not found:
            raise UnavailableError(f"{self.program} tells no quota of any volume ({answers[0]})")
        pairs = list(zip(asked, answers, strict=True))
        return Quotas(_frame(pairs), self._warnings(pairs, len(set(groups))))

    def _ask(self, volume: str, group: str) -> Quota | str:
        """The quota of one group, or why there is none; an exit code alone says nothing, see `lfs_quota`."""
        if group.startswith("-") or "\0" in group:
            return f"the group name {group!r} would be taken for an option"
        mount = self.mounts.replace("{volume}", volume)
        try:
            answer = run([self.program, "quota", "-gq", group, mount], timeout_s=self.timeout_s)
        except UnavailableError as error:
            return str(error)
        return parse_quota(answer.text, mount) or answer.complaint

    def _warnings(self, pairs: Sequence[tuple[tuple[str, str], Quota | str]], groups: int) -> tuple[str, ...]:
        missing, reasons = dict[str, list[str]](), dict[str, str]()
        for (volume, group), answer in pairs:
            if not isinstance(answer, Quota):
                missing.setdefault(volume, []).append(group)
                reasons.setdefault(volume, answer)
            elif answer.limit_bytes is None or answer.limit_inodes is None:
                missing.setdefault(volume, []).append(group)
                reasons.setdefault(volume, "not every server answered")
        return tuple(
            warning
            for volume, names in missing.items()
            for warning in unknown({volume: names}, groups, reasons[volume])
        )


def _frame(pairs: Sequence[tuple[tuple[str, str], Quota | str]]) -> pl.DataFrame:
    rows = [
        (volume, group, answer.limit_bytes, answer.limit_inodes, answer.used_bytes, answer.used_inodes)
        if isinstance(answer, Quota)
        else (volume, group, None, None, None, None)
        for (volume, group), answer in pairs
    ]
    return pl.DataFrame(rows, schema=QUOTAS_SCHEMA, orient="row")
