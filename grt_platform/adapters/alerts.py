"""Messages to the people who run the platform: a webhook and a mail server, whichever is set."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

import requests

from grt_platform.kernel.alerting import Alert
from grt_platform.kernel.errors import BadInputError, UnavailableError
from grt_platform.settings import Settings

_TIMEOUT_S = 10
_PORTS = {"smtp": 25, "smtps": 465}


def channels(settings: Settings) -> list[str]:
    """The channels that are set, by the names of their settings."""
    given = {
        "GRT_ALERT_WEBHOOK_URL": settings.alert_webhook_url,
        "GRT_ALERT_SMTP_URL": settings.alert_smtp_url.get_secret_value(),
    }
    return [name for name, value in given.items() if value]


def send(alert: Alert, channel: str, settings: Settings) -> None:
    """The channel has taken the alert.

    Raises:
        UnavailableError: It did not.
    """
    senders: dict[str, Callable[[Alert, Settings], None]] = {
        "GRT_ALERT_WEBHOOK_URL": _post,
        "GRT_ALERT_SMTP_URL": _mail,
    }
    try:
        senders[channel](alert, settings)
    except (requests.RequestException, smtplib.SMTPException, OSError, BadInputError) as error:
        # The words of the error may hold the address, which may be a secret of the channel.
        reason = str(error) if isinstance(error, BadInputError) else type(error).__name__
        raise UnavailableError(
            f"{channel} did not take the alert {alert.title!r} ({reason}). Check both ends."
        ) from error


def send_everywhere(alert: Alert, settings: Settings) -> int:
    """Every channel that is set has taken the alert; returns how many there are.

    Raises:
        UnavailableError: One did not take it; the others were tried all the same.
    """
    faults = []
    for channel in channels(settings):
        try:
            send(alert, channel, settings)
        except UnavailableError as error:
            faults.append(str(error))
    if faults:
        raise UnavailableError(" ".join(faults))
    return len(channels(settings))


def _post(alert: Alert, settings: Settings) -> None:
    """POST the alert as JSON; chat services show `text`."""
    body = {"text": f"{alert.title}\n{alert.body}", "title": alert.title, "body": alert.body, **alert.facts}
    answer = requests.post(settings.alert_webhook_url, json=body, timeout=_TIMEOUT_S, allow_redirects=False)
    if not 200 <= answer.status_code < 300:
        raise requests.HTTPError(answer.status_code)


def _mail(alert: Alert, settings: Settings) -> None:
    if not settings.alert_email_from or not settings.alert_email_to:
        raise BadInputError("set GRT_ALERT_EMAIL_FROM and GRT_ALERT_EMAIL_TO")
    with mail_server(settings) as server:
        server.send_message(_message(alert, settings))


@contextmanager
def mail_server(settings: Settings) -> Iterator[smtplib.SMTP]:
    """The mail server, greeted, encrypted where it can be, and signed in to where a user is set.

    `smtps://` is TLS from the start; `smtp://` changes to TLS where the server offers it. Its certificate is checked
    always, and a password is sent through TLS or to this machine itself, else not at all.

    Raises:
        BadInputError: GRT_ALERT_SMTP_URL is no such address, or the password would travel in the clear.
    """
    parts = urlsplit(settings.alert_smtp_url.get_secret_value())
    if parts.scheme not in _PORTS or not parts.hostname:
        raise BadInputError("GRT_ALERT_SMTP_URL is no smtp:// or smtps:// URL")
    host, port = parts.hostname, parts.port or _PORTS[parts.scheme]
    trust = ssl.create_default_context(cafile=settings.alert_smtp_ca_file or None)
    tls = smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT_S, context=trust) if parts.scheme == "smtps" else None
    with tls or smtplib.SMTP(host, port, timeout=_TIMEOUT_S) as server:
        is_private = tls is not None or _is_here(host)
        if tls is None and server.ehlo()[0] == 250 and server.has_extn("starttls"):
            server.starttls(context=trust)
            is_private = True
        if parts.username:
            if not is_private:
                raise BadInputError(f"{host} offers no TLS, and GRT_ALERT_SMTP_URL holds a password: use smtps://")
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _message(alert: Alert, settings: Settings) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = " ".join(alert.title.split())[:200]
    message["From"], message["To"] = settings.alert_email_from, settings.alert_email_to
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="grt-platform.invalid")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(alert.body)
    return message
