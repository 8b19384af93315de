"""How many lines a dump had and what became of them."""

from collections import Counter
from dataclasses import dataclass, field

from grt_platform.kernel.errors import BadSourceError


@dataclass
class Counts:
    """What was read of a dump; lines are always entries plus quarantined.

    Attributes:
        form: `mpistat` (paths in base64, also wrstat up to 5.1) or `wrstat` (paths quoted).
        lines, entries, quarantined: Lines in all, good and bad.
        reasons: Bad lines by reason.
        used_bytes, files, directories: Sums over entries: bytes of all types, regular files, directories.
    """

    form: str = ""
    lines: int = 0
    entries: int = 0
    quarantined: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    used_bytes: int = 0
    files: int = 0
    directories: int = 0

    def check(self, source: str, max_bad_share: float) -> None:
        """Raises `BadSourceError` where too many lines are bad."""
        if self.quarantined > max_bad_share * self.lines:
            [(reason, times)] = self.reasons.most_common(1)
            raise BadSourceError(
                f"{self.quarantined} of {self.lines} lines are bad (at most {max_bad_share:.2%} may be), "
                f"{times} of them: {reason}",
                source,
            )
