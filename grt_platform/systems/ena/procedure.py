"""The procedure of one taxon: each stage does its work and moves the tracker in the same breath.

A stage may be done again at any time: the tracker moves only when it stands at that stage.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from grt_platform.kernel.errors import BadInputError, BadSourceError, UnavailableError
from grt_platform.systems.ena.building import Built
from grt_platform.systems.ena.logic.stages import Stage, Taxon
from grt_platform.systems.ena.logic.wanted import Wanted
from grt_platform.systems.ena.records import Check
from grt_platform.systems.ena.workshop import Workshop

ASKING = (Stage.FETCH, Stage.UPDATE)


class Procedure:
    """The stages.

    Args:
        workshop: What they work with.
    """

    def __init__(self, workshop: Workshop) -> None:
        self._shop = workshop

    def check(self, taxonomy_id: int) -> Check:
        """ENA's answer is kept; the filter is next."""
        now = self._shop.clock()
        with self._telling(taxonomy_id, "ask ENA"):
            self._move(taxonomy_id, ASKING, lambda taxon: taxon.began(now))
            check = self._shop.checking().check(taxonomy_id, now)
            since = f" new since {check.since}" if check.since else ""
            self._shop.tell(taxonomy_id, f"ENA told of {check.rows} runs{since}")
            self._move(taxonomy_id, ASKING, Taxon.fetched)
        return check

    def build(self, taxonomy_id: int) -> Built:
        """The tables tell of every answer; the farm is next."""
        with self._telling(taxonomy_id, "filter"):
            tracker = self._shop.tracker
            wanted = tracker.wanted(taxonomy_id) if tracker.find(taxonomy_id) else Wanted()
            built = self._shop.building().build(taxonomy_id, wanted)
            for warning in built.warnings:
                self._move(taxonomy_id, (Stage.FILTER,), Taxon.warned)
                self._shop.tell(taxonomy_id, warning)
            note = f"; {wanted.note}" if wanted.note else ""
            self._shop.tell(taxonomy_id, f"{built.rows['runs']} runs are judged{note}")
            self._move(taxonomy_id, (Stage.FILTER,), lambda taxon: taxon.filtered(has_new_runs=True))
        return built

    def farm(self, taxonomy_id: int) -> int:
        """Batches and plans stand, and the machines are begun; returns how many files the batches hold."""
        with self._telling(taxonomy_id, "make batches"):
            files = self._shop.farming().farm(taxonomy_id, self._shop.clock())
            self._shop.tell(taxonomy_id, f"{files} files are in batches")
        self._shop.tending().tend(taxonomy_id)
        return files

    def collect(self, taxonomy_id: int) -> int:
        """What ready machines hold is home, and they are gone; returns how many files of the taxon are home."""
        files = self._shop.collecting().collect(taxonomy_id)
        self._shop.tending().tend(taxonomy_id)
        return files

    def go_on(self, taxonomy_id: int) -> None:
        """Every stage that is due for the taxon was done, one after another.

        Raises:
            GrtError: One failed; the tracker says so too.
        """
        stage = self._shop.tracker.get(taxonomy_id).stage
        if stage in ASKING:
            self.check(taxonomy_id)
        if stage in {*ASKING, Stage.FILTER}:
            self.build(taxonomy_id)
        if stage is not Stage.AWAIT:
            self.farm(taxonomy_id)

    def _move(self, taxonomy_id: int, stages: tuple[Stage, ...], step: Callable[[Taxon], Taxon]) -> None:
        tracker = self._shop.tracker
        if tracker.find(taxonomy_id) is not None:
            tracker.change(
                taxonomy_id, lambda taxon: step(taxon) if taxon.stage in stages else taxon, self._shop.clock()
            )

    @contextmanager
    def _telling(self, taxonomy_id: int, what: str) -> Iterator[None]:
        """Errors reach the tracker: what only a person can heal waits for one, what time heals is tried later."""
        try:
            yield
        except UnavailableError as error:
            self._fail(taxonomy_id, f"{what} must wait: {error}", Taxon.warned)
            raise
        except (BadInputError, BadSourceError) as error:
            reason = f"{what} failed: {error}"
            self._fail(taxonomy_id, reason, lambda taxon: taxon.failed(reason))
            raise

    def _fail(self, taxonomy_id: int, text: str, step: Callable[[Taxon], Taxon]) -> None:
        self._shop.tell(taxonomy_id, text)
        if self._shop.tracker.find(taxonomy_id) is not None:
            self._shop.tracker.change(taxonomy_id, step, self._shop.clock())
