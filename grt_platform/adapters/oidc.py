"""An OpenID Connect provider (Core 1.0): where to send a person, and who comes back with a code (PKCE, RFC 7636)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from grt_platform.kernel.errors import BadInputError, UnavailableError

_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"]
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_TIMEOUT_S, _LEEWAY_S = 10, 60


class UntrueError(Exception):
    """What came back proves nobody; the text is for the audit, never for whoever came."""


@dataclass(frozen=True, slots=True)
class Journey:
    """What one sign-in takes along and must bring back."""

    state: str
    nonce: str
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider vouches for.

    Attributes:
        subject: Issuer and the person's id there, which never changes.
        name: A name to sign in with as the provider knows it; empty where it says none.
        title: The name people see; may be empty.
    """

    subject: str
    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Provider:
    """The one provider that is believed.

    Args:
        issuer: Its name, an https address; what else claims to vouch is refused.
        client_id, client_secret: How it knows this platform; no secret for a public client.
        redirect_uri: Where it sends people back to.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str

    def authorization_url(self, journey: Journey) -> str:
        """Where the person is sent.

        Raises:
            UnavailableError: The provider does not answer as it should.
        """
        with self._session() as session, self._asking():
            endpoints = self._discovered(session)
            url, _ = session.create_authorization_url(
                endpoints["authorization_endpoint"],
                state=journey.state,
                nonce=journey.nonce,
                code_verifier=journey.verifier,
            )
            return str(url)

    def redeem(self, code: str, journey: Journey) -> Vouched:
        """Who came back with this code.

        Raises:
            UntrueError: The provider refuses the code, or its ID token is not what it must be.
            UnavailableError: The provider does not answer as it should.
        """
        with self._session() as session, self._asking():
            endpoints = self._discovered(session)
            answer = session.fetch_token(
                endpoints["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=journey.verifier,
                allow_redirects=False,
            )
            keys = KeySet.import_key_set({"keys": _json(session, endpoints["jwks_uri"]).get("keys", [])})
        return _vouched(self._proven(answer, keys, journey))

    def _proven(self, answer: Mapping[str, Any], keys: KeySet, journey: Journey) -> CodeIDToken:
        """The claims of an ID token that this provider signed for us, now, in this journey (Core 1.0, 3.1.3.7)."""
        if not isinstance(answer.get("id_token"), str):
            raise UntrueError("the provider sent no ID token")
        registry = JWSRegistry(algorithms=_ALGORITHMS, strict_check_header=False)
        options = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.client_id},
            "nonce": {"essential": True, "value": journey.nonce},
        }
        expected = {
            "nonce": journey.nonce,
            "client_id": self.client_id,
            "access_token": answer.get("access_token"),
        }
        try:
            token = jwt.decode(answer["id_token"], keys, registry=registry)
            claims = CodeIDToken(token.claims, token.header, options, expected)
            claims.validate(leeway=_LEEWAY_S)
        except (JoseError, ValueError, TypeError) as error:
            raise UntrueError(f"ID token: {error}") from error
        return claims

    def _session(self) -> OAuth2Session:
        method = "client_secret_basic" if self.client_secret else "none"
        return OAuth2Session(
            self.client_id,
            self.client_secret or None,
            token_endpoint_auth_method=method,
            scope="openid profile email",
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
            default_timeout=_TIMEOUT_S,
        )

    def _discovered(self, session: OAuth2Session) -> dict[str, str]:
        """The endpoints that the issuer itself names (Discovery 1.0)."""
        said = _json(session, f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if said.get("issuer") != self.issuer:
            raise UnavailableError(f"{self.issuer} calls itself {said.get('issuer')!r}: correct GRT_OIDC_ISSUER")
        for name in _ENDPOINTS:
            if not _is_safe(str(said.get(name, ""))):
                raise UnavailableError(f"{self.issuer} names no encrypted {name}; its administrator must mend that")
        return said

    @contextmanager
    def _asking(self) -> Iterator[None]:
        if not _is_safe(self.issuer):
            raise BadInputError(f"GRT_OIDC_ISSUER is {self.issuer!r}: give an https:// address")
        try:
            yield
        except OAuthError as error:
            raise UntrueError(f"the provider refuses: {error.error}") from error
        except (requests.RequestException, JoseError, ValueError) as error:
            reason = type(error).__name__
            raise UnavailableError(
                f"{self.issuer} does not answer as it should ({reason}). Try again later."
            ) from error


def _json(session: OAuth2Session, url: str) -> dict[str, Any]:
    answer = session.request("GET", url, withhold_token=True, allow_redirects=False)
    answer.raise_for_status()
    said = answer.json()
    if not isinstance(said, dict):
        raise ValueError("no JSON object")  # noqa: TRY004
    return said


def _is_safe(url: str) -> bool:
    """Whether nobody between here and there can listen."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _vouched(claims: Mapping[str, Any]) -> Vouched:
    email = claims.get("email") if claims.get("email_verified") is True else ""
    name = claims.get("preferred_username") or email or ""
    return Vouched(f"{claims['iss']} {claims['sub']}", str(name), str(claims.get("name") or ""))
