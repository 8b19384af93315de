"""bcftools' expressions and output formats, checked so far that nothing in them reaches beyond the record.

In the language of `-i` and `-e` two things leave it: `@` reads a file of values, and `perl:` runs a script. Both are
refused wherever they stand. What is only wrong (an unknown tag) is left to bcftools, which says so itself.
https://samtools.github.io/bcftools/bcftools.html#expressions
"""

import re

MAX_EXPRESSION = 8_192
MAX_DEPTH = 100
_PERL = re.compile(r"perl\s*[:.]", re.IGNORECASE)
_FIELD = re.compile(r"%[A-Za-z_][\w.]*(?:/[A-Za-z_][\w.]*)?(?:\{\d+\})?", re.ASCII)
_FUNCTION = re.compile(r"%(?:N_PASS|F_PASS|PBINOM)\(", re.ASCII)
_OPENING, _CLOSING = {"(": ")", "[": "]", "{": "}"}, ")]}"


def expression(text: str) -> str:
    """The expression without the blanks around it.

    Raises:
        ValueError: It is empty, not whole, or could reach beyond the record.
    """
    if not text.strip():
        raise ValueError("the expression is empty")
    _harmless(text)
    _balanced(text)
    return text.strip()


def output_format(text: str) -> str:
    r"""The format of `query -f`, with `\n` at its end where it has none at all (newer versions of bcftools add it).

    Raises:
        ValueError: It is empty, names no field behind a `%`, or could reach beyond the record.
    """
    if not text.strip():
        raise ValueError("the format is empty")
    _harmless(text)
    at = 0
    while at < len(text):
        at = _after(text, at)
    if text.count("[") != text.count("]") or re.search(r"\[[^\]]*\[", text):
        raise ValueError("the brackets [ ] of the samples must be closed and cannot hold each other")
    return text if "\\n" in text else text + "\\n"


def _harmless(text: str) -> None:
    if len(text) > MAX_EXPRESSION:
        raise ValueError(f"it is longer than {MAX_EXPRESSION} characters")
    if "@" in text:
        raise ValueError("'@' would read a file, which no query may; compare with the values themselves")
    if _PERL.search(text):
        raise ValueError("perl is not available")
    if "`" in text:
        raise ValueError("a backtick means nothing here")


def _balanced(text: str) -> None:
    waiting: list[str] = []
    is_string = is_escaped = False
    for letter in text:
        if is_string:
            is_string = is_escaped or letter != '"'
            is_escaped = letter == "\\" and not is_escaped
        elif letter == '"':
            is_string = True
        elif letter in _OPENING:
            waiting.append(_OPENING[letter])
        elif letter in _CLOSING and (not waiting or waiting.pop() != letter):
            raise ValueError(f"a {letter!r} closes nothing")
        if len(waiting) > MAX_DEPTH:
            raise ValueError(f"brackets are more than {MAX_DEPTH} deep")
    if is_string or waiting:
        raise ValueError(f"a {waiting[-1]!r} is missing" if waiting else "a string is not closed by a double quote")


def _after(text: str, at: int) -> int:
    """Where the next field or character begins."""
    if text[at] == "\\":
        if text[at + 1 : at + 2] not in {"n", "t", "r", "\\", "%", "[", "]"}:
            raise ValueError(f"{text[at : at + 2]!r} means nothing: \\n ends a line, \\t is a tab")
        return at + 2
    if text[at] != "%":
        return at + 1
    if function := _FUNCTION.match(text, at):
        end = _closing(text, function.end())
        expression(text[function.end() : end])
        return end + 1
    if field := _FIELD.match(text, at):
        return field.end()
    raise ValueError(f"{text[at : at + 12]!r} names no field: write % and its name, as %CHROM or %INFO/AF")


def _closing(text: str, at: int) -> int:
    depth = 1
    for place in range(at, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return place
    raise ValueError("a ')' is missing")
