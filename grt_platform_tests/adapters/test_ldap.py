"""The directory against a real server: whole answers or none, and passwords that are tried safely."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grt_platform.adapters.ldap import Directory, Entry, equals
from grt_platform.kernel.errors import BadInputError, UnavailableError
from grt_platform.settings import Settings
from grt_platform_tests.fixtures.slapd import Slapd

pytestmark = pytest.mark.service
PASSWORD = "correct horse: battery) staple*\\é"
EVERY_GROUP = "(objectClass=posixGroup)"


@pytest.fixture
def base(slapd: Slapd) -> str:
    return slapd.branch()


def directory(slapd: Slapd, **others: object) -> Directory:
    return Directory.of(slapd.settings(**others))


def names(entries: list[Entry]) -> list[str]:
    return sorted(name for entry in entries for name in entry.texts("cn"))


class Cut:
    """A door to the server that closes after so many bytes of answers, or never answers at all."""

    def __init__(self, port: int, most_bytes: int) -> None:
        self._port, self._left = port, most_bytes
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"ldap://127.0.0.1:{self._listener.getsockname()[1]}"
        self._held: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._held:
            each.close()
        self._thread.join()

    def _serve(self) -> None:
        try:
            client, _ = self._listener.accept()
        except OSError:
            return
        self._held.append(client)
        if self._left < 0:
            return
        with socket.create_connection(("127.0.0.1", self._port)) as server:
            threading.Thread(target=self._forward, args=(client, server)).start()
            while self._left > 0:
                data = server.recv(min(65536, self._left))
                self._left -= len(data)
                client.sendall(data)
            client.shutdown(socket.SHUT_RDWR)

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        try:
            while data := client.recv(65536):
                server.sendall(data)
        except OSError:
            return


@pytest.fixture
def cut(slapd: Slapd) -> Iterator[Callable[[int], str]]:
    """Makes the address of a door that breaks off."""
    doors: list[Cut] = []

    def make(most_bytes: int) -> str:
        doors.append(Cut(slapd.port, most_bytes))
        return doors[-1].url

    yield make
    for door in doors:
        door.close()


def test_a_search_brings_every_page(slapd: Slapd, base: str) -> None:
    for number in range(7):
        slapd.add_group(base, f"team{number}", 1000 + number)
    found = directory(slapd, ldap_page_size=2).search(f"ou=group,{base}", EVERY_GROUP, ["cn", "gidNumber"])
    assert names(found) == [f"team{number}" for number in range(7)]
    assert {entry.values("GIDNUMBER") for entry in found} == {(str(1000 + n).encode(),) for n in range(7)}


def test_only_direct_children_are_found_unless_all_depths_are_asked_for(slapd: Slapd, base: str) -> None:
    slapd.add_group(base, "team", 1000)
    assert directory(slapd).search(base, EVERY_GROUP, ["cn"]) == []
    assert names(directory(slapd).search(base, EVERY_GROUP, ["cn"], is_recursive=True)) == ["team"]


def test_values_are_bytes_and_an_absent_attribute_has_none(slapd: Slapd, base: str) -> None:
    slapd.add(f"uid=x,ou=people,{base}", "inetOrgPerson", cn=["a", "b"], sn="s", jpegPhoto=b"\xff\x00\xe9")
    (entry,) = directory(slapd).search(f"ou=people,{base}", equals("uid", "x"), ["jpegPhoto", "cn", "mail"])
    assert entry.values("jpegphoto") == (b"\xff\x00\xe9",)
    assert entry.texts("jpegPhoto") == ("\ufffd\x00\ufffd",)
    assert sorted(entry.texts("cn")) == ["a", "b"]
    assert entry.values("mail") == ()


@pytest.mark.parametrize("name", ["*", "a)(objectClass=*", "\\2a", "x\x00", "é", "(", ""])
def test_no_value_breaks_out_of_its_filter(slapd: Slapd, base: str, name: str) -> None:
    slapd.add_person(base, "somebody", "S")
    assert directory(slapd).search(f"ou=people,{base}", equals("uid", name), ["uid"]) == []


def test_an_answer_that_the_server_cuts_is_an_error_and_not_a_part(slapd: Slapd, base: str) -> None:
    for number in range(5):
        slapd.add_group(base, f"team{number}", 1000 + number)
    reader = {"ldap_bind_dn": slapd.reader_dn, "ldap_bind_password": "a reader's password"}
    for page_size in (2, 500):
        limited = directory(slapd, ldap_page_size=page_size, **reader)
        with pytest.raises(UnavailableError, match=r"sizeLimitExceeded.*half an answer is none"):
            limited.search(f"ou=group,{base}", EVERY_GROUP, ["cn"])


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.95])
def test_an_answer_that_breaks_off_is_an_error_and_not_a_part(slapd: Slapd, base: str, cut, share: float) -> None:
    for number in range(20):
        slapd.add_group(base, f"team{number}", 1000 + number)
    most = int(share * 20 * 60)
    with pytest.raises(UnavailableError, match="does not answer as it should"):
        directory(slapd, ldap_url=cut(most)).search(f"ou=group,{base}", EVERY_GROUP, ["cn"])


def test_a_server_that_says_nothing_is_left_after_the_time_out(slapd: Slapd, base: str, cut) -> None:
    with pytest.raises(UnavailableError, match=r"timed out|Resource temporarily"):
        directory(slapd, ldap_url=cut(-1), ldap_timeout_s=1).search(base, EVERY_GROUP, ["cn"])


def test_a_server_that_is_away_is_unavailable(slapd: Slapd, unused_port: int) -> None:
    away = directory(slapd, ldap_url=f"ldap://127.0.0.1:{unused_port}")
    with pytest.raises(UnavailableError, match=f"127.0.0.1:{unused_port}.*GRT_LDAP_URL"):
        away.search(slapd.suffix, EVERY_GROUP, ["cn"])
    with pytest.raises(UnavailableError):
        away.bind_as(f"uid=x,{slapd.suffix}", "x")


@pytest.mark.parametrize(
    ("matching", "base", "words"),
    [
        ("(cn=a", "ou=group", "correct the filter"),
        ("(objectClass=posixGroup)", "ou=nowhere", "no such base"),
        ("(objectClass=posixGroup)", "not a name", "no name of an entry"),
        ("(objectClass=posixGroup)", "ou=hidden", "no such base"),
    ],
)
def test_what_no_retry_can_mend_is_said_with_its_remedy(slapd: Slapd, matching: str, base: str, words: str) -> None:
    name = base if " " in base else f"{base},{slapd.suffix}"
    with pytest.raises(BadInputError, match=words):
        directory(slapd).search(name, matching, ["cn"])


@pytest.mark.parametrize("url", ["", "http://x", "ldap://", "ldapi:///run/x", "127.0.0.1"])
def test_an_address_that_is_none_is_said(url: str) -> None:
    with pytest.raises(BadInputError, match="GRT_LDAP_URL"):
        Directory.of(Settings(ldap_url=url)).search("dc=x", EVERY_GROUP, ["cn"])


def test_a_reader_who_is_refused_is_told_which_settings_to_check(slapd: Slapd) -> None:
    wrong = directory(slapd, ldap_bind_dn=slapd.reader_dn, ldap_bind_password="wrong")
    with pytest.raises(BadInputError, match="GRT_LDAP_BIND_PASSWORD") as told:
        wrong.search(slapd.suffix, EVERY_GROUP, ["cn"])
    assert "wrong'" not in str(told.value)
    assert "wrong'" not in repr(wrong)


def test_a_signed_in_reader_sees_what_is_hidden_from_others(slapd: Slapd) -> None:
    reader = directory(slapd, ldap_bind_dn=f"cn=nobody,{slapd.suffix}", ldap_bind_password="another password")
    assert reader.search(f"ou=hidden,{slapd.suffix}", "(objectClass=*)", ["ou"]) == []


def test_only_the_right_password_opens_an_entry(slapd: Slapd, base: str) -> None:
    dn = slapd.add_person(base, "somebody", "S", PASSWORD)
    opened = directory(slapd)
    assert opened.bind_as(dn, PASSWORD)
    for wrong in (PASSWORD.upper(), PASSWORD + "x", PASSWORD + "\x00", "\ud800", " ", "*"):
        assert not opened.bind_as(dn, wrong)


def test_an_empty_name_or_password_opens_nothing(slapd: Slapd, base: str) -> None:
    dn = slapd.add_person(base, "somebody", "S", PASSWORD)
    assert not directory(slapd).bind_as(dn, "")
    assert not directory(slapd).bind_as("", "")
    assert not directory(slapd).bind_as("", PASSWORD)


def test_somebody_who_is_not_there_or_has_no_password_is_not_opened(slapd: Slapd, base: str) -> None:
    bare = slapd.add_person(base, "bare", "S")
    for dn in (bare, f"uid=nobody,ou=people,{base}", "not a name", f"uid=a\\zz,{base}"):
        assert not directory(slapd).bind_as(dn, PASSWORD)


def test_a_password_never_travels_unencrypted_to_another_machine(slapd: Slapd) -> None:
    with pytest.raises(BadInputError, match="GRT_LDAP_STARTTLS"):
        directory(slapd, ldap_url="ldap://directory.example.org").bind_as("uid=x", "secret")


@pytest.mark.parametrize("has_starttls", [True, False])
def test_an_encrypted_connection_searches_and_opens(slapd: Slapd, base: str, *, has_starttls: bool) -> None:
    url = f"ldap://localhost:{slapd.port}" if has_starttls else slapd.tls_url
    dn = slapd.add_person(base, "somebody", "S", PASSWORD)
    safe = directory(slapd, ldap_url=url, ldap_starttls=has_starttls, ldap_ca_file=str(slapd.ca_file))
    assert len(safe.search(f"ou=people,{base}", "(uid=somebody)", ["sn"])) == 1
    assert safe.bind_as(dn, PASSWORD)
    assert not safe.bind_as(dn, "wrong")


@pytest.mark.parametrize("has_starttls", [True, False])
@pytest.mark.parametrize(("host", "has_ca"), [("localhost", False), ("127.0.0.1", True)])
def test_a_server_that_cannot_prove_its_name_gets_nothing(
    slapd: Slapd, host: str, *, has_ca: bool, has_starttls: bool
) -> None:
    url = f"ldap://{host}:{slapd.port}" if has_starttls else f"ldaps://{host}:{slapd.tls_port}"
    ca_file = str(slapd.ca_file) if has_ca else ""
    unsafe = directory(slapd, ldap_url=url, ldap_starttls=has_starttls, ldap_ca_file=ca_file)
    with pytest.raises(UnavailableError, match="certificate"):
        unsafe.bind_as(slapd.reader_dn, "a reader's password")


def test_certificates_that_are_none_are_named(slapd: Slapd, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").touch()
    for path in (tmp_path / "absent.pem", tmp_path / "empty.pem"):
        with pytest.raises(BadInputError, match="GRT_LDAP_CA_FILE"):
            directory(slapd, ldap_url=slapd.tls_url, ldap_ca_file=str(path)).search(slapd.suffix, EVERY_GROUP, ["cn"])
