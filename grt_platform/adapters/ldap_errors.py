"""What a directory answers when it does not do what was asked, as errors of the platform."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ldap3.core import results

from grt_platform.kernel.errors import BadInputError, GrtError, UnavailableError

_RIGHTS = "check GRT_LDAP_BIND_DN, GRT_LDAP_BIND_PASSWORD and the rights of that entry"
_ENCRYPT = "the server wants an encrypted connection; take an ldaps:// URL or set GRT_LDAP_STARTTLS"
_CUT = "and half an answer is none; raise the server's limit for this reader, or lower GRT_LDAP_PAGE_SIZE"

# Faults of the settings: a retry cannot mend them.
_REMEDIES = {
    results.RESULT_NO_SUCH_OBJECT: "there is no such base; correct its setting",
    results.RESULT_INVALID_DN_SYNTAX: "the base is no name of an entry; correct its setting",
    results.RESULT_INVALID_CREDENTIALS: _RIGHTS,
    results.RESULT_INSUFFICIENT_ACCESS_RIGHTS: _RIGHTS,
    results.RESULT_INAPPROPRIATE_AUTHENTICATION: _RIGHTS,
    results.RESULT_STRONGER_AUTH_REQUIRED: _ENCRYPT,
    results.RESULT_CONFIDENTIALITY_REQUIRED: _ENCRYPT,
}
_PARTIAL = (
    results.RESULT_SIZE_LIMIT_EXCEEDED,
    results.RESULT_TIME_LIMIT_EXCEEDED,
    results.RESULT_ADMIN_LIMIT_EXCEEDED,
)
# A server need not tell a wrong password from an absent, locked or passwordless entry (RFC 4511, appendix A).
_NOT_OPENED = (
    results.RESULT_INVALID_CREDENTIALS,
    results.RESULT_NO_SUCH_OBJECT,
    results.RESULT_INVALID_DN_SYNTAX,
    results.RESULT_INAPPROPRIATE_AUTHENTICATION,
    results.RESULT_INSUFFICIENT_ACCESS_RIGHTS,
    results.RESULT_UNWILLING_TO_PERFORM,
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A result code of RFC 4511 with its name and the server's own words."""

    code: int
    name: str
    message: str

    @classmethod
    def of(cls, result: Mapping[str, Any]) -> "Refusal":
        """The same from what ldap3 keeps of an answer."""
        return cls(result["result"], result["description"], result["message"] or "")


def refusal(url: str, step: str, answer: Refusal) -> GrtError:
    """The error for an answer other than success."""
    told = f"Cannot {step}: {url} answers {answer.name}" + (f" ({answer.message})" if answer.message else "")
    if answer.code in _REMEDIES:
        return BadInputError(f"{told}: {_REMEDIES[answer.code]}")
    if answer.code in _PARTIAL:
        return UnavailableError(f"{told}, {_CUT}")
    return UnavailableError(f"{told}; try again, and ask the directory's owner when it stays so")


def is_no_entry_with_that_password(code: int) -> bool:
    """Whether a result of a bind says that name and password do not belong together."""
    return code in _NOT_OPENED
