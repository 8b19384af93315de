"""A directory that speaks LDAP: whole answers to searches, and whether a password opens an entry."""

import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ldap3 import DEREF_NEVER, LEVEL, NONE, SUBTREE, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException, LDAPInvalidDnError, LDAPInvalidFilterError, LDAPSASLPrepError
from ldap3.utils.conv import escape_filter_chars

from grt_platform.adapters.ldap_errors import Refusal, is_no_entry_with_that_password, refusal
from grt_platform.kernel.errors import BadInputError, UnavailableError
from grt_platform.settings import Settings

_PAGED_RESULTS = "1.2.840.113556.1.4.319"  # RFC 2696
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its name, and its values by attribute in lower case (the directory's own spelling varies)."""

    dn: str
    attributes: Mapping[str, tuple[bytes, ...]]

    def values(self, attribute: str) -> tuple[bytes, ...]:
        """The values as they are stored, in the server's order; none where the entry lacks the attribute."""
        return self.attributes.get(attribute.lower(), ())

    def texts(self, attribute: str) -> tuple[str, ...]:
        """The values as text; bytes that are no UTF-8 show as U+FFFD."""
        return tuple(value.decode("utf-8", "replace") for value in self.values(attribute))


def equals(attribute: str, value: str) -> str:
    """The filter `(attribute=value)`, whatever characters somebody put into the value (RFC 4515)."""
    return f"({attribute}={escape_filter_chars(value)})"


@dataclass(frozen=True, slots=True)
class Directory:
    """An LDAP server and how it is entered; every call opens one connection of its own and closes it.

    Args:
        url: `ldap://host:port` or `ldaps://host:port`.
        has_starttls: Turn an `ldap://` connection to TLS before anything else is said.
        ca_file: Certificates (PEM) that vouch for the server; empty takes those of this machine.
        bind_dn: Who searches; empty searches anonymously.
        password: That entry's password.
        timeout_s: Longest wait for a connection, and for each answer.
        page_size: Entries that one answer of a search holds at most.
    """

    url: str
    has_starttls: bool = False
    ca_file: str = ""
    bind_dn: str = ""
    password: str = field(default="", repr=False)
    timeout_s: int = 10
    page_size: int = 500

    @classmethod
    def of(cls, settings: Settings) -> "Directory":
        """The directory that the settings name."""
        password = settings.ldap_bind_password.get_secret_value()
        entrance = (settings.ldap_starttls, settings.ldap_ca_file, settings.ldap_bind_dn, password)
        return cls(settings.ldap_url, *entrance, settings.ldap_timeout_s, settings.ldap_page_size)

    def search(self, base: str, matching: str, attributes: Sequence[str], *, is_recursive: bool = False) -> list[Entry]:
        """All entries below `base` that match a filter: every one of them, or an error.

        Args:
            base: Name of the entry below which to look.
            matching: A filter (RFC 4515); values from outside go through `equals`.
            attributes: What to bring of each entry.
            is_recursive: Look at all depths below; otherwise only directly below.

        Raises:
            BadInputError: The settings, the base, the filter or the rights are wrong.
            UnavailableError: The server is away, broke off, is too slow, or would give only a part.
        """
        question = _Question(base, matching, tuple(attributes), SUBTREE if is_recursive else LEVEL)
        with self._connected(question.step) as connection:
            self._enter(connection, question.step)
            return [entry for page in self._pages(connection, question) for entry in page]

    def bind_as(self, dn: str, password: str) -> bool:
        """Whether this password opens this entry; an empty one never does, although servers say so (RFC 4513, 5.1.2).

        Raises:
            BadInputError: The settings are wrong, or the password would travel unencrypted to another machine.
            UnavailableError: The server is away or cannot tell now.
        """
        if not dn or not password:
            return False
        if not self._is_private():
            raise BadInputError(
                f"Passwords are not sent to {self.url} unencrypted: take an ldaps:// URL or set GRT_LDAP_STARTTLS"
            )
        step = "check a password"
        with self._connected(step) as connection:
            connection.user, connection.password, connection.authentication = dn, password, "SIMPLE"
            try:
                is_opened = bool(connection.bind())
            except LDAPSASLPrepError:  # holds what no password may (RFC 4013), a NUL for example
                return False
            if not is_opened and not is_no_entry_with_that_password(connection.result["result"]):
                raise refusal(self.url, step, Refusal.of(connection.result))
            return is_opened

    def _is_private(self) -> bool:
        parts = urlsplit(self.url)
        return parts.scheme == "ldaps" or self.has_starttls or parts.hostname in _LOOPBACK

    @contextmanager
    def _connected(self, step: str) -> Iterator[Connection]:
        """A connection, encrypted if it is to be, nobody signed in yet; errors leave as the platform's."""
        connection = Connection(
            self._server(), receive_timeout=self.timeout_s, auto_referrals=False, check_names=False, read_only=True
        )
        try:
            connection.open()
            if self.has_starttls and not connection.server.ssl:
                connection.start_tls()
            yield connection
        except (LDAPInvalidFilterError, LDAPInvalidDnError) as error:
            raise BadInputError(f"Cannot {step}: {error}; correct the filter or the name") from error
        except (LDAPException, OSError) as error:
            raise UnavailableError(
                f"Cannot {step}: the directory {self.url} does not answer as it should ({error}); "
                "check GRT_LDAP_URL, the network and the server's certificate, then try again"
            ) from error
        finally:
            connection.strategy.close()
            if connection.socket is not None:  # what a failed start leaves behind
                connection.socket.close()

    def _server(self) -> Server:
        parts = urlsplit(self.url)
        if parts.scheme not in ("ldap", "ldaps") or not parts.hostname:
            raise BadInputError(f"GRT_LDAP_URL is {self.url!r}: give ldap://host:port or ldaps://host:port")
        is_tls = parts.scheme == "ldaps"
        return Server(
            parts.hostname,
            port=parts.port or (636 if is_tls else 389),
            use_ssl=is_tls,
            tls=_CheckedTls(self._certificates()),
            get_info=NONE,
            connect_timeout=self.timeout_s,
        )

    def _certificates(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.ca_file or None)
        except (OSError, ssl.SSLError) as error:
            raise BadInputError(
                f"GRT_LDAP_CA_FILE is {self.ca_file!r}, which holds no certificates (PEM): {error}"
            ) from error

    def _enter(self, connection: Connection, step: str) -> None:
        if not self.bind_dn:
            return  # LDAP version 3 needs no bind to search anonymously
        connection.user, connection.password, connection.authentication = self.bind_dn, self.password, "SIMPLE"
        if not connection.bind():
            raise refusal(self.url, f"{step} as {self.bind_dn!r}", Refusal.of(connection.result))

    def _pages(self, connection: Connection, question: "_Question") -> Iterator[list[Entry]]:
        """The pages of a search; ldap3's own loop takes an answer that the server cut for a whole one."""
        cookie = None
        while cookie != b"":
            connection.search(
                question.base,
                question.matching,
                question.scope,
                dereference_aliases=DEREF_NEVER,
                attributes=list(question.attributes),
                time_limit=self.timeout_s,
                paged_size=self.page_size,
                paged_cookie=cookie,
            )
            if connection.result["result"] != 0:
                raise refusal(self.url, question.step, Refusal.of(connection.result))
            yield [self._entry(question.step, message) for message in connection.response or ()]
            control = connection.result.get("controls", {}).get(_PAGED_RESULTS)
            cookie = control["value"]["cookie"] if control else b""

    def _entry(self, step: str, message: Mapping[str, Any]) -> Entry:
        if message["type"] != "searchResEntry":
            raise UnavailableError(
                f"Cannot {step}: {self.url} keeps a part of it elsewhere ({', '.join(message['uri'])}), and half an "
                "answer is none; set GRT_LDAP_URL to a server that holds it all, or look below a deeper base"
            )
        values = message["raw_attributes"].items()
        return Entry(message["dn"], {name.lower(): tuple(map(bytes, given)) for name, given in values})


@dataclass(frozen=True, slots=True)
class _Question:
    """One search."""

    base: str
    matching: str
    attributes: tuple[str, ...]
    scope: Any

    @property
    def step(self) -> str:
        return f"search {self.base!r} for {self.matching}"


class _CheckedTls(Tls):
    """TLS whose certificate, host name and address OpenSSL checks; ldap3's own check knows no addresses."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._context = context

    def wrap_socket(self, connection: Connection, do_handshake: bool = False) -> None:  # noqa: FBT001, FBT002 ldap3's signature
        connection.socket = self._context.wrap_socket(
            connection.socket, server_hostname=connection.server.host, do_handshake_on_connect=do_handshake
        )
