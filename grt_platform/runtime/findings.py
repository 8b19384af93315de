"""What the doctor found: a subject, how it stands, and what to do."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from grt_platform.kernel.errors import GrtError


class Verdict(StrEnum):
    """How a finding is meant."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    verdict: Verdict
    text: str


def tried(subject: str, look: Callable[[], str]) -> Finding:
    """What a look tells; the message of its error where it fails."""
    try:
        return Finding(subject, Verdict.OK, look())
    except GrtError as error:
        return Finding(subject, Verdict.FAILED, str(error))
