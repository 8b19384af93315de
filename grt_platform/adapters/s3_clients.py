"""The two clients of one S3 place: obstore for bulk, boto3 for what only it can (presigning, multipart, conditions)."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from obstore.auth.boto3 import Boto3CredentialProvider
from obstore.store import S3Store

from grt_platform.kernel.errors import UnavailableError
from grt_platform.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from obstore.store import S3Config

TRANSFER = TransferConfig(max_concurrency=4)
_TRIES = 5
_CONNECT_S = 5
_READ_S = 60
_GIVE_UP = timedelta(seconds=60)
_LONGEST_TRANSFER = timedelta(hours=12)


@dataclass(frozen=True)
class S3Access:
    """How to reach a server, as the settings say; without keys, boto3's usual sources are asked."""

    endpoint: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)
    public_endpoint: str = ""

    @classmethod
    def of(cls, settings: Settings) -> "S3Access":
        """The access that `settings` describe."""
        secret = settings.s3_secret_key.get_secret_value()
        where = settings.s3_endpoint, settings.s3_region
        return cls(*where, settings.s3_access_key, secret, settings.s3_public_endpoint)

    def control(self) -> "S3Client":
        """The client that can do everything."""
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": "path" if self.endpoint else "auto"},
            connect_timeout=_CONNECT_S,
            read_timeout=_READ_S,
            retries={"mode": "standard", "total_max_attempts": _TRIES},
            request_checksum_calculation="when_required",  # other servers than AWS stumble over the newer ones
            response_checksum_validation="when_required",
        )
        return self._session().client("s3", endpoint_url=self.endpoint or None, config=config)

    def signer(self) -> "S3Client":
        """The client that presigns URLs: for the address by which people reach the server, where that is another."""
        return replace(self, endpoint=self.public_endpoint or self.endpoint).control()

    def bulk(self, bucket: str, prefix: str) -> S3Store:
        """The client that is fast; keys are below `prefix`."""
        endpoint: S3Config = {"endpoint": self.endpoint} if self.endpoint else {}
        return S3Store(
            bucket,
            prefix=prefix or None,
            config=endpoint,
            region=self.region,
            virtual_hosted_style_request=not self.endpoint,
            client_options={
                "allow_http": self.endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=_CONNECT_S),
                "read_timeout": timedelta(seconds=_READ_S),
                "timeout": _LONGEST_TRANSFER,
            },
            retry_config={"max_retries": _TRIES - 1, "retry_timeout": _GIVE_UP},
            credential_provider=self._credentials(),
        )

    def polars_options(self) -> dict[str, str]:
        """The same for the readers of polars."""
        options = {
            "aws_region": self.region,
            "aws_endpoint_url": self.endpoint,
            "aws_virtual_hosted_style_request": str(not self.endpoint).lower(),
            "aws_allow_http": str(self.endpoint.startswith("http://")).lower(),
            "aws_access_key_id": self.access_key,
            "aws_secret_access_key": self.secret_key,
        }
        return {name: value for name, value in options.items() if value}

    def _session(self) -> boto3.Session:
        return boto3.Session(self.access_key or None, self.secret_key or None, region_name=self.region)

    def _credentials(self) -> Boto3CredentialProvider:
        try:
            return Boto3CredentialProvider(self._session())
        except ValueError as error:
            message = "no S3 credentials; set GRT_S3_ACCESS_KEY and GRT_S3_SECRET_KEY, or one of boto3's usual sources"
            raise UnavailableError(message) from error
