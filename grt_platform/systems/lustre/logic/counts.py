"""How many lines a dump had and what became of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

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

    def told(self) -> dict[str, Any]:
        """All of it as JSON knows it; the reasons keep their order."""
        return {**asdict(self), "reasons": list(self.reasons.items())}

    @classmethod
    def added(cls, parts: Iterable[Mapping[str, Any]]) -> Self:
        """The counts of a dump whose parts told these, in their order."""
        whole = cls()
        for told in parts:
            whole.form = told["form"]
            whole.reasons.update(dict(told["reasons"]))
            for name in ("lines", "entries", "quarantined", "used_bytes", "files", "directories"):
                setattr(whole, name, getattr(whole, name) + told[name])
        return whole

    def check(self, source: str, max_bad_share: float) -> None:
        """Raises `BadSourceError` where too many lines are bad."""
        if self.quarantined > max_bad_share * self.lines:
            [(reason, times)] = self.reasons.most_common(1)
            raise BadSourceError(
                f"{self.quarantined} of {self.lines} lines are bad (at most {max_bad_share:.2%} may be), "
                f"{times} of them: {reason}",
                source,
            )
