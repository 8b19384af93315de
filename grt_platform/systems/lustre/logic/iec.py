"""Sizes for people, in binary units (IEC 80000-13), in the words of the programs before this one."""

UNITS = ("KiB", "MiB", "GiB", "TiB", "PiB")
_KIB = 1024


def humanise(size_bytes: int, decimals: int = 2) -> str:
    """The size as a bare number below 1 KiB, else rounded in the largest unit it reaches: `1.0 KiB`, `-3.25 TiB`."""
    value, unit = float(size_bytes), ""
    for name in UNITS:
        if abs(value) < _KIB:
            break
        value, unit = value / _KIB, name
    return f"{round(value, decimals)} {unit}" if unit else str(size_bytes)


def plain_days(days: float | None) -> str:
    """Days as the old reports wrote them: `12`, `12.3`, `-` for none."""
    if days is None:
        return "-"
    rounded = round(days, 1)
    return str(int(rounded)) if rounded.is_integer() else str(rounded)
