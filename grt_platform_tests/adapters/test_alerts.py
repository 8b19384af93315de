"""Alerts reach a real mail server and a webhook, encrypted where it matters, and no error tells an address."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from grt_platform.adapters.alerts import channels, mail_server, send
from grt_platform.kernel.alerting import Alert
from grt_platform.kernel.errors import UnavailableError
from grt_platform.settings import Settings
from grt_platform_tests.fixtures.certificates import certificates
from grt_platform_tests.fixtures.postgres import free_port

ALERT = Alert("galaxy_ingest failed\nBcc: x@y.z", "The disk is full. é", {"run_id": "1"})
WEBHOOK, MAIL = "GRT_ALERT_WEBHOOK_URL", "GRT_ALERT_SMTP_URL"
PASSWORD = "p@ss/word"


class Hook(BaseHTTPRequestHandler):
    """Keeps what is posted."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append(json.loads(body))
        self.send_response(self.server.answer)
        self.end_headers()

    def log_message(self, *args): ...


@contextmanager
def webhook(answer=200):
    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        server.taken, server.answer = [], answer
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server, server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


class Box:
    """A mailbox: what came, and whether it came encrypted."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.was_encrypted: list[bool] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 aiosmtpd's name
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        self.was_encrypted.append(session.ssl is not None)
        return "250 OK"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    authority, certificate, key = certificates(tmp_path_factory.mktemp("mail"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return authority, context


@contextmanager
def mail(**options: Any) -> Iterator[tuple[Box, int]]:
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield box, controller.port
    finally:
        controller.stop()


def signed_in(context: ssl.SSLContext) -> dict[str, Any]:
    def authenticator(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"grt", PASSWORD.encode()), handled=False)

    return {"tls_context": context, "auth_required": True, "require_starttls": True, "authenticator": authenticator}


def settings(hook: int | None = None, smtp: str = "", **others: Any) -> Settings:
    return Settings(
        alert_webhook_url=f"http://127.0.0.1:{hook}/hook-with-a-secret" if hook else "",
        alert_smtp_url=smtp,
        alert_email_from="grt@example.org",
        alert_email_to="a@example.org, b@example.org",
        **others,
    )


def test_without_settings_there_is_no_channel():
    assert channels(Settings()) == []
    assert channels(settings(1, "smtp://127.0.0.1:1")) == [WEBHOOK, MAIL]


def test_an_alert_goes_to_the_webhook_with_its_facts():
    with webhook() as (hook, port):
        send(ALERT, WEBHOOK, settings(port))
    [posted] = hook.taken
    assert (posted["run_id"], posted["title"]) == ("1", ALERT.title)
    assert "The disk is full. é" in posted["text"]


@pytest.mark.parametrize("answer", [302, 404, 500])
def test_a_webhook_that_refuses_is_told_without_its_address(answer):
    with webhook(answer) as (_, port), pytest.raises(UnavailableError, match=WEBHOOK) as caught:
        send(ALERT, WEBHOOK, settings(port))
    assert "secret" not in str(caught.value)


def test_a_mail_reaches_everybody_and_no_title_adds_a_header():
    with mail() as (box, port):
        send(ALERT, MAIL, settings(smtp=f"smtp://127.0.0.1:{port}"))
    [taken] = box.mails
    assert taken["Subject"] == "galaxy_ingest failed Bcc: x@y.z"
    assert (taken["Bcc"], taken["To"]) == (None, "a@example.org, b@example.org")
    assert taken["Auto-Submitted"] == "auto-generated"
    assert "The disk is full. é" in taken.get_content()


def test_a_server_with_starttls_and_passwords_is_entered_encrypted(keys):
    authority, context = keys
    with mail(**signed_in(context)) as (box, port):
        url = f"smtp://grt:p%40ss%2Fword@localhost:{port}"
        send(ALERT, MAIL, settings(smtp=url, alert_smtp_ca_file=str(authority)))
    assert box.was_encrypted == [True]


def test_a_certificate_that_nobody_vouches_for_is_refused(keys):
    with mail(**signed_in(keys[1])) as (box, port), pytest.raises(UnavailableError, match="SSLCertVerificationError"):
        send(ALERT, MAIL, settings(smtp=f"smtp://grt:p%40ss%2Fword@localhost:{port}"))
    assert box.mails == []


def test_a_wrong_password_is_told_without_it(keys):
    authority, context = keys
    with mail(**signed_in(context)) as (_, port), pytest.raises(UnavailableError, match="SMTPAuthentication") as caught:
        send(ALERT, MAIL, settings(smtp=f"smtp://grt:wrong-one@localhost:{port}", alert_smtp_ca_file=str(authority)))
    assert "wrong-one" not in str(caught.value)


def test_a_password_is_never_sent_in_the_clear_to_another_machine(monkeypatch):
    monkeypatch.setattr("grt_platform.adapters.alerts._is_here", lambda host: False)
    with mail() as (box, port), pytest.raises(UnavailableError, match="offers no TLS"):
        send(ALERT, MAIL, settings(smtp=f"smtp://grt:secret@127.0.0.1:{port}"))
    assert box.mails == []


def test_a_mail_server_that_is_away_or_no_address_is_told():
    for url in (f"smtp://127.0.0.1:{free_port()}", "http://127.0.0.1:25"):
        with pytest.raises(UnavailableError, match=MAIL):
            send(ALERT, MAIL, settings(smtp=url))


def test_a_mail_without_a_receiver_names_the_setting():
    with pytest.raises(UnavailableError, match="GRT_ALERT_EMAIL_TO"):
        send(ALERT, MAIL, Settings(alert_smtp_url="smtp://127.0.0.1:1"))


def test_the_doctor_can_enter_without_sending(keys):
    authority, context = keys
    with mail(**signed_in(context)) as (box, port):
        known = settings(smtp=f"smtp://grt:p%40ss%2Fword@localhost:{port}", alert_smtp_ca_file=str(authority))
        with mail_server(known) as server:
            assert server.noop()[0] == 250
    assert box.mails == []
