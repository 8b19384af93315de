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


def consumption(used_bytes: int, quota_bytes: int | None) -> str:
    """What of a quota is used, with one decimal: `1.5 TiB of 2.0 TiB (75.0%)`, `1.5 TiB (Unlimited)`, `1.5 TiB`.

    Args:
        used_bytes: What is used.
        quota_bytes: The limit; 0 for none, None for an unknown one.
    """
    used = humanise(used_bytes, 1)
    if quota_bytes is None:
        return used
    if quota_bytes == 0:
        return f"{used} (Unlimited)"
    return f"{used} of {humanise(quota_bytes, 1)} ({100 * used_bytes / quota_bytes:.1f}%)"


def plain_days(days: float | None) -> str:
    """Days as the old reports wrote them: `12`, `12.3`, `-` for none."""
    if days is None:
        return "-"
    rounded = round(days, 1)
    return str(int(rounded)) if rounded.is_integer() else str(rounded)
