"""Makes the bucket of the platform: versions are kept, and uploads that nobody ends are given up after a week."""

import sys

from botocore.exceptions import ClientError

from grt_platform.adapters.s3_clients import S3Access
from grt_platform.settings import settings

_RULES = [{
    "ID": "give-up-uploads",
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
}]  # fmt: skip


def main(bucket: str) -> None:
    """The bucket is there; may be called again."""
    s3 = S3Access.of(settings()).control()
    try:
        s3.create_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
            raise
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": _RULES})


if __name__ == "__main__":
    main(sys.argv[1])
