"""Values as pages show them: bytes and times with units, numbers with separators; nothing for what is not known."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

_BYTES = ("KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_TIMES = ((86_400, "d"), (3_600, "h"), (60, "min"))


def text(value: Any) -> str:
    """As it is."""
    return "" if value is None else str(value)


def size(value: float | None) -> str:
    """Bytes in the largest binary unit they reach, three digits: `1.25 TiB`."""
    if value is None:
        return ""
    amount, unit = float(value), "B"
    for name in _BYTES:
        if abs(amount) < 1024:
            break
        amount, unit = amount / 1024, name
    return f"{_three(amount)} {unit}" if unit != "B" else f"{value:.0f} B"


def limit(value: int | None) -> str:
    """Bytes of a quota, where 0 is none."""
    return "unlimited" if value == 0 else size(value) or "unknown"


def number(value: float | None) -> str:
    """Whole, with a separator of thousands: `1,234,567`."""
    return "" if value is None else f"{value:,.0f}"


def amount(value: float | None) -> str:
    """A measured value with three digits that count: `0.25`, `12.5`, `1,234`."""
    if value is None:
        return ""
    return number(value) if abs(value) >= 1000 else _three(value)


def percent(value: float | None) -> str:
    """A share in percent; what is small but there is not shown as nothing."""
    if value is None:
        return ""
    return "< 1 %" if 0 < value < 0.01 else f"{value:.0%}".replace("%", " %")


def duration(value: float | None) -> str:
    """Seconds in the largest unit they reach: `3.2 h`."""
    if value is None:
        return ""
    for seconds, unit in _TIMES:
        if value >= seconds:
            return f"{_three(value / seconds)} {unit}"
    return f"{_three(value)} s"


def day(value: date | None) -> str:
    """The date, ISO 8601."""
    return "" if value is None else f"{value:%Y-%m-%d}"


def moment(value: datetime | None) -> str:
    """Date and minute in UTC."""
    return "" if value is None else f"{value:%Y-%m-%d %H:%M} UTC"


def counts(value: Mapping[str, int] | None) -> str:
    """How many of what, the most first: `negative: 2, not positive: 1`."""
    most_first = sorted((value or {}).items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name}: {number(count)}" for name, count in most_first)


def pretty(value: Any) -> str:
    """JSON on lines of its own, letters as they are."""
    return json.dumps(value, indent=1, ensure_ascii=False, default=str)


def _three(amount: float) -> str:
    """Three digits that count; all of a larger number's whole part."""
    decimals = 0 if abs(amount) >= 100 else 1 if abs(amount) >= 10 else 2
    whole = f"{amount:.{decimals}f}"
    return whole.rstrip("0").rstrip(".") if "." in whole else whole


FORMS: dict[str, Callable[[Any], str]] = {
    "size": size,
    "number": number,
    "percent": percent,
    "duration": duration,
    "day": day,
    "moment": moment,
    "pretty": pretty,
}
"""The same as filters of templates."""
