"""The schema `platform`: what all processes of the platform agree on."""

from grt_platform.kernel.announcement import LEVELS
from grt_platform.kernel.table import Column, Kind, Table

TURNS = Table(
    "platform",
    "registry",
    "turns",
    "When something outside may be asked next",
    (
        Column("name", Kind.TEXT, "What is asked", is_nullable=False),
        Column("next_at", Kind.TIMESTAMP, "The earliest moment of the next question", is_nullable=False),
    ),
    key=("name",),
)
ANNOUNCEMENTS = Table(
    "platform",
    "registry",
    "announcements",
    "What administrators tell everybody, on top of every page",
    (
        Column("announcement_id", Kind.UUID, "The announcement", is_nullable=False),
        Column("title", Kind.TEXT, "What it is about", is_nullable=False),
        Column("message", Kind.TEXT, "What people shall know; may be empty", is_nullable=False),
        Column("level", Kind.TEXT, f"One of {', '.join(LEVELS)}", is_nullable=False),
        Column("shown_at", Kind.TIMESTAMP, "From when on it is shown", is_nullable=False),
        Column("ends_at", Kind.TIMESTAMP, "Until when; NULL until somebody removes it"),
        Column("made_by", Kind.TEXT, "Name of the administrator who wrote it", is_nullable=False),
    ),
    key=("announcement_id",),
)
TABLES = (TURNS, ANNOUNCEMENTS)
