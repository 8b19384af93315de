"""The runs of one job: their log, their progress, and what is told of the one that fails."""

import re
import shlex
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from grt_platform.adapters.bcftools.errors import ToolError, tells_damage
from grt_platform.adapters.bcftools.step import JOIN, PACK, Step
from grt_platform.adapters.bcftools.tool import Session, StepFailedError
from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.variants.engine.pipeline import Pipeline

LOG = "log.txt"
_FILE = re.compile(r"\bfile-(\d+)(-cut-\d+)?\b")
_PLACE = re.compile(r"\[[^\[\]]*(?:\.c:\d+|::)[^\[\]]*\] ")  # where in its source bcftools says something
_TYPES = re.compile(r'rying to combine "([^"]+)" tag definitions of different types')
_UNSTREAMABLE = "cannot stream multiple unindexed files"
_MOST_WORDS = 400
_MOST_ARGUMENTS = 40


class UnstreamableError(Exception):
    """A merge of streams gave up, which it sometimes does without a reason.

    htslib (1.16 to 1.24) compares contigs of two buffers where a stream has ended, one of which may be a leftover, and
    then takes the streams for unsorted (`synced_bcf_reader.c`, `_reader_fill_buffer`): mostly where a stream has few
    records. Files with an index can be merged all the same.
    """


class Journal:
    """What happens in the folder of a job.

    Args:
        directory: The folder.
        report: Told the step and the share that is done.
    """

    def __init__(self, directory: Path, report: Callable[[str, float], None]) -> None:
        self.directory = directory
        self.session: Session | None = None
        self.titles: list[str] = []
        self._report = report
        self._lines: list[str] = []
        self._share = 0.0
        self._stage, self._from, self._to, self._likely_s, self._since = "begin", 0.0, 0.0, 1.0, time.monotonic()

    @property
    def log(self) -> Path:
        """The log, which is there once it is closed."""
        return self.directory / LOG

    def enter(self, stage: str, begin: float, end: float, likely_s: float = 1.0) -> None:
        """A stage begins that takes progress from `begin` to `end`, likely in so many seconds."""
        self._stage, self._from, self._to = stage, begin, end
        self._likely_s, self._since = max(likely_s, 0.1), time.monotonic()
        self.look()

    def look(self) -> None:
        """Report: bcftools tells nothing of its progress, so time does, slower as it exceeds what is likely."""
        passed = (time.monotonic() - self._since) / self._likely_s
        self._share = max(self._share, self._from + (self._to - self._from) * passed / (1 + passed))
        self._report(self._stage, self._share)

    def say(self, line: str) -> None:
        """A line of the log."""
        self._lines.append(self._titled(line))

    def run(self, pipeline: Pipeline) -> None:
        """Run a pipeline to its end.

        Raises:
            ToolError: A step that a person asked for fails.
            BadSourceError: One of ours does, or the files contradict each other.
            UnstreamableError: Files with an index must be merged instead.
        """
        assert self.session is not None
        if not pipeline.steps:
            return
        for number, step in enumerate(pipeline.steps):
            if step.arguments[0] not in {PACK, JOIN}:
                self.say(f"[{number}] bcftools {_shown(step)}")
        try:
            for ended in self.session.run(pipeline.steps, pipes=pipeline.pipes):
                if ended.messages:
                    self.say(f"[{ended.step}] said: {ended.messages.strip()}")
                    _check_types(ended.messages)
        except StepFailedError as error:
            self.say(f"[{error.number}] failed ({error.ended.code}): {error.ended.messages.strip()}")
            if _UNSTREAMABLE in error.ended.messages:
                raise UnstreamableError from error
            raise self._named(error, pipeline) from error

    def restart(self, session: Session) -> None:
        """Runs are made in this session from now on."""
        self.session = session
        for path in self.directory.glob("step-*.log"):
            path.unlink()

    def close(self, keep: Iterable[str]) -> None:
        """Only the log and what is to be kept is left in the folder."""
        left = {LOG, *keep}
        for path in self.directory.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.name not in left:
                path.unlink()
        self.log.write_text("".join(f"{line}\n" for line in self._lines), "utf-8", "surrogateescape")

    def _named(self, error: StepFailedError, pipeline: Pipeline) -> ToolError | BadSourceError:
        verb = error.step.arguments[0]
        lines = [line for line in error.ended.messages.splitlines() if line.strip() and "[W::" not in line]
        words = _PLACE.sub("", self._titled(" ".join(lines)))[:_MOST_WORDS] or f"it ended with {error.ended.code}"
        inputs = [match for match in map(_FILE.fullmatch, error.step.arguments) if match]
        is_asked = pipeline.asked is not None and error.number >= pipeline.asked
        if inputs and tells_damage(error.ended.messages):
            names = ", ".join(map(self._title, inputs))
            return BadSourceError(f"its bytes are damaged, says bcftools {verb}; index or upload it again", names)
        if is_asked:
            return ToolError(f"bcftools {verb}, asked for by the command, cannot do it: {words}; correct the command")
        if len(inputs) == 1:
            return BadSourceError(
                f"bcftools {verb} cannot read it: {words}; index or upload it again", self._title(inputs[0])
            )
        return BadSourceError(
            f"bcftools {verb} cannot put the files together: {words}; leave out one of them, or correct it"
        )

    def _title(self, match: re.Match[str]) -> str:
        number = int(match[1])
        return self.titles[number] if number < len(self.titles) else match[0]

    def _titled(self, text: str) -> str:
        return _FILE.sub(self._title, text)


def _check_types(said: str) -> None:
    """Of a tag that files define as different types bcftools only warns and then writes nonsense for one of them."""
    tags = sorted(set(_TYPES.findall(said)))
    if tags:
        raise BadSourceError(
            f"the files define {', '.join(tags)} as different types, so they cannot be put together; "
            "correct the header of one (`bcftools reheader`), or remove the tag from it (`bcftools annotate -x`)"
        )


def _shown(step: Step) -> str:
    more = len(step.arguments) - _MOST_ARGUMENTS
    return shlex.join(step.arguments[:_MOST_ARGUMENTS]) + (f" ... and {more} more" if more > 0 else "")
