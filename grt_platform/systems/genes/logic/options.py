"""What a person chooses for one upload, and the bounds that the platform sets for all."""

from dataclasses import dataclass
from typing import Literal, get_args

from grt_platform.kernel.errors import BadInputError

AlphabetName = Literal["dna", "rna", "protein", "any"]
OnInvalid = Literal["fail", "skip", "mask"]
OnRepeat = Literal["keep", "first", "error"]

ALPHABETS: tuple[str, ...] = get_args(AlphabetName)
ON_INVALID: tuple[str, ...] = get_args(OnInvalid)
ON_REPEAT: tuple[str, ...] = get_args(OnRepeat)


@dataclass(frozen=True, slots=True)
class Options:
    """How one upload is read.

    Attributes:
        alphabet: Which letters a sequence may have.
        on_invalid: A record that cannot be read as it is: `fail` rejects the upload, `skip` sets the record aside,
            `mask` replaces letters outside the alphabet by the letter for "unknown".
        on_repeat: A name that came before: `keep` numbers the occurrences, `first` takes the first record of a name
            alone, `error` rejects the upload.
    """

    alphabet: AlphabetName = "any"
    on_invalid: OnInvalid = "fail"
    on_repeat: OnRepeat = "keep"

    def __post_init__(self) -> None:
        for name, known in (("alphabet", ALPHABETS), ("on_invalid", ON_INVALID), ("on_repeat", ON_REPEAT)):
            if getattr(self, name) not in known:
                raise BadInputError(f"{name} cannot be {getattr(self, name)!r}; choose one of {', '.join(known)}")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one parse; memory follows from them, never from the size of a file or record.

    Attributes:
        chunk_bytes: How much of the file is read at once; it never changes the result.
        workers: Threads that read chunks side by side; they never change the result.
        max_header_bytes: Longest header line or CSV name.
        max_records: Most records of a file: what is known of each name and digest takes 60 bytes of memory.
        text_letters: Longest sequence that Postgres gets too; longer ones are in the lake alone.
        max_unpacked_bytes: Largest file after unpacking.
    """

    chunk_bytes: int = 2 * 1024**2
    workers: int = 2
    max_header_bytes: int = 64 * 1024
    max_records: int = 2_000_000
    text_letters: int = 1_000_000
    max_unpacked_bytes: int = 1024**4
