"""Who wins a job that several reports of an instance name: the report made last, over all months."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from grt_platform.systems.galaxy.logic.reports import Rank
from grt_platform.systems.galaxy.logic.rivals import Rivals
from grt_platform.systems.galaxy.logic.slots import Integers

_SLICE = 500_000
_OWN = ""

Flags = npt.NDArray[np.bool_]
Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Settled:
    """The outcome for each job of a batch.

    Attributes:
        winners: Place of the winning report among all reports, 0 for the one made last.
        has_won: Whether the batch's own report is that one.
        is_same: Whether the winner's rows of the job are the same.
    """

    winners: Places
    has_won: Flags
    is_same: Flags

    @classmethod
    def all_won(cls, places: Places) -> "Settled":
        """Every job is won by the report that claims it."""
        return cls(places.copy(), np.ones(len(places), np.bool_), np.ones(len(places), np.bool_))


class Contest:
    """Settles claims batch by batch, reports made last first, and notes months whose last outcome is no longer true.

    Holds 20 bytes for each job of the month.

    Args:
        own: Rank of each report of this month that may be loaded; `places` has the place of each in this order.
        rivals: The other months.
        still_loaded: Report id and month of each report of the other months that still counts.
    """

    def __init__(self, own: Sequence[Rank], rivals: Rivals, still_loaded: set[tuple[str, str]]) -> None:
        ranked = [(rank, _OWN, number) for number, rank in enumerate(own)]
        for report_id, generated_at, received_at, month in rivals.reports.iter_rows():
            if (report_id, month) in still_loaded:
                ranked.append(((generated_at, received_at, report_id), month, 0))
        ranked.sort(reverse=True)
        self.names = [rank[2] for rank, _, _ in ranked]
        own_places = {number: place for place, (_, month, number) in enumerate(ranked) if month == _OWN}
        self.places = [own_places[number] for number in range(len(own))]
        foreign = [(rank[2], month, place) for place, (rank, month, _) in enumerate(ranked) if month != _OWN]
        schema = {"report_id": pl.String, "received_month": pl.String, "place": pl.Int32}
        self._foreign = pl.DataFrame(foreign, schema=schema, orient="row")
        self._rivals = rivals
        self._job_ids = np.zeros(0, np.int64)
        self._places = np.zeros(0, np.int32)
        self._prints = np.zeros(0, np.uint64)
        self.affected = set[str]()

    def settle(self, job_ids: Integers, places: Places, prints: Hashes) -> Settled:
        """The outcome for the claims of a batch, which must not be of reports made later than those of earlier ones."""
        outcome = Settled.all_won(places)
        ids = job_ids if _is_rising(job_ids) else np.unique(job_ids)
        for start in range(0, len(ids), _SLICE):
            part = ids[start : start + _SLICE]
            in_part = np.arange(len(job_ids))
            if len(part) < len(ids):
                in_part = np.flatnonzero((job_ids >= part[0]) & (job_ids <= part[-1]))
            self._settle_part(in_part, part, (job_ids, places, prints), outcome)
        self._remember(job_ids, places, prints)
        return outcome

    def check_stale(self, own_ids: Sequence[str]) -> None:
        """Note months that lost a job to a report of this month which does not claim that job any more."""
        own = sorted(set(own_ids) - set(self._foreign["report_id"]))
        if not own or self._foreign.is_empty():
            return
        claims = self._rivals.claims.filter(pl.col("superseded_by").is_in(own))
        stale = claims.select("job_id", "superseded_by", "received_month").collect()
        found, index = self._known(stale["job_id"].to_numpy())
        names = pl.Series([*self.names, None], dtype=pl.String)
        places = self._places[index] if len(self._places) else index
        winners = names.gather(np.where(found, places, len(self.names)))
        self.affected |= set(stale.filter(winners.ne_missing(stale["superseded_by"]))["received_month"])

    def _settle_part(
        self, rows: Integers, ids: Integers, claims: tuple[Integers, Places, Hashes], outcome: Settled
    ) -> None:
        job_ids, places, prints = (column[rows] for column in claims)
        found, index = self._known(ids)
        foreign = self._foreign_claims(ids)
        if len(ids) == len(job_ids) and not found.any() and foreign.is_empty():
            return
        own = pl.DataFrame({"job_id": job_ids, "place": places, "print": prints})
        index = index[found]
        earlier = pl.DataFrame({"job_id": ids[found], "place": self._places[index], "print": self._prints[index]})
        best = (
            pl.concat([earlier, own, foreign.select(own.columns)])
            .sort("job_id", "place")
            .unique("job_id", keep="first", maintain_order=True)
            .select("job_id", pl.col("place").alias("winner"), pl.col("print").alias("winner_print"))
        )
        settled = own.join(best, on="job_id", how="left", maintain_order="left")
        outcome.winners[rows] = settled["winner"].to_numpy()
        outcome.has_won[rows] = (settled["winner"] == settled["place"]).to_numpy()
        outcome.is_same[rows] = (settled["winner_print"] == settled["print"]).to_numpy()
        self._compare(foreign.join(best, on="job_id", how="left"))

    def _foreign_claims(self, ids: Integers) -> pl.DataFrame:
        if self._foreign.is_empty() or not len(ids):
            return pl.DataFrame(schema={"job_id": pl.Int64, "place": pl.Int32, "print": pl.UInt64})
        near = self._rivals.claims.filter(pl.col("job_id").is_between(int(ids[0]), int(ids[-1])))
        wanted = pl.LazyFrame({"job_id": ids})
        claims = near.join(wanted, on="job_id", how="semi").collect()
        return claims.join(self._foreign, on=["report_id", "received_month"], how="inner").with_columns(
            pl.col("fingerprint").reinterpret(signed=False).alias("print")
        )

    def _compare(self, foreign: pl.DataFrame) -> None:
        if foreign.is_empty():
            return
        lost = pl.col("winner") != pl.col("place")
        names = pl.Series(self.names, dtype=pl.String).gather(foreign["winner"])
        wrong = foreign.with_columns(
            pl.when(lost).then(names).alias("name"),
            pl.when(lost).then(pl.col("print") == pl.col("winner_print")).alias("same"),
        ).filter(pl.col("name").ne_missing(pl.col("superseded_by")) | pl.col("same").ne_missing(pl.col("is_identical")))
        self.affected |= set(wrong["received_month"])

    def _known(self, ids: Integers) -> tuple[Flags, Integers]:
        if not len(self._job_ids):
            return np.zeros(len(ids), np.bool_), np.zeros(len(ids), np.int64)
        index = np.minimum(np.searchsorted(self._job_ids, ids), len(self._job_ids) - 1)
        return self._job_ids[index] == ids, index

    def _remember(self, job_ids: Integers, places: Places, prints: Hashes) -> None:
        """Keep the best own claim to each job: an earlier batch's, else the one made last."""
        if not _is_rising(job_ids):
            order = np.lexsort((places, job_ids))
            is_first = np.ones(len(order), np.bool_)
            is_first[1:] = np.diff(job_ids[order]) != 0
            order = order[is_first]
            job_ids, places, prints = job_ids[order], places[order], prints[order]
        if not len(self._job_ids):
            self._job_ids, self._places, self._prints = job_ids, places, prints
            return
        known, _ = self._known(job_ids)
        job_ids, places, prints = job_ids[~known], places[~known], prints[~known]
        at = np.searchsorted(self._job_ids, job_ids)
        self._job_ids = np.insert(self._job_ids, at, job_ids)
        self._places = np.insert(self._places, at, places)
        self._prints = np.insert(self._prints, at, prints)


def _is_rising(values: Integers) -> bool:
    return bool((values[1:] > values[:-1]).all())
