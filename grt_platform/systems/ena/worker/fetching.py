"""Fetches files, each by a connection of its own, the last ones by all that are idle; resumed, never wrong bytes."""

import http.client
import os
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from .crew import Crew
from .errors import FetchError, Patience, WrongBytesError, pause_s
from .segments import Segments
from .spec import File, Spec, address
from .verifying import fault
from .wire import Line

NOTED_EVERY = 8 << 20
PIECE = 32 << 10
"""Most bytes written at once: larger pieces take larger free pages, which a virtual machine's host gives slowly."""


def fetch(spec: Spec, folder: Path, files: tuple[File, ...]) -> None:
    """All of `files` are in the folder with the right bytes.

    Raises:
        FetchError: One cannot be had; the others were fetched first.
    """
    faults: list[str] = []
    crew = Crew(spec.connections, len(files))
    with ThreadPoolExecutor(crew.own) as pool:
        begun = [(file, pool.submit(_fetch_file, spec, folder, file, crew)) for file in files]
        for _, done in begun:
            done.add_done_callback(crew.finished)
        for file, done in begun:
            try:
                done.result()
            except (FetchError, OSError) as error:
                faults.append(f"{file.path}: {error}")
    if faults:
        raise FetchError("; ".join(faults[:5]))


def _fetch_file(spec: Spec, folder: Path, file: File, crew: Crew) -> None:
    """One file is there under its name, which it gets only after its bytes were verified."""
    target = folder / file.path
    if target.exists() and not fault(target, file):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part, patience = target.with_name(f".{target.name}.part"), Patience(spec.attempts)
    segments = Segments(part, file.size)
    while True:
        before = segments.written
        try:
            _Attempt(spec, file, segments, crew).run()
            _publish(segments, target, file)
        except (FetchError, OSError, http.client.HTTPException) as error:
            has_brought = segments.written - before >= NOTED_EVERY
            time.sleep(pause_s(patience.counts(error, has_brought=has_brought), error))
            segments = segments if part.exists() else Segments(part, file.size)
        else:
            return


def _publish(segments: Segments, target: Path, file: File) -> None:
    wrong = segments.fault(file)
    if wrong:
        segments.part.unlink()
        raise WrongBytesError(wrong)
    segments.part.replace(target)


class _Attempt:
    """One attempt at one file: its own connection walks from the first segment on, idle ones from the last one back."""

    def __init__(self, spec: Spec, file: File, segments: Segments, crew: Crew) -> None:
        self._spec, self._file, self._segments, self._crew = spec, file, segments, crew
        self._helping = list[Future[None]]()

    def run(self) -> None:
        """Every byte of the file is written."""
        self._segments.begin()
        with ThreadPoolExecutor(self._spec.connections) as helpers:
            try:
                self._walk(helpers)
            finally:
                self._segments.drop()
        for done in self._helping:
            done.result()
        self._segments.forget()

    def _walk(self, helpers: ThreadPoolExecutor | None) -> None:
        url = address(self._spec.files_url, self._file.location)
        with closing(Line(url, self._file.size, self._spec.timeout_s)) as line:
            while (number := self._segments.take(from_end=helpers is None)) is not None:
                if helpers is not None:
                    self._call(helpers)
                _fetch_segment(line, self._segments, number)

    def _call(self, helpers: ThreadPoolExecutor) -> None:
        """No more connections are idle than segments are left."""
        for _ in range(self._segments.left):
            if not self._crew.has_idle():
                return
            self._helping.append(helpers.submit(self._help))

    def _help(self) -> None:
        try:
            self._walk(None)
        finally:
            self._crew.free()


def _fetch_segment(line: Line, segments: Segments, number: int) -> None:
    at, end = segments.at[number], segments.ends[number]
    noted = at
    with segments.part.open("r+b", buffering=0) as stream:
        try:
            for block in line.blocks(at, end):
                _write(stream.fileno(), block, at)
                segments.saw(at, block)
                at += len(block)
                if at - noted >= NOTED_EVERY:
                    segments.advance(number, at)
                    noted = at
        finally:
            segments.advance(number, at)
    if at < end:
        raise FetchError(f"the server sent {at} of {end} bytes")


def _write(file: int, block: memoryview, at: int) -> None:
    """The whole block stands at its place, written in small pieces."""
    while block:
        written = os.pwrite(file, block[:PIECE], at)
        block, at = block[written:], at + written
