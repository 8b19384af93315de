"""The jobs of a batch of reports, each (report, job) once, and how to find the job of many rows at once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Runs:
    """Consecutive rows of one job.

    Attributes:
        starts: Row on which each run begins.
        lengths: Rows in each run.
        slots: The job of each run; -1 where the batch does not have it.
    """

    starts: Integers
    lengths: Integers
    slots: Integers

    @property
    def row_slots(self) -> Integers:
        """The job of each row."""
        return np.repeat(self.slots, self.lengths)


class Slots:
    """Jobs in the order of report and id; a job's index in it is its slot.

    Args:
        reports: Number of each job's report.
        job_ids: Id of each job; both together strictly rising.
    """

    def __init__(self, reports: npt.NDArray[np.int32], job_ids: Integers) -> None:
        self.reports, self.job_ids = reports, job_ids
        self._is_single = len(reports) == 0 or reports[0] == reports[-1]
        self._ids = job_ids if self._is_single else np.unique(job_ids)
        self._keys = job_ids if self._is_single else self._key(reports, np.searchsorted(self._ids, job_ids))

    def __len__(self) -> int:
        return len(self.job_ids)

    def runs(self, reports: npt.NDArray[np.int32], job_ids: Integers) -> Runs:
        """The runs of rows given by report and job id."""
        starts = np.flatnonzero(_changes(reports) | _changes(job_ids))
        lengths = np.diff(starts, append=len(job_ids))
        return Runs(starts, lengths, self._find(reports[starts], job_ids[starts]))

    def _find(self, reports: npt.NDArray[np.int32], job_ids: Integers) -> Integers:
        if not len(self):
            return np.full(len(job_ids), -1, np.int64)
        if self._is_single:
            slots = np.minimum(np.searchsorted(self._keys, job_ids), len(self) - 1)
            is_known = (self._keys[slots] == job_ids) & (reports == self.reports[0])
            return np.where(is_known, slots, -1)
        codes = np.minimum(np.searchsorted(self._ids, job_ids), len(self._ids) - 1)
        keys = self._key(reports, codes)
        slots = np.minimum(np.searchsorted(self._keys, keys), len(self) - 1)
        return np.where((self._keys[slots] == keys) & (self._ids[codes] == job_ids), slots, -1)

    def _key(self, reports: npt.NDArray[np.int32], codes: Integers) -> Integers:
        return reports.astype(np.int64) * len(self._ids) + codes


def _changes(values: npt.NDArray[np.int32] | Integers) -> npt.NDArray[np.bool_]:
    changes = np.ones(len(values), np.bool_)
    changes[1:] = values[1:] != values[:-1]
    return changes
