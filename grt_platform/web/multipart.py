"""Reads multipart/form-data as it comes in: every part goes to its own file, hashed and counted on the way."""

import hashlib
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, MultipartState, parse_options_header

from grt_platform.kernel.errors import UnavailableError
from grt_platform.serving.received import ReceivedFile
from grt_platform.web.bodies import allow_body
from grt_platform.web.problems import ProblemError

_FRAME_BYTES = 64 * 1024


@dataclass
class _Part:
    path: Path
    most_bytes: int
    file: BinaryIO
    size_bytes: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def write(self, piece: bytes) -> None:
        self.size_bytes += len(piece)
        if self.size_bytes > self.most_bytes:
            detail = f"{self.path.name} is larger than the {self.most_bytes} bytes taken here."
            raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
        self.digest.update(piece)
        self.file.write(piece)


async def receive_parts(request: Request, folder: Path, most_bytes: Mapping[str, int]) -> dict[str, ReceivedFile]:
    """The parts named in `most_bytes`, each of them once and no other, as files in `folder`.

    Memory stays at the size of one network read; a part over its limit ends the request at once.

    Raises:
        ProblemError: 415 not a form, 400 not exactly these parts or cut off, 413 a part too large.
        UnavailableError: The disk did not take it.
    """
    allow_body(request, sum(most_bytes.values()) + _FRAME_BYTES)
    with ExitStack() as files:
        form = _Form(folder, most_bytes, files)
        parser = _parser(request.headers.get("Content-Type", ""), form)
        async for chunk in request.stream():
            await run_in_threadpool(_feed, parser, chunk)
        if parser.state != MultipartState.END:
            raise _bad("The form ends before its closing boundary: it was cut off on its way.")
    return form.whole()


def _feed(parser: MultipartParser, chunk: bytes) -> None:
    try:
        parser.write(chunk)
    except FormParserError as error:
        raise _bad(f"The body is not well-formed multipart/form-data: {error}") from error
    except OSError as error:
        raise UnavailableError(
            f"The form cannot be written to disk now ({error.strerror}); try again later."
        ) from error


def _parser(content_type: str, form: "_Form") -> MultipartParser:
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        detail = "Send multipart/form-data with a boundary."
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
    try:
        return MultipartParser(
            options[b"boundary"],
            {
                "on_part_begin": form.on_part_begin,
                "on_header_field": form.on_header_field,
                "on_header_value": form.on_header_value,
                "on_header_end": form.on_header_end,
                "on_headers_finished": form.on_headers_finished,
                "on_part_data": form.on_part_data,
            },
        )
    except FormParserError as error:
        raise _bad(f"The body is not well-formed multipart/form-data: {error}") from error


class _Form:
    """What the parser tells, turned into files."""

    def __init__(self, folder: Path, most_bytes: Mapping[str, int], files: ExitStack) -> None:
        self._folder, self._most_bytes, self._files = folder, most_bytes, files
        self._parts: dict[str, _Part] = {}
        self._name, self._header, self._value = "", b"", b""

    def whole(self) -> dict[str, ReceivedFile]:
        """All parts, after the last byte."""
        if missing := self._most_bytes.keys() - self._parts.keys():
            raise _bad(f"The form lacks: {', '.join(sorted(missing))}.")
        return {
            name: ReceivedFile(part.path, part.size_bytes, part.digest.hexdigest())
            for name, part in self._parts.items()
        }

    def on_part_begin(self) -> None:
        """Forgets the headers of the part before."""
        self._name, self._header, self._value = "", b"", b""

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        """Adds to the name of a header."""
        self._header += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        """Adds to the value of a header."""
        self._value += data[start:end]

    def on_header_end(self) -> None:
        """Takes the part's name from its Content-Disposition; a file name in it is never used."""
        if self._header.lower() == b"content-disposition":
            self._name = parse_options_header(self._value)[1].get(b"name", b"").decode("utf-8", "replace")
        self._header, self._value = b"", b""

    def on_headers_finished(self) -> None:
        """Opens the part's file, if the part is one that was asked for."""
        if self._name not in self._most_bytes or self._name in self._parts:
            raise _bad(f"The form takes {', '.join(sorted(self._most_bytes))}, each once, and nothing else.")
        path = self._folder / self._name
        file = self._files.enter_context(path.open("xb"))
        self._parts[self._name] = _Part(path, self._most_bytes[self._name], file)

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        """Writes, hashes and counts."""
        self._parts[self._name].write(data[start:end])


def _bad(detail: str) -> ProblemError:
    return ProblemError(HTTPStatus.BAD_REQUEST, detail)
