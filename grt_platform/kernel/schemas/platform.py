"""The schema `platform`: what all processes of the platform agree on."""

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
TABLES = (TURNS,)
