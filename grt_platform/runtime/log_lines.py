"""A service's log line as people read it: the services write JSON, one object a line."""

import json
from collections.abc import Iterator, Mapping

_SHOWN_FIRST = ("timestamp", "level", "event")
_HIDDEN = ("logger", "stack")


def readable(line: str) -> str:
    """Time, level and words of an event, then what else it holds; a line that is no event as it is."""
    try:
        event = json.loads(line)
    except ValueError:
        return line
    if not isinstance(event, dict) or "event" not in event:
        return line
    first = [str(event[name]) for name in _SHOWN_FIRST if event.get(name) is not None]
    return " ".join([*first, *_facts(event)]) + _trace(event)


def _facts(event: Mapping[str, object]) -> Iterator[str]:
    for name, value in event.items():
        if name not in (*_SHOWN_FIRST, *_HIDDEN, "exception") and value is not None:
            yield f"{name}={value if isinstance(value, str | int | float) else json.dumps(value)}"


def _trace(event: Mapping[str, object]) -> str:
    return f"\n{event['exception']}" if event.get("exception") else ""
