"""Dagster's handle to ENA: the workshop of the settings, which also tells Dagster's log."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from grt_platform.kernel.errors import GrtError
from grt_platform.settings import settings
from grt_platform.systems.ena.procedure import Procedure
from grt_platform.systems.ena.workshop import Workshop


class EnaResource(dg.ConfigurableResource[None]):
    """What ENA's assets, jobs and sensors work with."""

    def workshop(self, log: dg.DagsterLogManager | None = None) -> Workshop:
        """The tools; each event goes to `log` too."""
        if log is None:
            return Workshop(settings())
        told = log
        return Workshop(settings(), lambda taxon, text: told.info("%s: %s", taxon, text))

    def procedure(self, log: dg.DagsterLogManager) -> Procedure:
        """The stages of a taxon."""
        return Procedure(self.workshop(log))


@contextmanager
def told_plainly() -> Iterator[None]:
    """An error of ours fails the step with its own sentence; the tracker knows when it is tried again."""
    try:
        yield
    except GrtError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
