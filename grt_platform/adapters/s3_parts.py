"""Objects that come in parts into an S3 bucket: S3's own multipart uploads, each part bound to its hash."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from grt_platform.adapters.parts import Parts, UnderWay
from grt_platform.adapters.s3_errors import OccupiedError, told
from grt_platform.kernel.errors import BadSourceError
from grt_platform.kernel.objects import ObjectExistsError
from grt_platform.kernel.versions import FOLDER, PartPromise, version_in

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef


class S3Parts(Parts):
    """The multipart uploads below one prefix of a bucket.

    Args:
        client: The client.
        signer: The client that presigns URLs.
        bucket: The bucket.
        full: Gives the full key in the bucket for a key of the store.
    """

    def __init__(self, client: "S3Client", signer: "S3Client", bucket: str, full: Callable[[str], str]) -> None:
        self._client, self._signer, self._bucket, self._full = client, signer, bucket, full

    def begin(self, key: str) -> str:
        """S3's id of the upload."""
        with told("begin the upload of", key):
            made = self._client.create_multipart_upload(
                Bucket=self._bucket, Key=self._full(key), ChecksumAlgorithm="SHA256"
            )
        return made["UploadId"]

    def sign(self, key: str, token: str, part: PartPromise, *, expires_s: int) -> str:
        """A presigned URL of the server itself."""
        wanted = {
            **self._named(key, token),
            "PartNumber": part.number,
            "ContentLength": part.size_bytes,
            "ChecksumSHA256": base64_of(part.sha256),
        }
        with told("sign a URL of", key):
            return self._signer.generate_presigned_url("upload_part", Params=wanted, ExpiresIn=expires_s)

    def headers(self, part: PartPromise) -> dict[str, str]:
        """The header by which the server checks the hash."""
        return {"x-amz-checksum-sha256": base64_of(part.sha256)}

    def arrived(self, key: str, token: str) -> dict[int, int]:
        """What S3 lists; nothing when the upload is not known."""
        try:
            return {number: size for number, size, _etag in self._listed(key, token)}
        except BadSourceError:
            return {}

    def join(self, key: str, token: str, parts: Sequence[PartPromise]) -> str | None:
        """S3 joins them; their hash is not told."""
        etags = {number: etag for number, _size, etag in self._listed(key, token)}
        missing = [part.number for part in parts if part.number not in etags]
        if missing:
            raise BadSourceError(f"part {missing[0]} is not there; send it again", key)
        listed: list[CompletedPartTypeDef] = [
            {"PartNumber": part.number, "ETag": etags[part.number], "ChecksumSHA256": base64_of(part.sha256)}
            for part in parts
        ]
        try:
            with told("write", key):
                self._client.complete_multipart_upload(
                    **self._named(key, token), MultipartUpload={"Parts": listed}, IfNoneMatch="*"
                )
        except OccupiedError as error:
            raise ObjectExistsError(f"{key}: there is an object already, and it stays as it is") from error
        return None

    def abort(self, key: str, token: str) -> None:
        """S3 forgets the upload."""
        try:
            with told("abort the upload of", key):
                self._client.abort_multipart_upload(**self._named(key, token))
        except BadSourceError:
            return

    def under_way(self) -> Iterator[UnderWay]:
        """Every multipart upload of a version that S3 lists."""
        start = self._full(f"{FOLDER}/x").removesuffix(f"{FOLDER}/x")
        pages = self._client.get_paginator("list_multipart_uploads")
        with told("list the uploads of", start):
            for page in pages.paginate(Bucket=self._bucket, Prefix=f"{start}{FOLDER}/"):
                for item in page.get("Uploads", []):
                    key = item["Key"].removeprefix(start)
                    found = version_in(key)
                    if found:
                        yield UnderWay(found[1], key, item["UploadId"])

    def _named(self, key: str, token: str) -> dict[str, Any]:
        return {"Bucket": self._bucket, "Key": self._full(key), "UploadId": token}

    def _listed(self, key: str, token: str) -> Iterator[tuple[int, int, str]]:
        with told("list the parts of", key):
            for page in self._client.get_paginator("list_parts").paginate(**self._named(key, token)):
                for part in page.get("Parts", []):
                    yield part["PartNumber"], part["Size"], part["ETag"]


def base64_of(hexadecimal: str) -> str:
    """A hash as S3's headers have it."""
    return b64encode(bytes.fromhex(hexadecimal)).decode()
