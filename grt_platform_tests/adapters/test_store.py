"""Both kinds of store keep one contract; and which URL opens which kind."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grt_platform.adapters.store import open_store
from grt_platform.kernel.errors import BadInputError
from grt_platform.settings import Settings
from grt_platform_tests.adapters.signing_contract import SigningContract
from grt_platform_tests.adapters.store_contract import StoreContract
from grt_platform_tests.fixtures.places import Place, served_folder
from grt_platform_tests.fixtures.seaweed import Seaweed


class TestFolderStore(StoreContract, SigningContract):
    """The folder kind; its signed URLs go through a real web server."""

    @pytest.fixture
    def place(self, tmp_path: Path) -> Iterator[Place]:
        with served_folder(tmp_path / "stores" / "raw") as place:
            yield place


@pytest.mark.service
class TestS3Store(StoreContract, SigningContract):
    """The S3 kind, in a real server."""

    @pytest.fixture
    def place(self, seaweed: Seaweed) -> Place:
        return seaweed.place()


class TestOpenStore:
    """URLs of stores."""

    def test_a_folder_may_be_given_as_path_or_as_url(self, tmp_path: Path) -> None:
        folder = tmp_path / "a b"
        open_store(str(folder), Settings.model_validate({})).put("x", b"1")
        assert open_store(folder.as_uri(), Settings.model_validate({})).read("x") == b"1"

    @pytest.mark.parametrize("url", ["", "gs://bucket/x", "s3://", "s3:///x", "http://host/x", "file://host/x"])
    def test_other_urls_are_refused(self, url: str) -> None:
        with pytest.raises(BadInputError, match="no place for a store"):
            open_store(url, Settings.model_validate({}))

    def test_a_folder_store_imports_no_s3_client(self, tmp_path: Path) -> None:
        code = (
            "import sys\n"
            "from grt_platform.adapters.store import open_store\n"
            "from grt_platform.settings import Settings\n"
            "open_store(sys.argv[1], Settings()).put('a', b'')\nprint('boto3' in sys.modules)"
        )
        done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
        assert done.stdout == "False\n"
