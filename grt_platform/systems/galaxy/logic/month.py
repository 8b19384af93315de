"""The versions of reports that came in during one month: which are fit to load, and which of them count."""

from collections import Counter
from collections.abc import Iterator, Sequence

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.galaxy.logic.batch import Batch, Opened, opened
from grt_platform.systems.galaxy.logic.limits import Limits
from grt_platform.systems.galaxy.logic.metadata import Metadata, parse_metadata
from grt_platform.systems.galaxy.logic.reports import Candidate, Report, Verdict
from grt_platform.systems.galaxy.logic.rivals import Rivals
from grt_platform.systems.galaxy.logic.survey import survey
from grt_platform.systems.galaxy.logic.versions import Version, statuses


class Month:
    """The reports of one month.

    Attributes:
        verdicts: One for each report, in the order given.
        loaders: Reports to load and reports whose rows turned out unfit (to sample them), those made last first.
        affected: Other months that hold a version whose status is not what their ledger says.
        still_loaded: Report id and month of the other months' versions that count.
    """

    def __init__(self, reports: Sequence[Report], rivals: Rivals, limits: Limits) -> None:
        self.verdicts = [Verdict(report) for report in reports]
        self._limits = limits
        foreign = {
            Version(received_at, report_id, sha256, month, number): status
            for number, (report_id, sha256, received_at, status, month) in enumerate(rivals.versions.iter_rows())
        }
        candidates = {
            Version(c.report.received_at, c.report.report_id, c.report.sha256, "", number): c
            for number, c in enumerate(self._admitted())
        }
        unfit = self._unfit(candidates, foreign)
        counted = statuses([*foreign, *(version for version in candidates if version not in unfit)])
        self.loaders = [unfit[version] for version in unfit if unfit[version].verdict.rows_in]
        for version, candidate in candidates.items():
            status = counted.get(version)
            if status == "loaded":
                self.loaders.append(candidate)
            elif status is not None:
                _retire(candidate.verdict, status)
        self.loaders.sort(key=lambda candidate: candidate.rank, reverse=True)
        self.affected = {version.place for version, status in foreign.items() if counted[version] != status}
        self.still_loaded = {(v.report_id, v.place) for v in foreign if counted[v] == "loaded"}

    def opened(self) -> Iterator[tuple[int, Opened]]:
        """The loaders with their archives inspected and their number in `loaders`; those that fail are rejected."""
        for number, candidate in enumerate(self.loaders):
            try:
                yield number, opened(candidate, self._limits)
            except BadSourceError as error:
                candidate.verdict.reject(error)

    def _admitted(self) -> Iterator[Candidate]:
        for verdict in self.verdicts:
            try:
                yield Candidate(verdict.report, _metadata(verdict.report, self._limits), verdict)
            except BadSourceError as error:
                verdict.reject(error)

    def _unfit(self, candidates: dict[Version, Candidate], foreign: dict[Version, str]) -> dict[Version, Candidate]:
        """Candidates that cannot be loaded, of those on whose fitness the fate of another version depends."""
        unfit: dict[Version, Candidate] = {}
        everyone = [*candidates, *foreign]
        by_id, by_hash = Counter(v.report_id for v in everyone), Counter(v.sha256 for v in everyone)
        fit_hashes = set[str]()
        for version in sorted(everyone):
            if version in foreign:
                fit_hashes.add(version.sha256)
            elif (by_id[version.report_id] > 1 or by_hash[version.sha256] > 1) and version.sha256 not in fit_hashes:
                if self._is_fit(candidates[version]):
                    fit_hashes.add(version.sha256)
                else:
                    unfit[version] = candidates[version]
        return unfit

    def _is_fit(self, candidate: Candidate) -> bool:
        verdict = candidate.verdict
        try:
            found = survey(Batch([opened(candidate, self._limits)], self._limits), self._limits)
        except BadSourceError as error:
            verdict.reject(error)
            return False
        verdict.rows_in = int(found.rows_in[0])
        return found.fault(0, self._limits) is None


def _metadata(report: Report, limits: Limits) -> Metadata:
    if len(report.metadata) > limits.max_metadata_bytes:
        raise BadSourceError(f"metadata: larger than {limits.max_metadata_bytes} bytes")
    if report.size_bytes > limits.max_archive_bytes:
        raise BadSourceError(f"archive: larger than {limits.max_archive_bytes} bytes")
    metadata = parse_metadata(report.metadata, report.received_at)
    if metadata.sha256 != report.sha256:
        raise BadSourceError("archive: its sha256 is not the report_hash of the metadata; upload both again")
    return metadata


def _retire(verdict: Verdict, status: str) -> None:
    if status == "replaced":
        verdict.rows_superseded = verdict.rows_in
        verdict.settle(status, "a later version of the report came in")
    else:
        verdict.rows_in = 0
        verdict.settle(status, "the same bytes came in before")
