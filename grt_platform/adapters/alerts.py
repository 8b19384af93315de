"""Messages to the people who run the platform: a webhook and a mail server, whichever is set."""

import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import requests

from grt_platform.kernel.errors import BadInputError, UnavailableError
from grt_platform.settings import Settings

_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class Alert:
    """What happened, in a line and in full, with what a program wants to know of it."""

    title: str
    body: str
    facts: dict[str, str]


def send(alert: Alert, settings: Settings) -> int:
    """Send the alert over every channel that is set; returns how many there are.

    Raises:
        UnavailableError: A channel did not take it; the others were tried all the same.
    """
    channels: dict[str, Callable[[Alert, Settings], None]] = {}
    if settings.alert_webhook_url:
        channels["GRT_ALERT_WEBHOOK_URL"] = _post
    if settings.alert_smtp_url.get_secret_value():
        channels["GRT_ALERT_SMTP_URL"] = _mail
    faults = []
    for name, channel in channels.items():
        try:
            channel(alert, settings)
        except (requests.RequestException, smtplib.SMTPException, OSError, BadInputError) as error:
            faults.append(f"{name} did not take it ({type(error).__name__})")
    if faults:
        raise UnavailableError(
            f"The alert {alert.title!r} did not reach everybody: {'; '.join(faults)}. Check both ends."
        )
    return len(channels)


def _post(alert: Alert, settings: Settings) -> None:
    """POST the alert as JSON; chat services show `text`."""
    body = {"text": f"{alert.title}\n{alert.body}", "title": alert.title, "body": alert.body, **alert.facts}
    requests.post(settings.alert_webhook_url, json=body, timeout=_TIMEOUT_S, allow_redirects=False).raise_for_status()


def _mail(alert: Alert, settings: Settings) -> None:
    """Mail the alert; `smtps://` is TLS from the start, `smtp://` upgrades to TLS where the server offers it."""
    parts = urlsplit(settings.alert_smtp_url.get_secret_value())
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise BadInputError("GRT_ALERT_SMTP_URL is no smtp:// or smtps:// URL")
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    with kind(parts.hostname, parts.port or 0, timeout=_TIMEOUT_S) as server:
        if parts.scheme == "smtp" and server.ehlo()[0] == 250 and server.has_extn("starttls"):
            server.starttls()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(_message(alert, settings))


def _message(alert: Alert, settings: Settings) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = " ".join(alert.title.split())[:200]
    message["From"], message["To"] = settings.alert_email_from, settings.alert_email_to
    message.set_content(alert.body)
    return message
