"""What stands on top of every page: announcements, and that the queue of jobs is closed."""

from datetime import datetime
from typing import Any

from grt_platform.adapters.bulletin import shown_now
from grt_platform.adapters.closings import closing
from grt_platform.adapters.database import Database
from grt_platform.web import shown


def on_top(database: Database, now: datetime, *, is_signed_in: bool) -> list[dict[str, Any]]:
    """Title, message and level of each; of the queue only those are told who may use it."""
    told = shown_now(database, now)
    held = closing(database) if is_signed_in else None
    if held is None:
        return told
    since = "" if held.holds(now) else f" from {shown.moment(held.closes_at)} on"
    return [{"title": f"No new jobs are taken{since}", "message": held.reason, "level": "warning"}, *told]
