"""Short texts that people write for people."""

from grt_platform.kernel.errors import BadInputError

MOST_LETTERS = 200


def title(name: str, text: str) -> str:
    """The text without spaces around it.

    Raises:
        BadInputError: It is empty, too long, or holds what cannot be printed.
    """
    cleaned = text.strip()
    if not 0 < len(cleaned) <= MOST_LETTERS or not cleaned.isprintable():
        raise BadInputError(f"The {name} has 1 to {MOST_LETTERS} printable characters")
    return cleaned
