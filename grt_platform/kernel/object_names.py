"""Which names objects of a project may have, and which two names look so alike that only one of them may be taken."""

import unicodedata

from grt_platform.kernel.errors import BadInputError

MAX_NAME_BYTES = 512
MAX_PART_BYTES = 255
MAX_PARTS = 32

_NOT_PORTABLE = frozenset('\\:*?"<>|')
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_LOOK_LIKE_LATIN = {
    ord(strange): latin
    for latin, twins in {
        "a": "\u0430\u0251\u03b1",
        "b": "\u0432\u044c\u03b2",
        "c": "\u0441\u03f2",
        "d": "\u0501",
        "e": "\u0435\u03b5\u04bd",
        "g": "\u0261",
        "h": "\u04bb\u043d\u03b7",
        "i": "\u0456\u0131\u0269\u03b9",
        "j": "\u0458\u03f3",
        "k": "\u043a\u03ba",
        "l": "\u04cf",
        "m": "\u043c\u03bc",
        "n": "\u043f\u0578",
        "o": "\u043e\u03bf\u0585",
        "p": "\u0440\u03c1",
        "q": "\u051b",
        "s": "\u0455",
        "t": "\u0442\u03c4",
        "u": "\u03c5\u057d",
        "v": "\u0475\u03bd",
        "w": "\u051d\u0461",
        "x": "\u0445\u03c7",
        "y": "\u0443\u04af",
        "z": "\u03b6",
        "-": "\u2010\u2011\u2012\u2013\u2014\u2212",
    }.items()
    for strange in twins
}
"""Letters of other scripts, in lower case, that most fonts draw like a Latin one (a choice of Unicode's TS 39)."""


def object_name(text: str) -> str:
    """Returns the name in normal form (NFC), as it is stored and listed; parts are joined by "/".

    Raises:
        BadInputError: When no object may be called so; says which part and what to do.
    """
    name = unicodedata.normalize("NFC", text)
    fault = _fault(name)
    if fault:
        raise BadInputError(f"{text[:200]!r} cannot name an object: {fault}")
    return name


def skeleton(name: str) -> str:
    """What two names have in common that people cannot tell apart: case, width, and letters of other scripts."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return folded.translate(_LOOK_LIKE_LATIN)


def has_suffix(name: str, suffixes: tuple[str, ...]) -> bool:
    """Whether the name ends in one of the suffixes, in any case; none given lets every name pass."""
    return not suffixes or name.casefold().endswith(tuple(suffix.casefold() for suffix in suffixes))


def _fault(name: str) -> str:
    if not name:
        return "it is empty"
    if len(name.encode(errors="surrogatepass")) > MAX_NAME_BYTES:
        return f"it is longer than {MAX_NAME_BYTES} bytes; shorten it"
    parts = name.split("/")
    if len(parts) > MAX_PARTS:
        return f"it has more than {MAX_PARTS} parts; keep it flatter"
    return next((f"{fault} (in {part[:60]!r})" for part in parts if (fault := _part_fault(part))), "")


def _part_fault(part: str) -> str:
    faults = (
        (not part, "a part between two '/' is empty"),
        (part in {".", ".."}, "'.' and '..' are no names"),
        (
            len(part.encode(errors="surrogatepass")) > MAX_PART_BYTES,
            f"a part is longer than {MAX_PART_BYTES} bytes; shorten it",
        ),
        (
            any(unicodedata.category(letter) in _INVISIBLE for letter in part),
            "it has a control character, or one that cannot be seen; take it out",
        ),
        (
            bool(_NOT_PORTABLE & set(part)),
            f"one of {' '.join(sorted(_NOT_PORTABLE))} is in it, which not every system can save; take it out",
        ),
        (
            part[:1] in {"-", "~", " "} or part[-1:] in {" ", "."},
            "it begins with '-', '~' or a blank, or ends with a blank or '.'; rename it",
        ),
    )
    return next((words for is_faulty, words in faults if is_faulty), "")
