"""Alerts go over every channel that is set, and one that fails does not silence the other."""

import json
import socketserver
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from grt_platform.adapters.alerts import Alert, send
from grt_platform.kernel.errors import UnavailableError
from grt_platform.settings import Settings

ALERT = Alert("galaxy_ingest failed\nBcc: x@y.z", "The disk is full. é", {"run_id": "1"})


class Hook(BaseHTTPRequestHandler):
    """Keeps what is posted."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append(json.loads(body))
        self.send_response(self.server.answer)
        self.end_headers()

    def log_message(self, *args): ...


class Mail(socketserver.StreamRequestHandler):
    """A mail server that takes everything, one line after another."""

    def handle(self):
        self.wfile.write(b"220 mail\r\n")
        lines, in_data = [], False
        for line in self.rfile:
            if in_data and line == b".\r\n":
                in_data = False
                self.server.taken.append(b"".join(lines).decode())
                self.wfile.write(b"250 ok\r\n")
            elif in_data:
                lines.append(line)
            elif line.upper().startswith(b"DATA"):
                in_data = True
                self.wfile.write(b"354 go on\r\n")
            else:
                self.wfile.write(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 8BITMIME\r\n")


@contextmanager
def serving(kind, handler, answer=200):
    with kind(("127.0.0.1", 0), handler) as server:
        server.taken, server.answer = [], answer
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server, server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def settings(hook=None, mail=None):
    return Settings(
        alert_webhook_url=f"http://127.0.0.1:{hook}/hook" if hook else "",
        alert_smtp_url=f"smtp://127.0.0.1:{mail}" if mail else "",
        alert_email_from="grt@example.org",
        alert_email_to="a@example.org, b@example.org",
    )


def test_without_channels_nothing_is_sent():
    assert send(ALERT, Settings()) == 0


def test_an_alert_goes_to_the_webhook_and_by_mail():
    with serving(HTTPServer, Hook) as (hook, port), serving(socketserver.TCPServer, Mail) as (mail, mail_port):
        assert send(ALERT, settings(port, mail_port)) == 2
    assert hook.taken[0]["run_id"] == "1"
    assert "The disk is full. é" in hook.taken[0]["text"]
    [text] = mail.taken
    assert "Subject: galaxy_ingest failed Bcc: x@y.z" in text
    assert "\nBcc:" not in text
    assert "To: a@example.org, b@example.org" in text


@pytest.mark.parametrize("answer", [500, 404])
def test_a_webhook_that_fails_does_not_stop_the_mail_and_is_told_without_its_address(answer):
    with (
        serving(HTTPServer, Hook, answer) as (_, port),
        serving(socketserver.TCPServer, Mail) as (mail, mail_port),
        pytest.raises(UnavailableError, match="GRT_ALERT_WEBHOOK_URL did not take it") as caught,
    ):
        send(ALERT, settings(port, mail_port))
    assert len(mail.taken) == 1
    assert str(port) not in str(caught.value)


def test_a_mail_server_that_is_away_does_not_stop_the_webhook():
    with serving(HTTPServer, Hook) as (hook, port), pytest.raises(UnavailableError, match="GRT_ALERT_SMTP_URL"):
        send(ALERT, settings(port, 1))
    assert len(hook.taken) == 1
