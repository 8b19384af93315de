"""Uploads and objects, in a folder that our web API serves and in a real S3 server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from grt_platform_tests.adapters.reaping_contract import ReapingContract
from grt_platform_tests.adapters.upload_parts_contract import UploadPartsContract
from grt_platform_tests.adapters.uploads_contract import UploadsContract
from grt_platform_tests.adapters.versions_contract import VersionsContract
from grt_platform_tests.fixtures.places import Place, served_folder
from grt_platform_tests.fixtures.seaweed import Seaweed


class TestUploadsIntoAFolder(UploadsContract, VersionsContract, UploadPartsContract, ReapingContract):
    """All suites, in a folder."""

    @pytest.fixture
    def place(self, tmp_path: Path) -> Iterator[Place]:
        with served_folder(tmp_path / "store") as place:
            yield place


@pytest.mark.service
class TestUploadsIntoS3(UploadsContract, VersionsContract, UploadPartsContract, ReapingContract):
    """All suites, in S3."""

    @pytest.fixture
    def place(self, seaweed: Seaweed) -> Place:
        return seaweed.place()
