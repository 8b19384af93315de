r"""A command's text as words: segments end at `;`, words at blanks, and both quotes protect what is in them.

The quoting is that of a POSIX shell without anything a shell would act on. A backslash outside quotes, which a shell
would swallow, is refused: `query -f %CHROM\t%POS` would lose its tabs in silence.
"""

import unicodedata
from dataclasses import dataclass, field

from grt_platform.kernel.errors import BadInputError

MAX_TEXT = 65_536
_BLANKS = " \t\r\n"
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its quotes taken off.

    Attributes:
        text: What it says.
        start, end: Where it stands in the command, counted from 0, the end behind it.
        is_quoted: Whether it begins with a quote.
    """

    text: str
    start: int
    end: int
    is_quoted: bool = False


class RefusedCommandError(BadInputError):
    """A command that is not run; `str()` says which segment and option, why, and where.

    Attributes:
        position: Where in the command, from 0.
    """

    def __init__(self, text: str, start: int, end: int, reason: str) -> None:
        self.position = start
        place = (
            f"at character {start + 1}, {text[start:end][:60]!r}"
            if text[start:end].strip()
            else f"at character {start + 1}"
        )
        super().__init__(f"The command is refused {place}: {reason}")


def segments(text: str) -> list[list[Word]]:
    """The words of each segment, one at least.

    Raises:
        RefusedCommandError: A segment is empty, a quote is not closed, or a character may not stand where it does.
    """
    if len(text) > MAX_TEXT:
        raise RefusedCommandError(text, 0, 1, f"it is longer than {MAX_TEXT} characters")
    return _Reader(text).read()


@dataclass(slots=True)
class _Reader:
    """Goes through the text once."""

    text: str
    found: list[list[Word]] = field(default_factory=lambda: [[]])
    at: int = 0

    def read(self) -> list[list[Word]]:
        while self.at < len(self.text):
            letter = self.text[self.at]
            if letter == ";":
                self._ended()
                self.found.append([])
                self.at += 1
            elif letter in _BLANKS:
                self.at += 1
            else:
                self.found[-1].append(self._word())
        self._ended()
        return self.found

    def _ended(self) -> None:
        if not self.found[-1]:
            raise self._refused(self.at, "it is empty")

    def _word(self) -> Word:
        start, parts = self.at, []
        while self.at < len(self.text) and self.text[self.at] not in _BLANKS + ";":
            letter = self.text[self.at]
            parts.append(self._quoted(letter) if letter in "\"'" else self._bare(letter))
        return Word("".join(parts), start, self.at, self.text[start] in "\"'")

    def _bare(self, letter: str) -> str:
        if letter == "\\":
            raise self._refused(self.at, "a backslash must stand inside quotes")
        self._check(letter)
        self.at += 1
        return letter

    def _quoted(self, quote: str) -> str:
        opened, parts = self.at, []
        self.at += 1
        while self.at < len(self.text) and self.text[self.at] != quote:
            is_escape = quote == '"' and self.text[self.at : self.at + 2] in {'\\"', "\\\\"}
            self.at += is_escape
            self._check(self.text[self.at])
            parts.append(self.text[self.at])
            self.at += 1
        if self.at == len(self.text):
            raise self._refused(opened, f"the quote {quote} is not closed")
        self.at += 1
        return "".join(parts)

    def _check(self, letter: str) -> None:
        if unicodedata.category(letter) in _UNSEEN:
            raise self._refused(self.at, f"the character {letter!a} cannot be seen and may not stand here")

    def _refused(self, at: int, reason: str) -> RefusedCommandError:
        return RefusedCommandError(self.text, at, at + 1, f"segment {len(self.found)}: {reason}.")
