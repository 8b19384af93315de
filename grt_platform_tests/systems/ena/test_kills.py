"""The controller killed at every step, again and again: it converges, no machine doubled, forgotten or gone early."""

import json
import subprocess
import sys
from datetime import UTC, datetime

from grt_platform.adapters.process import launched
from grt_platform.systems.ena.serving.rehearsal import TAXON, rehearsal
from grt_platform.systems.ena.serving.stand_in import serving
from grt_platform.systems.ena.workshop import Workshop
from grt_platform_tests.systems.ena.shop import settings_of


def test_a_controller_killed_at_every_step_brings_everything_home_and_leaves_no_machine(tmp_path, warehouse_url):
    stand_in = rehearsal()
    with serving(stand_in) as url:
        shop = Workshop(settings_of(tmp_path, warehouse_url, url))
        shop.tracker.add([str(TAXON)], datetime.now(UTC))
        command = [sys.executable, "-m", "grt_platform_tests.systems.ena.controller", str(tmp_path), warehouse_url, url]
        done = subprocess.run(launched(command), capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["wrong"] == []
    assert (told["code"], told["attention"], told["is_complete"]) == (0, "", True)
    assert told["deaths"] > 5
    assert shop.kit("local").provider.list() == []
    wanted = shop.warehouse.fetch("SELECT count(*) AS n FROM ena.fetched_reads")
    assert wanted[0]["n"] == 11
    assert {row["state"] for row in shop.register.rows()} == {"destroyed"}
