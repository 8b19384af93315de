"""The sample answers of ENA and old tracker files that tests read."""

import json
from pathlib import Path

DATA = Path(__file__).resolve().parents[3] / "data" / "ena"


def sample(name: str) -> bytes:
    return (DATA / name).read_bytes()


def runs(name: str) -> list[dict[str, str]]:
    return json.loads(sample(name))
