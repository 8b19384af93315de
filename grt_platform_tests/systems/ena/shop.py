"""A workshop of ENA for tests: the real parts on folders and Postgres, against the stand-in with the sample's taxon."""

from pathlib import Path
from typing import Any

from pydantic import SecretStr

from grt_platform.settings import Settings
from grt_platform.systems.ena.logic.machines import State
from grt_platform.systems.ena.logic.stages import Stage
from grt_platform.systems.ena.procedure import Procedure
from grt_platform.systems.ena.serving.rehearsal import TAXON
from grt_platform.systems.ena.workshop import Workshop
from grt_platform_tests.fixtures.patience import until

KEY = "a-signing-key-of-the-tests"


def settings_of(home: Path, warehouse_url: str, url: str, **change: Any) -> Settings:
    """Settings of an installation that asks the stand-in at `url` and has no web door."""
    given = {
        "home": home,
        "warehouse_url": SecretStr(warehouse_url),
        "signing_key": SecretStr(KEY),
        "web_url": "http://127.0.0.1:1",
        "ena_url": f"{url}/portal/api",
        "ena_files_url": url,
        "ena_first_pause_s": 0.001,
        "ena_request_attempts": 3,
        "ena_attempts": 2,
        "ena_timeout_s": 5,
        "ena_connections": 2,
    }
    return Settings(_env_file=None, **{**given, **change})


def settle(shop: Workshop, taxonomy_id: int = TAXON, patience_s: float = 60) -> None:
    """Everything is done for the taxon, as the heartbeat would, until it is complete or a person must look."""
    procedure = Procedure(shop)

    def is_settled() -> bool:
        taxon = shop.tracker.get(taxonomy_id)
        if taxon.needs_attention or taxon.stage is Stage.UPDATE:
            return True
        if taxon.stage is Stage.AWAIT:
            shop.tending().tend(taxonomy_id)
            if any(row.state is State.READY and row.is_found for row in shop.register.living(taxonomy_id)):
                procedure.collect(taxonomy_id)
        else:
            procedure.go_on(taxonomy_id)
        return False

    until(is_settled, patience_s)
