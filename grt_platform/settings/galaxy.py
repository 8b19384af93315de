"""Settings of the system galaxy."""

from pydantic import Field

from grt_platform.settings.part import Part


class GalaxyPageSettings(Part):
    """Who may show Galaxy's charts."""

    embed_sites: str = Field(
        "",
        pattern=r"^(https?://[^\s;,\"']+( https?://[^\s;,\"']+)*)?$",
        description="Sites, by blanks, that may show charts of Galaxy's tools in a frame; anybody sees these then; "
        "empty for none",
    )


class GalaxyReportSettings(Part):
    """Which archives of reports are taken."""

    galaxy_first_month: str = Field(
        "2025-01", pattern=r"^\d{4}-\d{2}$", description="First month in which reports were received"
    )
    galaxy_max_archive_bytes: int = Field(2 * 1024**3, ge=1, description="Largest archive taken")
    galaxy_max_unpacked_bytes: int = Field(
        64 * 1024**3, ge=1, description="Largest sum of the sizes of an archive's members"
    )
    galaxy_max_ratio: int = Field(1000, ge=1, description="Largest unpacked size over packed size")
    galaxy_max_members: int = Field(64, ge=1, description="Most members of an archive")
    galaxy_max_metadata_bytes: int = Field(4 * 1024**2, ge=1, description="Largest metadata file taken")
    galaxy_max_bad_share: float = Field(
        0.5, ge=0, le=1, description="Share of bad rows above which an archive is rejected"
    )
    galaxy_freshness_days: int = Field(10, ge=1, description="Days without a report after which an instance is late")
