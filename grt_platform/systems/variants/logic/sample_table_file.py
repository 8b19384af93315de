"""Reads the file of a sample table: tab-separated text whose first column is `#Sample_ID`, read whole.

Reading never stops at a fault: it collects all that there are, each with column and lines, so that a table is mended in
one go. Only the empty cell is missing (`NA` is a text), a sample's id is always text (`003` stays so), True and False
are texts, and a mark of byte order is passed.
"""

import csv
from collections import Counter
from dataclasses import dataclass, field, replace

from grt_platform.systems.variants.logic.cells import ListSyntaxError, MixedListError, is_list, number, values
from grt_platform.systems.variants.logic.findings import Category, Finding, listed
from grt_platform.systems.variants.logic.sample_table import (
    SAMPLE_ID,
    ColumnKind,
    SampleColumn,
    SampleRow,
    SampleTable,
)


def read_sample_table(content: bytes, name: str) -> SampleTable:
    """The table that a file holds, with everything that was found in it; never fails on what the file says."""
    try:
        lines = _lines(content)
    except ValueError as error:
        return SampleTable(name, findings=(Finding("file_read", "error", str(error)),))
    header, findings = _header(lines[0])
    if any(finding.severity == "error" for finding in findings):
        return SampleTable(name, findings=tuple(findings))
    reading = _Reading(header, findings)
    for line, text in enumerate(lines[1:], 2):
        if text.strip("\t ") or "\t" in text:
            reading.add(line, text)
    return reading.table(name)


def _lines(content: bytes) -> list[str]:
    """The lines of a file, whatever ends them.

    Raises:
        ValueError: It is empty, or no text in UTF-8.
    """
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise ValueError("The file is UTF-16; save it as text separated by tabs, in UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"The file is not UTF-8 (byte {error.start}); save it as text, in UTF-8") from error
    if "\0" in text:
        raise ValueError("The file is no text; a sample table is text separated by tabs")
    if not text.strip():
        raise ValueError("The file is empty; begin it with #Sample_ID and the names of the columns")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _split(text: str) -> list[str]:
    """The cells of a line; one in double quotes may hold anything but a line's end.

    Raises:
        ValueError: A quote is not closed, or something follows it.
    """
    if '"' not in text:
        return text.split("\t")
    try:
        return next(csv.reader([text], delimiter="\t", strict=True))
    except csv.Error as error:
        raise ValueError(f"its cells cannot be told apart ({error}); a quote must end with its cell") from error


def _header(text: str) -> tuple[list[str], list[Finding]]:
    """Names of the columns, the ids' first, and what is wrong with them."""
    try:
        cells = [cell.strip() for cell in _split(text)]
    except ValueError as error:
        return [], [Finding("header", "error", f"The header cannot be read: {error}", rows=(1,))]
    names = [cell.removeprefix("#").strip() for cell in cells]
    found = []
    if empty := [at for at, name in enumerate(names, 1) if not name]:
        found.append(Finding("header", "error", f"Columns without a name, at {listed(empty)}: name them", rows=(1,)))
    if twice := [name for name, times in Counter(names).items() if name and times > 1]:
        message = f"Columns named twice (with or without #): {listed(twice)}: rename one"
        found.append(Finding("header", "error", message, twice[0], (1,)))
    if SAMPLE_ID not in names:
        message = f"The column {SAMPLE_ID} is missing; the header begins with {cells[0][:60]!r} instead of #{SAMPLE_ID}"
        found.append(Finding("sample_id_column", "error", message, rows=(1,)))
    elif cells[0] != f"#{SAMPLE_ID}":
        message = f"The first column must be #{SAMPLE_ID}, but is {cells[0][:60]!r}"
        found.append(Finding("sample_id_column", "error", message, rows=(1,)))
    return names, found


@dataclass(slots=True)
class _Reading:
    """Gathers the rows of a table and, by column and kind of fault, the lines that share it."""

    header: list[str]
    findings: list[Finding]
    rows: list[SampleRow] = field(default_factory=list)
    lines: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    by_id: dict[str, list[int]] = field(default_factory=dict)

    def add(self, line: int, text: str) -> None:
        """Takes a line that is not blank."""
        try:
            raw = _split(text)
        except ValueError as error:
            self.findings.append(Finding("row_format", "error", f"Row {line}: {error}", rows=(line,)))
            return
        if len(raw) != len(self.header):
            message = f"Row {line} has {len(raw)} cells separated by tabs, the header {len(self.header)}"
            self.findings.append(
                Finding("row_format", "error", f"{message} (its first: {raw[0][:60]!r})", rows=(line,))
            )
            return
        cells = [cell.strip() for cell in raw]
        if cells != raw:
            for name, cell, stripped in zip(self.header, raw, cells, strict=True):
                if cell != stripped:
                    self._note("blanks", name, line)
        sample_id = self._sample_id(cells[0], line)
        read = tuple(self._cell(name, cell, line) for name, cell in zip(self.header[1:], cells[1:], strict=True))
        if sample_id:
            self.rows.append(SampleRow(sample_id, line, read))

    def table(self, name: str) -> SampleTable:
        """The table of all lines."""
        for (what, column), lines in self.lines.items():
            self.findings.append(replace(_FAULTS[what], column=column, rows=tuple(lines)))
        for sample_id, lines in self.by_id.items():
            if len(lines) > 1:
                message = f"The sample {sample_id[:60]!r} stands in rows {listed(lines)}: keep one"
                self.findings.append(Finding("sample_id_value", "error", message, SAMPLE_ID, tuple(lines)))
        columns = tuple(self._column(at, name) for at, name in enumerate(self.header[1:]))
        told = [_telling(finding) for finding in self.findings]
        return SampleTable(name, columns, tuple(self.rows), tuple(told))

    def _sample_id(self, cell: str, line: int) -> str:
        if not cell or is_list(cell):
            self._note("list as id" if cell else "no id", SAMPLE_ID, line)
            return ""
        self.by_id.setdefault(cell, []).append(line)
        return cell

    def _cell(self, name: str, cell: str, line: int) -> tuple[str, ...]:
        try:
            found = values(cell)
        except ListSyntaxError:
            self._note("no list", name, line)
            return ()
        except MixedListError:
            self._note("mixed list", name, line)
            return ()
        if not is_list(cell):
            for letter in ";,":
                if letter in cell:
                    self._note(letter, name, line)
        return found

    def _column(self, at: int, name: str) -> SampleColumn:
        minorities: dict[bool, list[int]] = {True: [], False: []}
        is_number: dict[str, bool] = {}
        for row in self.rows:
            for value in row.cells[at]:
                known = is_number.get(value)
                if known is None:
                    known = is_number[value] = number(value) is not None
                minorities[known].append(row.line)
        if not minorities[False]:
            return SampleColumn(name, ColumnKind.NUMBER)
        if not minorities[True]:
            return SampleColumn(name, ColumnKind.TEXT)
        few = len(minorities[True]) <= len(minorities[False])
        message = (
            f"The column mixes numbers and texts and is compared as text; {'numbers' if few else 'texts'} are fewer"
        )
        self.findings.append(
            Finding("type_classification", "warning", message, name, tuple(dict.fromkeys(minorities[few])))
        )
        return SampleColumn(name, ColumnKind.MIXED)

    def _note(self, what: str, column: str, line: int) -> None:
        self.lines.setdefault((what, column), []).append(line)


def _error(category: Category, message: str) -> Finding:
    return Finding(category, "error", message)


def _warning(message: str) -> Finding:
    return Finding("format", "warning", message)


_FAULTS = {
    "blanks": _warning("Blanks around cells are passed over"),
    ";": _warning("A semicolon in a cell: a filter must quote this value; write several values as [1, 2]"),
    ",": _warning("A comma in a cell: a filter must quote this value; write several values as [1, 2]"),
    "no list": _error("list_syntax", 'A cell that begins with [ must be a list, as [1, 2] or ["West", "South"]'),
    "mixed list": _error("mixed_type", "A list must hold numbers or texts, not both; quote all of its elements"),
    "no id": _error("sample_id_value", "The sample's id is missing"),
    "list as id": _error("sample_id_value", "A sample's id cannot be a list"),
}


def _telling(finding: Finding) -> Finding:
    """The finding with its column and rows in the message too, where it does not name them yet."""
    if not finding.column or finding.category in {"header", "sample_id_column"} or "in rows" in finding.message:
        return finding
    rows = f"row{'s' if finding.rows[1:] else ''} {listed(finding.rows)}"
    return replace(finding, message=f"{finding.column}: {finding.message} ({rows})")
