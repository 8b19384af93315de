"""A worker: takes steps from the queues it is told, does each in a fork of its own; `python -m ... QUEUES SLOTS`."""

import ctypes
import gc
import logging
import os
import signal
import sys
from importlib import import_module
from pathlib import Path

from celery import signals
from dagster._utils.log import configure_loggers
from dagster_celery.tasks import create_task

from grt_platform.orchestration.workers.app import app_of
from grt_platform.orchestration.workers.guard import Guarded
from grt_platform.settings import Settings, settings

_WARM = "grt_platform.orchestration.warm"
_PR_SET_PDEATHSIG = 1


def main(queues: str, slots: str) -> None:
    """Work until a signal comes: SIGTERM lets the steps under way end first.

    Args:
        queues: Names of queues, by commas.
        slots: Steps at once.
    """
    import_module(_WARM)
    gc.collect()
    gc.freeze()
    app = app_of(settings())
    create_task(app, base=Guarded)
    _connect_signals(heart_file(settings(), queues))
    name = f"{queues.replace(',', '+')}.{os.getpid()}@%h"  # two of one name would fight for its control queue
    options = ["-n", name, "-l", settings().log_level, "--without-gossip", "--without-mingle"]
    app.worker_main(["worker", "-Q", queues, "-c", slots, *options])


def heart_file(chosen: Settings, queues: str) -> Path:
    """The file that a worker of these queues touches every two seconds while it holds the broker."""
    return chosen.home / "workers" / f"{queues.replace(',', '+')}.alive"


def _connect_signals(heart: Path) -> None:
    parent = os.getpid()
    heart.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    def beat(**_: object) -> None:
        heart.touch()

    def log(**_: object) -> None:
        configure_loggers(formatter="json", log_level=settings().log_level)
        celery = logging.getLogger("celery")
        celery.handlers, celery.propagate = logging.getLogger("dagster").handlers, False
        celery.setLevel(settings().log_level)
        logging.getLogger("celery.app.trace").setLevel(logging.WARNING)  # it would print every event of every step

    def bind_to_parent(**_: object) -> None:
        _die_with(parent)

    signals.heartbeat_sent.connect(beat, weak=False)
    signals.setup_logging.connect(log, weak=False)
    signals.worker_process_init.connect(bind_to_parent, weak=False)


def _die_with(parent: int) -> None:
    """A step does not outlive its worker: the broker gives it to another one at once (Linux only)."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
