"""Settings of the installation itself: its folder, its systems, its stores and databases."""

import os
from pathlib import Path

from pydantic import Field, SecretStr

from grt_platform.settings.part import Part

_PROJECT = Path(__file__).resolve().parents[2]


def home() -> Path:
    """The folder of this installation: GRT_HOME, by default `.grt` beside the project."""
    return Path(os.environ.get("GRT_HOME") or _PROJECT / ".grt").expanduser().absolute()


class InstallationSettings(Part):
    """Where everything of an installation lies."""

    home: Path = Field(default_factory=home, description="Folder that holds everything of one installation")
    systems: str = Field(
        "", description="Systems that this installation has, by blanks, such as `galaxy lustre`; empty: all of them"
    )

    raw_url: str = Field("", description="Where raw objects are kept: a folder or s3://bucket/prefix")
    lake_url: str = Field("", description="Where Parquet tables are kept: a folder or s3://bucket/prefix")
    products_url: str = Field("", description="Where files for people are kept: a folder or s3://bucket/prefix")
    s3_endpoint: str = Field("", description="URL of the S3 server; empty for AWS")
    s3_public_endpoint: str = Field(
        "", description="URL of the same server for people and programs elsewhere, who get signed URLs; empty: the same"
    )
    s3_region: str = Field("us-east-1", description="Region of the S3 buckets")
    s3_access_key: str = Field("", description="Access key id; empty for the usual AWS sources")
    s3_secret_key: SecretStr = Field(SecretStr(""), description="Secret access key")
    signing_key: SecretStr = Field(SecretStr(""), description="Key that signs the URLs of folder stores")

    warehouse_url: SecretStr = Field(
        SecretStr(""), description="Postgres of served tables, postgresql://user:password@host:port/db"
    )
    warehouse_reader_url: SecretStr = Field(SecretStr(""), description="The same with the read-only role of `grt sql`")
    dagster_url: SecretStr = Field(SecretStr(""), description="Postgres of Dagster's own storage")

    @property
    def raw(self) -> str:
        """URL of the raw store."""
        return self.raw_url or str(self.home / "raw")

    @property
    def lake(self) -> str:
        """URL of the lake."""
        return self.lake_url or str(self.home / "lake")

    @property
    def products(self) -> str:
        """URL of the products."""
        return self.products_url or str(self.home / "products")
