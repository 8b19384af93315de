"""The broker that hands steps to workers: whether it lets us in, and how long its queues are."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from grt_platform.kernel.errors import UnavailableError

_PATIENCE_S = 3


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """One queue: messages that wait in it, and workers that listen to it."""

    name: str
    messages: int
    consumers: int


def queue_depths(url: str, names: Sequence[str]) -> list[QueueDepth]:
    """The queues of these names; one that no worker has made yet is empty.

    Raises:
        UnavailableError: The broker does not answer, or does not let us in.
    """
    from amqp.exceptions import NotFound  # only where there is a broker

    depths = []
    with connected(url) as connection:
        for name in names:
            channel = connection.channel()
            try:
                found = channel.queue_declare(queue=name, passive=True)
            except NotFound:  # which closes the channel
                depths.append(QueueDepth(name, 0, 0))
                continue
            depths.append(QueueDepth(name, int(found.message_count), int(found.consumer_count)))
            channel.close()
    return depths


@contextmanager
def connected(url: str) -> Iterator[Any]:
    """A connection to the broker (of the package amqp), closed at the end.

    Raises:
        UnavailableError: The broker does not answer, or does not let us in.
    """
    from amqp import Connection
    from amqp.exceptions import AMQPError

    parts = urlsplit(url)
    is_private = parts.scheme == "amqps"
    place = f"{parts.hostname or 'localhost'}:{parts.port or (5671 if is_private else 5672)}"
    connection = Connection(
        place,
        userid=unquote(parts.username or "guest"),
        password=unquote(parts.password or "guest"),
        virtual_host=unquote(parts.path[1:]) or "/",
        ssl=is_private,
        connect_timeout=_PATIENCE_S,
        read_timeout=_PATIENCE_S,
        write_timeout=_PATIENCE_S,
    )
    try:
        connection.connect()
        yield connection
    except (AMQPError, OSError) as error:
        reason = type(error).__name__
        raise UnavailableError(f"The broker at {place} does not let us in ({reason}): is it up?") from error
    finally:
        connection.collect()
