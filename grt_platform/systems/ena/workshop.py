"""Everything ENA works with, made from the settings: what Dagster's assets, the commands and the web door share."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from grt_platform.adapters.lake import Lake
from grt_platform.adapters.store import Store, open_store
from grt_platform.adapters.turns import Turns
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.errors import BadInputError
from grt_platform.settings import Settings
from grt_platform.systems.ena.building import Building
from grt_platform.systems.ena.checking import Checking, Habits
from grt_platform.systems.ena.collecting import Collecting
from grt_platform.systems.ena.costs import Costs, costs
from grt_platform.systems.ena.farming import Farming
from grt_platform.systems.ena.home import Home
from grt_platform.systems.ena.journal import Journal
from grt_platform.systems.ena.kits import PIPELINE, DropletKit, Kit, LocalKit
from grt_platform.systems.ena.local import Local
from grt_platform.systems.ena.logic.farm import Division
from grt_platform.systems.ena.logic.orders import Calls
from grt_platform.systems.ena.portal import Patience, Portal
from grt_platform.systems.ena.providers import DigitalOcean
from grt_platform.systems.ena.records import Records
from grt_platform.systems.ena.register import Register
from grt_platform.systems.ena.tending import Bounds, Tending
from grt_platform.systems.ena.tracker import Tracker

Tell = Callable[[int, str], None]
_PIPELINE = Path(__file__).resolve().parents[3] / "deploy" / "ena"


def _nobody(_taxonomy_id: int, _text: str) -> None:
    """Nobody else is told."""


class Workshop:
    """The tools of one process.

    Args:
        settings: What a person set and `grt up` made.
        tell: Told of each event besides the taxon's log: taxon and words.
        clock: The time, UTC.
    """

    def __init__(
        self, settings: Settings, tell: Tell = _nobody, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._known, self._also, self.clock = settings, tell, clock
        self._made: dict[str, Kit] = {}

    def tell(self, taxonomy_id: int, text: str) -> None:
        """The taxon's log has the line, and whoever else listens."""
        self.journal.tell(taxonomy_id, text, self.clock())
        self._also(taxonomy_id, text)

    @cached_property
    def journal(self) -> Journal:
        """The logs of the taxa."""
        return Journal(Path(self._known.ena_log_dir or self._known.home / "logs" / "ena"))

    @cached_property
    def warehouse(self) -> Warehouse:
        """Where the tracker is."""
        return Warehouse(self._known.warehouse_url.get_secret_value())

    @cached_property
    def raw(self) -> Store:
        """The raw store."""
        return open_store(self._known.raw, self._known)

    @cached_property
    def lake(self) -> Lake:
        """The Parquet tables."""
        return Lake(open_store(self._known.lake, self._known))

    @property
    def tracker(self) -> Tracker:
        """The tracked taxa."""
        return Tracker(self.warehouse)

    @property
    def register(self) -> Register:
        """The machines."""
        return Register(self.warehouse)

    @property
    def records(self) -> Records:
        """ENA's answers."""
        return Records(self.raw)

    @property
    def home(self) -> Home:
        """The reads at home."""
        return Home(Path(self._known.ena_home or self._known.home / "ena" / "reads"))

    def portal(self) -> Portal:
        """A client of ENA, to be closed."""
        known = self._known
        turns = Turns(self.warehouse, "ena", per_second=known.ena_requests_per_s, at_once=known.ena_requests_at_once)
        patience = Patience(attempts=known.ena_request_attempts, first_pause_s=known.ena_first_pause_s)
        return Portal(known.ena_url, turns.turn, patience, time.sleep)

    def checking(self) -> Checking:
        """Asks ENA."""
        known = self._known
        habits = Habits(timedelta(days=known.ena_overlap_days), known.ena_subtree, known.ena_slice_runs)
        return Checking(self.records, self.portal, habits)

    def building(self) -> Building:
        """Makes the tables."""
        return Building(self.records, self.lake, self.warehouse)

    def farming(self) -> Farming:
        """Makes batches and plans."""
        known = self._known
        division = Division(known.ena_batches, known.ena_split == "bytes", self.kit(known.ena_provider).fits)
        return Farming(self.lake, self.warehouse, known.ena_provider, division)

    def tending(self) -> Tending:
        """Looks after machines."""
        known = self._known
        bounds = Bounds(known.ena_max_machines, timedelta(hours=known.ena_deadline_hours), known.ena_attempts)
        return Tending(self.warehouse, self.kit, bounds, self.clock, self.tell)

    def collecting(self) -> Collecting:
        """Brings files home."""
        command = self._known.ena_assembly_command
        return Collecting(
            self.lake, self.warehouse, self.home, self.kit, clock=self.clock, tell=self.tell, assembly=command
        )

    def costs(self) -> Costs:
        """Age and cost of every machine that exists, and those at the provider that are nobody's."""
        kit = self.kit(self._known.ena_provider)
        return costs(self.register.rows(), kit.provider.list(), self.clock())

    def kit(self, provider: str) -> Kit:
        """The provider of this name, with what belongs to it.

        Raises:
            BadInputError: A setting that it needs is missing.
        """
        if provider not in self._made:
            self._made[provider] = self._droplets() if provider == DigitalOcean.name else self._local()
        return self._made[provider]

    @property
    def key(self) -> bytes:
        """The key that secrets of machines are made from.

        Raises:
            BadInputError: It is not set.
        """
        key = self._known.signing_key.get_secret_value()
        if not key:
            raise BadInputError("GRT_SIGNING_KEY is not set: `grt up` makes one, or set a long random text")
        return key.encode()

    def _calls(self) -> Calls:
        known = self._known
        callback = f"{(known.ena_callback_url or known.web_url).rstrip('/')}/ena/callbacks"
        return Calls(known.ena_files_url, callback, known.ena_connections, known.ena_attempts, known.ena_timeout_s)

    def _local(self) -> Kit:
        return LocalKit(Local(self._known.home / "ena" / "machines", self.clock), self.key, self._calls())

    def _droplets(self) -> Kit:
        known = self._known
        if not known.ena_ssh_key:
            raise BadInputError("GRT_ENA_SSH_KEY is not set: it names the private key that signs in to droplets")
        return DropletKit(
            droplets_of(known),
            poll_every=timedelta(seconds=known.ena_poll_s),
            key=self.key,
            calls=self._calls(),
            ssh_key=Path(known.ena_ssh_key).expanduser(),
            user=known.ena_ssh_user,
            port=known.ena_ssh_port,
            data=known.ena_machine_data,
            patience_s=known.ena_deadline_hours * 3600.0,
            pipeline={name: (_PIPELINE / name).read_bytes() for name in PIPELINE} if known.ena_nextflow else {},
        )


def droplets_of(known: Settings) -> DigitalOcean:
    """The provider of droplets, as the settings say."""
    return DigitalOcean(
        known.digitalocean_token.get_secret_value(),
        known.digitalocean_url,
        known.digitalocean_tag,
        region=known.digitalocean_region,
        size=known.digitalocean_size,
        image=known.digitalocean_image,
    )
