"""The grammar once more, as plainly as it can be said: whole files in memory, one letter after another."""

import base64
import csv
import hashlib
import io
import re

LETTERS = {
    "dna": "ACGTRYSWKMBDHVN-.",
    "rna": "ACGURYSWKMBDHVN-.",
    "protein": "ABCDEFGHIJKLMNOPQRSTUVWXYZ*-.",
    "any": "ABCDEFGHIJKLMNOPQRSTUVWXYZ*-.",
}


class RefusedError(Exception):
    """The file is not taken; `line` is where."""

    def __init__(self, line=None):
        super().__init__(line)
        self.line = line


def parse_fasta(data: bytes):
    """(header, line of it, sequence text with its blanks, [(line, column) of each letter])."""
    records = []
    for number, line in enumerate(re.split(rb"\r\n|\r|\n", data.removeprefix(b"\xef\xbb\xbf")), 1):
        text = line.decode("latin-1")
        if text.startswith(">"):
            records.append((line[1:].decode().rstrip(), number, [], []))
        elif text.startswith(";"):
            continue
        elif records:
            records[-1][2].extend(text)
            records[-1][3].extend((number, column) for column in range(1, len(text) + 1))
        elif text.strip(" \t\v\f"):
            raise RefusedError(number)
    if not records:
        raise RefusedError
    return records


def parse_csv(data: bytes):
    """The same of CSV whose first line is the header `name,sequence`; no column numbers."""
    rows = csv.reader(io.StringIO(data.removeprefix(b"\xef\xbb\xbf").decode(), newline=""))
    records = [(row[0].rstrip(), None, [c for c in row[1] if c not in "\r\n"], None) for row in rows if row]
    return records[1:]


def judge(records, alphabet="any", on_invalid="fail", on_repeat="keep"):
    """The genes that are loaded, and the ordinals of the records set aside and dropped."""
    known = set(LETTERS[alphabet] + LETTERS[alphabet].lower())
    unknown = "N" if alphabet in {"dna", "rna"} else "X"
    genes, aside, dropped, seen, digests = [], [], [], {}, {}
    for ordinal, (header, line, given, places) in enumerate(records, 1):
        blanks = [c for c in given if c in " \t\v\f"]
        letters = [c for c in given if c not in " \t\v\f"]
        bad = [at for at, c in enumerate(given) if c not in " \t\v\f" and c not in known]
        if bad and on_invalid == "fail":
            raise RefusedError(places[bad[0]][0] if places else None)
        if bad and on_invalid == "skip":
            aside.append(ordinal)
            continue
        name = header.split(None, 1)[0] if header.split() else ""
        occurrence = seen.get(name, 0) + 1 if name else 1
        seen[name] = occurrence
        if occurrence > 1 and on_repeat == "error":
            raise RefusedError(line)
        if occurrence > 1 and on_repeat == "first":
            dropped.append(ordinal)
            continue
        text = "".join(c if c in known else unknown for c in letters)
        digest = "SQ." + base64.urlsafe_b64encode(hashlib.sha512(text.upper().encode()).digest()[:24]).decode()
        first = digests.setdefault(digest, ordinal)
        strong = sum(text.upper().count(c) for c in "GCS")
        weak = sum(text.upper().count(c) for c in "ATUW")
        is_nucleotide = alphabet != "protein" and set(text.upper()) <= set(LETTERS["dna"] + "U") and strong + weak
        genes.append(
            {
                "ordinal": ordinal,
                "line_number": line,
                "gene_name": header,
                "name": name,
                "occurrence": occurrence,
                "length": len(text),
                "gc": strong / (strong + weak) if is_nucleotide else None,
                "digest": digest,
                "identical_to": first if first != ordinal and text else None,
                "blanks_removed": len(blanks),
                "letters_masked": len(bad),
                "sequence": text,
            }
        )
    return genes, aside, dropped
