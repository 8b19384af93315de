"""Asks every server that the settings name as the platform would: with its credentials, not only for its port."""

import smtplib
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from urllib.parse import urlsplit

import httpx
import psycopg

from grt_platform.adapters.alerts import mail_server
from grt_platform.adapters.broker import queue_depths
from grt_platform.adapters.installed import systems_with
from grt_platform.adapters.ldap import Directory, equals
from grt_platform.adapters.postgres import connect
from grt_platform.kernel.errors import BadInputError, UnavailableError
from grt_platform.kernel.queues import queue_names
from grt_platform.runtime.findings import Finding, Verdict, tried
from grt_platform.runtime.reach_stores import look_into
from grt_platform.runtime.service import answers
from grt_platform.settings import Settings

_PATIENCE_S = 5.0
_ODD_CLOCK_S, _WRONG_CLOCK_S = 2.0, 60.0
_OLDEST_POSTGRES = 14
_NOBODY = "nobody-of-this-name-asks-the-doctor"
Look = Callable[[], list[Finding]]


def reach(known: Settings) -> list[Finding]:
    """What every configured server says, in a fixed order; they are asked at the same time."""
    looks = list(_looks(known))
    with ThreadPoolExecutor(max(1, len(looks))) as pool:
        return [finding for findings in pool.map(lambda look: look(), looks) for finding in findings]


def _looks(known: Settings) -> Iterator[Look]:
    databases = {
        "GRT_WAREHOUSE_URL": known.warehouse_url,
        "GRT_WAREHOUSE_READER_URL": known.warehouse_reader_url,
        "GRT_DAGSTER_URL": known.dagster_url,
    }
    for name, secret in databases.items():
        if url := secret.get_secret_value():
            yield partial(_database, name, url)
    for name in ("raw", "lake", "products"):
        look = partial(look_into, f"GRT_{name.upper()}_URL", getattr(known, name), known)
        yield partial(_one, f"{name} store", look)
    if known.compute_logs_url:
        look = partial(look_into, "GRT_COMPUTE_LOGS_URL", known.compute_logs_url, known)
        yield partial(_one, "GRT_COMPUTE_LOGS_URL", look)
    if known.broker_url.get_secret_value():
        yield partial(_broker, known)
    if known.ldap_url:
        yield partial(_one, "GRT_LDAP_URL", partial(_directory, known))
    if known.oidc_issuer:
        yield partial(_one, "GRT_OIDC_ISSUER", partial(_provider, known.oidc_issuer))
    if known.alert_smtp_url.get_secret_value():
        yield partial(_one, "GRT_ALERT_SMTP_URL", partial(_mail, known))
    if known.alert_webhook_url:
        yield partial(_one, "GRT_ALERT_WEBHOOK_URL", partial(_webhook, known.alert_webhook_url))
    for system in systems_with("serving/doctor.py", known.systems):
        looks = import_module(f"grt_platform.systems.{system}.serving.doctor").looks(known)
        yield from (partial(_one, subject, look) for subject, look in looks)


def _one(subject: str, look: Callable[[], str]) -> list[Finding]:
    return [tried(subject, look)]


def _database(name: str, url: str) -> list[Finding]:
    """Whether it lets us in and is new enough, and whether its clock and ours agree."""
    parts = urlsplit(url)
    place = f"{parts.hostname or 'localhost'}:{parts.port or 5432}"
    if not answers(f"tcp://{place}"):
        return [Finding(name, Verdict.FAILED, f"{place} does not answer: start that server or change {name}")]
    try:
        with connect(url, patience_s=0) as connection:
            before = time.time()
            row = connection.execute(
                "SELECT current_setting('server_version') AS version, "
                "extract(epoch FROM clock_timestamp())::float8 AS at"
            ).fetchone()
            after = time.time()
    except (UnavailableError, psycopg.Error) as error:
        return [Finding(name, Verdict.FAILED, f"{str(error).strip()} Correct {name}.")]
    assert row is not None
    version, at = str(row["version"]), float(str(row["at"]))
    is_old = int(version.split(".", maxsplit=1)[0].split(maxsplit=1)[0]) < _OLDEST_POSTGRES
    advice = f": Postgres {_OLDEST_POSTGRES} or newer is needed" if is_old else ""
    server = Finding(name, Verdict.FAILED if is_old else Verdict.OK, f"{place} lets us in, Postgres {version}{advice}")
    return [server, _clock(f"clock ({name})", at - min(max(at, before), after))]


def _clock(subject: str, apart_s: float) -> Finding:
    size = abs(apart_s)
    text = f"this machine and the server are {size:.1f} s apart"
    if size < _ODD_CLOCK_S:
        return Finding(subject, Verdict.OK, text)
    verdict = Verdict.WARNING if size < _WRONG_CLOCK_S else Verdict.FAILED
    return Finding(subject, verdict, f"{text}: let both keep time (NTP), signatures and sign-ins depend on it")


def _broker(known: Settings) -> list[Finding]:
    url, names = known.broker_url.get_secret_value(), queue_names(known.queue_systems)
    try:
        depths = queue_depths(url, names)
    except UnavailableError as error:
        return [Finding("GRT_BROKER_URL", Verdict.FAILED, f"{error} Start it, or correct GRT_BROKER_URL.")]
    idle = [each.name for each in depths if not each.consumers]
    words = ", ".join(f"{each.name} {each.messages} waiting for {each.consumers} workers" for each in depths)
    advice = f"; nobody works on {' and '.join(idle)}: start a worker for it" if idle else ""
    return [Finding("GRT_BROKER_URL", Verdict.WARNING if idle else Verdict.OK, f"lets us in; {words}{advice}")]


def _directory(known: Settings) -> str:
    base = known.ldap_people_base or known.lustre_group_base
    Directory.of(known).search(base, equals(known.ldap_people_name, _NOBODY), ["1.1"], is_recursive=True)
    return f"{known.ldap_url} lets us in and searches {base}"


def _provider(issuer: str) -> str:
    address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        answer = httpx.get(address, timeout=_PATIENCE_S)
        answer.raise_for_status()
        said: Mapping[str, object] = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise UnavailableError(
            f"{address} does not answer ({type(error).__name__}): correct GRT_OIDC_ISSUER"
        ) from error
    if said.get("issuer") != issuer:
        raise BadInputError(f"the provider calls itself {said.get('issuer')!r}: set GRT_OIDC_ISSUER to exactly that")
    return f"{issuer} answers"


def _mail(known: Settings) -> str:
    if not known.alert_email_from or not known.alert_email_to:
        raise BadInputError("set GRT_ALERT_EMAIL_FROM and GRT_ALERT_EMAIL_TO, else nobody gets a mail")
    parts = urlsplit(known.alert_smtp_url.get_secret_value())
    place = f"{parts.hostname}:{parts.port or ''}".rstrip(":")
    try:
        with mail_server(known) as server:
            server.noop()
    except (smtplib.SMTPException, OSError) as error:
        words = str(error).strip() or type(error).__name__
        raise UnavailableError(f"{place} does not take our mail ({words}): correct GRT_ALERT_SMTP_URL") from error
    return f"{place} lets us in"


def _webhook(url: str) -> str:
    """Only whether somebody listens: a question would be a message."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadInputError("GRT_ALERT_WEBHOOK_URL is no http:// or https:// address")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if not answers(f"tcp://{parts.hostname}:{port}"):
        raise UnavailableError(f"{parts.hostname}:{port} does not answer: correct GRT_ALERT_WEBHOOK_URL")
    return f"{parts.hostname} answers; `grt doctor --send-alert` sends it a message"
