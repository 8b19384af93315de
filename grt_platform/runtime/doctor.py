"""Examines the machine and the installation for what would keep the platform from running."""

import os
import platform
import sys
from collections.abc import Iterator
from functools import partial

import psutil

from grt_platform.adapters.alerts import channels, send
from grt_platform.adapters.embedded_postgres import server_version
from grt_platform.adapters.weak_secrets import is_server, weak_secrets
from grt_platform.kernel.alerting import Alert
from grt_platform.kernel.errors import UnavailableError
from grt_platform.runtime.environment import Embedded, with_secrets
from grt_platform.runtime.findings import Finding, Verdict, tried
from grt_platform.runtime.installation import Installation
from grt_platform.runtime.ports import is_free
from grt_platform.runtime.reach import reach
from grt_platform.runtime.reach_stores import disks
from grt_platform.runtime.state import read_state
from grt_platform.runtime.status import health
from grt_platform.settings import Settings, settings

_GIB = 1024**3


def examine(installation: Installation, given: Settings) -> list[Finding]:
    """Everything that was looked at, in a fixed order; nothing is changed but a missing GRT_HOME."""
    state = tried("state", lambda: _state(installation))
    return [
        tried("python", lambda: f"{platform.python_version()} at {sys.executable}"),
        tried("GRT_HOME", lambda: _home(installation)),
        *disks(given),
        _memory(),
        *_postgres(given),
        state,
        *(_services(installation) if state.verdict is Verdict.OK else ()),
        *(_secrets(installation, given) if state.verdict is Verdict.OK else ()),
        *(_ports(installation, given) if state.verdict is Verdict.OK else ()),
        *reach(_reached(installation, given)),
    ]


def send_test_alert(given: Settings) -> list[Finding]:
    """A message went over every channel of alerts."""
    alert = Alert("A test of the alerts", "Sent by `grt doctor`. Nothing is wrong.", {"status": "test"})
    names = channels(given)
    if not names:
        text = "no channel is set: GRT_ALERT_WEBHOOK_URL, GRT_ALERT_SMTP_URL"
        return [Finding("alerts", Verdict.WARNING, text)]
    return [tried(name, partial(_sent, alert, name, given)) for name in names]


def _sent(alert: Alert, channel: str, given: Settings) -> str:
    send(alert, channel, given)
    return "took a message"


def _home(installation: Installation) -> str:
    installation.create()
    return f"{installation.home} can be written"


def _memory() -> Finding:
    total = psutil.virtual_memory().total / _GIB
    verdict = Verdict.OK if total >= 2 else Verdict.WARNING
    return Finding(
        "memory", verdict, f"{total:.1f} GiB, {os.cpu_count()} cores" + ("" if total >= 2 else ": 2 GiB are needed")
    )


def _postgres(given: Settings) -> Iterator[Finding]:
    if Embedded.unless_given(given).any:
        yield tried("postgres", lambda: f"{server_version()}, embedded")


def _reached(installation: Installation, given: Settings) -> Settings:
    """What a person set; while the platform runs also the databases that it made for itself."""
    running = installation.state_file.exists() and _is_running(installation)
    return settings() if running else given


def _is_running(installation: Installation) -> bool:
    try:
        return read_state(installation).is_supervised
    except UnavailableError:
        return False


def _services(installation: Installation) -> Iterator[Finding]:
    """What runs here and does not answer."""
    now = health(installation)
    for service in now.services if now.is_running else ():
        if not service.is_up:
            text = f"{service.phase}: `grt logs {service.name}` tells why; `grt down`, then `grt up` starts it anew"
            yield Finding(service.name, Verdict.FAILED, text)


def _secrets(installation: Installation, given: Settings) -> Iterator[Finding]:
    """In server mode what `up` would refuse; else whether the first password still lies there to be read."""
    state = read_state(installation)
    if is_server():
        weak = list(weak_secrets(with_secrets(given, state)))
        yield from (Finding("secrets", Verdict.FAILED, text) for text in weak)
        if not weak:
            yield Finding("secrets", Verdict.OK, "none is empty or well known")
    if is_server() and not given.web_url.startswith("https://"):
        text = "is no https address: passwords and cookies travel unencrypted unless a proxy with TLS stands in front"
        yield Finding("GRT_WEB_URL", Verdict.WARNING, text)
    if installation.first_sign_in.exists():
        text = f"{installation.first_sign_in} holds the first password: change it, then remove the file"
        yield Finding("sign-in", Verdict.WARNING, text)


def _state(installation: Installation) -> str:
    state = read_state(installation)
    return "the platform runs" if state.is_supervised else "the platform does not run; `grt up` starts it"


def _ports(installation: Installation, given: Settings) -> Iterator[Finding]:
    if read_state(installation).is_supervised:
        return
    hosts = {"web": (given.web_port, given.web_host), "ui": (given.ui_port, given.ui_host)}
    for name, (port, host) in {**hosts, "postgres": (given.postgres_port, "127.0.0.1")}.items():
        if port and not is_free(port, host):
            setting = f"GRT_{name.upper()}_PORT"
            yield Finding(
                setting, Verdict.FAILED, f"port {port} is in use: end what listens there, or change {setting}"
            )
