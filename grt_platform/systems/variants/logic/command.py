"""A query's command: bcftools segments, read against the whitelist and written anew, so that nothing else can be in it.

`view -s -r 21 -i 'AF>0.1'; norm -m-`. The pinned files are combined for the selected samples first; then the segments
work on what was combined, in their order. `-s` without names says where DivBase put the samples; it changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from grt_platform.systems.variants.logic.command_words import RefusedCommandError, Word, segments
from grt_platform.systems.variants.logic.formats import ResultFormat
from grt_platform.systems.variants.logic.pushdown import Pushdown, pushed_down
from grt_platform.systems.variants.logic.regions import Region, written
from grt_platform.systems.variants.logic.segment import Option, Segment
from grt_platform.systems.variants.logic.whitelist import DENIED, DENIED_EVERYWHERE, DENIED_LETTERS, VERBS, Known, Verb

__all__ = ["Command", "Option", "Pushdown", "RefusedCommandError", "Region", "Segment", "parse_command"]

MAX_SEGMENTS = 32
_NEVER_WITH = (("include", "exclude"), ("regions", "targets"), ("known", "novel"))
_ONLY_WITH = (
    ("regions-overlap", "regions"),
    ("targets-overlap", "targets"),
    ("mask-overlap", "mask"),
    ("mask", "soft-filter"),
)


@dataclass(frozen=True, slots=True)
class Command:
    """A command that may run.

    Attributes:
        segments: In their order.
        pushdown: What may be done to each file before the files are combined; None for nothing but the samples.
    """

    segments: tuple[Segment, ...]
    pushdown: Pushdown | None

    @property
    def regions(self) -> tuple[Region, ...]:
        """Regions outside of which no record can be in the result; none for whole files."""
        return self.pushdown.regions if self.pushdown else ()

    @property
    def normal(self) -> str:
        """The command in its one spelling: two that ask the same of the same segments are equal."""
        return "; ".join(segment.normal for segment in self.segments)

    @property
    def needs(self) -> tuple[int, int]:
        """The least version of bcftools that knows all its options."""
        return max(segment.needs for segment in self.segments)

    def after_pushdown(self) -> tuple[Segment, ...]:
        """The segments that are left once `pushdown` was done to each file."""
        done = self.pushdown.segment if self.pushdown else None
        left = [segment.anywhere() if at == done else segment for at, segment in enumerate(self.segments)]
        return tuple(segment for segment in left if not segment.is_identity)


def parse_command(text: str, output_format: ResultFormat, regions: Sequence[Region] = ()) -> Command:
    """The command that a text says.

    Args:
        text: Segments separated by `;`, each a verb and its options, quoted as in a shell.
        output_format: The form of the result; a table comes of `query` as last segment, and of nothing else.
        regions: What the records are restricted to beforehand, as by a first segment `view -r`.

    Raises:
        RefusedCommandError: It may not run, or cannot.
    """
    words = segments(text)
    if len(words) > MAX_SEGMENTS:
        raise RefusedCommandError(text, 0, 1, f"it has {len(words)} segments; {MAX_SEGMENTS} are the most.")
    found = tuple(_Parser(text, number, of_segment).read() for number, of_segment in enumerate(words, 1))
    _fits(text, words, found, output_format)
    before = (Segment(VERBS["view"], (Option("regions", written(regions)),)),) if regions else ()
    _overlap(text, words, before, found)
    return Command(before + found, pushed_down(before + found))


def _fits(text: str, words: list[list[Word]], found: tuple[Segment, ...], output_format: ResultFormat) -> None:
    for at, segment in enumerate(found):
        is_table = at == len(found) - 1 and output_format is ResultFormat.TSV
        if (segment.verb == "query") != is_table:
            here = words[at][0]
            reason = (
                "a table (format tsv) is made by query -f as last segment; add it, or ask for another format."
                if is_table
                else "query makes a table: it must be the last segment, and the format asked for must be tsv."
            )
            raise RefusedCommandError(text, here.start, here.end, f"segment {at + 1}: {reason}")


def _overlap(text: str, words: list[list[Word]], before: tuple[Segment, ...], found: tuple[Segment, ...]) -> None:
    contigs: set[str] = set()
    for at, segment in enumerate(before + found):
        own = {region.contig for region in segment.regions}
        contigs = contigs & own if contigs and own else contigs | own
        if own and not contigs:
            here = words[at - len(before)]
            reason = f"segment {at - len(before) + 1}: its regions lie on other contigs than those asked for before it."
            raise RefusedCommandError(text, here[0].start, here[-1].end, reason)


@dataclass(slots=True)
class _Parser:
    """Reads the words of one segment."""

    text: str
    number: int
    words: list[Word]
    at: int = 1

    def read(self) -> Segment:
        verb = self._verb()
        options: dict[str, str | None] = {}
        while self.at < len(self.words):
            word = self.words[self.at]
            self.at += 1
            known, attached = self._option(verb, word)
            if known.name in options:
                raise self._refused(word, known, "it stands twice; say it once, or in a segment of its own")
            options[known.name] = self._value(word, known, attached)
        self._complete(verb, options)
        return Segment(verb, tuple(Option(name, options[name]) for name in sorted(options)))

    def _verb(self) -> Verb:
        word = self.words[0]
        verb = VERBS.get(word.text)
        if verb is None:
            hint = "leave out 'bcftools'" if word.text == "bcftools" else f"a segment begins with {', '.join(VERBS)}"
            reason = f"segment {self.number}: {word.text[:40]!r} may not be used; {hint}."
            raise RefusedCommandError(self.text, word.start, word.end, reason)
        return verb

    def _option(self, verb: Verb, word: Word) -> tuple[Known, str | None]:
        """The option of a word, and its value where that is attached to it."""
        if word.text.startswith("--") and len(word.text) > 2:
            name, equals, attached = word.text[2:].partition("=")
            known = verb.options.get(name) or self._no_option(verb, word, name)
            return known, attached if equals else None
        if not word.text.startswith("-") or len(word.text) < 2 or word.text == "--":
            raise self._positional(word)
        known = verb.short(word.text[1]) or self._no_letter(verb, word)
        rest = word.text[2:]
        if rest and known.name != "samples" and (known.read is None or rest.startswith("=")):
            raise self._refused(word, known, self._why_clustered(known, rest))
        return known, rest or None

    def _value(self, word: Word, known: Known, attached: str | None) -> str | None:
        following = self.words[self.at] if self.at < len(self.words) else None
        is_free = following is not None and (following.is_quoted or not following.text.startswith("-"))
        if known.name == "samples":
            if attached is not None or is_free:
                reason = "samples are chosen beside the command, not in it; leave the names out"
                raise self._refused(word if attached is not None or following is None else following, known, reason)
            return None
        if known.read is None:
            if attached is not None:
                raise self._refused(word, known, "it takes no value")
            return None
        if attached is None:
            if following is None or not (is_free or known.name == "multiallelics"):
                raise self._refused(word, known, "its value is missing; quote one that begins with '-'")
            word, attached = following, following.text
            self.at += 1
        try:
            return known.read(attached)
        except ValueError as error:
            raise self._refused(word, known, str(error)) from error

    def _complete(self, verb: Verb, options: dict[str, str | None]) -> None:
        first = self.words[0]
        for one, other in _NEVER_WITH:
            if one in options and other in options:
                reason = f"--{one} and --{other} cannot stand in one segment; write a segment for each"
                raise self._refused(first, None, reason)
        for option, of in _ONLY_WITH:
            if option in options and of not in options:
                raise self._refused(first, verb.options[option], f"it needs --{of} beside it")
        if verb.needs_one_of and not set(verb.needs_one_of) & set(options):
            names = " or ".join(f"--{name}" for name in verb.needs_one_of)
            raise self._refused(first, None, f"{verb.name} does nothing without {names}")

    def _no_option(self, verb: Verb, word: Word, name: str) -> Known:
        longer = [known for known in (*verb.options, *DENIED) if name and known.startswith(name)]
        if name in DENIED:
            raise self._refused(word, None, f"--{name} may not be used: {DENIED[name]}")
        if longer and longer[0] in DENIED:
            reason = f"--{name} is short for --{longer[0]}, which may not be used: {DENIED[longer[0]]}"
            raise self._refused(word, None, reason)
        close = longer or get_close_matches(name, verb.options, 1)
        hint = f"; options are written in full: --{close[0]}" if close else ""
        raise self._refused(word, None, f"{verb.name} has no option --{name[:40]} here{hint}")

    def _no_letter(self, verb: Verb, word: Word) -> Known:
        letter = word.text[1]
        name = DENIED_LETTERS.get(verb.name, {}).get(letter) or DENIED_EVERYWHERE.get(letter)
        if name:
            raise self._refused(word, None, f"-{letter} (--{name}) may not be used: {DENIED[name]}")
        raise self._refused(word, None, f"{verb.name} has no option -{letter} here")

    def _positional(self, word: Word) -> RefusedCommandError:
        if "://" in word.text:
            reason = "no address can be read from; the files follow from the samples and regions asked for"
        elif set(word.text) <= set("|&<>"):
            reason = "there is no shell here; segments are separated by ';'"
        elif word.text in {"-", "--"}:
            reason = "input and output are the platform's"
        else:
            reason = "only options may stand here; regions stand behind -r, files follow from what is asked for"
        return self._refused(word, None, f"{word.text[:60]!r}: {reason}")

    def _why_clustered(self, known: Known, rest: str) -> str:
        if known.read is None:
            return f"it takes no value, and {rest[:40]!r} is attached to it; write each option by itself"
        return f"no '=' stands behind one letter; write --{known.name}{rest[:40]}"

    def _refused(self, word: Word, known: Known | None, why: str) -> RefusedCommandError:
        name = f"--{known.name}: " if known else ""
        return RefusedCommandError(self.text, word.start, word.end, f"segment {self.number}: {name}{why}.")
