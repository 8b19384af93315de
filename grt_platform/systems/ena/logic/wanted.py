"""What a taxon's runs must have; the web process reads it, so nothing heavy is imported here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a taxon's runs must have.

    Attributes:
        genome_size: Bases of one genome; None leaves out the rule of depth.
        min_depth: Times the genome must be covered; None leaves it out too.
        max_run_bytes: Most bytes of one run's files; None for any.
    """

    genome_size: int | None = None
    min_depth: float | None = None
    max_run_bytes: int | None = None

    @property
    def note(self) -> str:
        """Which rule is off and how to turn it on; empty when all are on."""
        if self.genome_size and self.min_depth:
            return ""
        return "the rule of depth is off: set the taxon's genome size and depth to use it"
