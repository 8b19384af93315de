"""Queues of steps: one for each weight, one for each system that asks for its own; which steps wait in which."""

from collections.abc import Mapping

from grt_platform.kernel.errors import BadInputError

LIGHT, HEAVY = "light", "heavy"
QUEUE_TAG = "dagster-celery/queue"


def queue_of(system: str, weight: str, apart: str) -> str:
    """The queue in which a step of the system waits.

    Args:
        system: Whose step it is.
        weight: LIGHT or HEAVY.
        apart: Systems with a queue of their own, by blanks.
    """
    return system if system in apart.split() else weight


def queue_names(apart: str) -> list[str]:
    """Every queue there is, the light one first."""
    return [LIGHT, HEAVY, *sorted(set(apart.split()) - {LIGHT, HEAVY})]


def workers_of(text: str, apart: str) -> Mapping[str, int]:
    """Steps at once for each queue, from words like `heavy=1`.

    Raises:
        BadInputError: A word is of another form, or names a queue that does not exist.
    """
    found: dict[str, int] = {}
    for word in text.split():
        queue, _, slots = word.partition("=")
        if queue not in queue_names(apart) or not slots.isdecimal() or int(slots) < 1:
            known = ", ".join(queue_names(apart))
            raise BadInputError(
                f"GRT_WORKERS names {word!r}: write queue=number, such as heavy=1; the queues are {known}"
            )
        found[queue] = int(slots)
    return found
