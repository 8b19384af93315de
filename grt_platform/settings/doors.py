"""Settings of the doors: the HTTP API, Dagster's UI, the embedded Postgres."""

from typing import Literal

from pydantic import Field, SecretStr

from grt_platform.kernel.addresses import http_url
from grt_platform.settings.part import Part


class DoorSettings(Part):
    """Where the HTTP API, the Dagster UI and Postgres listen, and the keys that open them."""

    web_host: str = Field("127.0.0.1", description="Address the HTTP API listens on")
    web_port: int = Field(0, description="Port of the HTTP API; 0 picks a free one and remembers it")
    web_url: str = Field("", description="Public address of the HTTP API; empty derives it from host and port")
    web_idle_s: float = Field(
        60, gt=0, description="Seconds without a byte, or with less than 1 KiB/s, after which a request is ended"
    )
    ui_host: str = Field("127.0.0.1", description="Address the Dagster UI listens on")
    ui_port: int = Field(0, description="Port of the Dagster UI; 0 picks a free one and remembers it")
    ui_path: str = Field(
        "", pattern="^(/[a-z0-9_-]+)*$", description="Path of the Dagster UI behind a proxy, such as /dagster"
    )
    ui_access: Literal["admin", "signed_in"] = Field(
        "admin", description="Whom that proxy lets through to the Dagster UI: an `admin`, or anybody `signed_in`"
    )
    metrics_token: SecretStr = Field(
        SecretStr(""), description="Bearer token that opens /metrics; empty leaves it to administrators"
    )
    postgres_port: int = Field(0, description="Port of the embedded Postgres; 0 picks a free one and remembers it")
    admin_key: SecretStr = Field(SecretStr(""), description="Key of the platform's administrator for the HTTP API")

    @property
    def web_address(self) -> str:
        """Where the web API is reached, without a slash at the end: GRT_WEB_URL, or where it listens."""
        return (self.web_url or http_url(self.web_host, self.web_port)).rstrip("/")
