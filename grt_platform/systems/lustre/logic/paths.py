"""Paths as bytes: how dumps write them (base64, Go-quoted) and how people read them (text that loses no byte)."""

import binascii
import re

from grt_platform.kernel.errors import BadInputError

_SIMPLE = {b"a": 7, b"b": 8, b"f": 12, b"n": 10, b"r": 13, b"t": 9, b"v": 11, b"\\": 92, b'"': 34}
_ESCAPE = re.compile(
    rb'\\(?:([abfnrtv\\"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))|([\\"\n])', re.DOTALL
)
_TEXT_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|(\\))|(\\)")


def base64_path(field: bytes) -> bytes | None:
    """The bytes of a path in standard base64 with its padding; None where it is anything else."""
    if len(field) % 4 or field.endswith(b"==="):
        return None  # before Python 3.13 binascii takes any padding behind whole groups
    try:
        return binascii.a2b_base64(field, strict_mode=True)
    except binascii.Error:
        return None


def go_unquote(field: bytes) -> bytes | None:
    r"""The bytes of a string as Go's `%q` writes it; None where it is anything else.

    Escapes are those of Go's `strconv.Unquote` for double quotes: `\a \b \f \n \r \t \v \\ \"`, `\xNN` and octal `\NNN`
    (one byte each), `\uNNNN` and `\UNNNNNNNN` (the UTF-8 of that character; surrogates and what is beyond U+10FFFF are
    errors). Bytes outside escapes stand for themselves, also where they are not UTF-8.
    Source: https://pkg.go.dev/strconv#Unquote
    """
    if len(field) < 2 or field[:1] != b'"' or field[-1:] != b'"':
        return None
    try:
        return _ESCAPE.sub(_unescaped, field[1:-1])
    except (ValueError, OverflowError):
        return None


def _unescaped(found: "re.Match[bytes]") -> bytes:
    simple, byte, short, long, octal, _ = found.groups()
    if simple:
        return bytes([_SIMPLE[simple]])
    if byte:
        return bytes([int(byte, 16)])
    if octal:
        return bytes([int(octal, 8)])
    if short or long:
        return chr(int(short or long, 16)).encode()
    raise ValueError("a quote, a newline or a backslash that begins no escape")


def path_text(path: bytes) -> str:
    r"""The path for people: UTF-8 as it is; other bytes and control characters as `\xNN`, a backslash doubled."""
    text = path.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")
    return text if text.isprintable() else "".join(c if c.isprintable() else _hex(c) for c in text)


def path_bytes(text: str) -> bytes:
    r"""The bytes of a path that `path_text` wrote.

    Raises:
        BadInputError: A backslash begins neither `\\` nor `\xNN`.
    """
    parts, end = bytearray(), 0
    for found in _TEXT_ESCAPE.finditer(text):
        if found[3]:
            raise BadInputError(
                f"path {text!r}: write a backslash as \\\\ and a byte as \\xNN with two small hex digits"
            )
        parts += text[end : found.start()].encode("utf-8", "surrogateescape")
        parts += b"\\" if found[2] else bytes([int(found[1], 16)])
        end = found.end()
    return bytes(parts + text[end:].encode("utf-8", "surrogateescape"))


def _hex(character: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8"))
