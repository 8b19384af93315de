"""What signed URLs of every store keep, as a suite that the tests of each kind inherit; each goes through real HTTP."""

import hashlib
import re
import time

import httpx
import pytest

from grt_platform.adapters.store import Store
from grt_platform.kernel.errors import BadInputError
from grt_platform_tests.adapters.store_contract import MIB, WEIRD_KEYS
from grt_platform_tests.fixtures.places import Place


class SigningContract:
    """What every signed URL keeps."""

    @pytest.fixture
    def store(self, place: Place) -> Store:
        return place.store()

    @pytest.mark.parametrize("key", WEIRD_KEYS, ids=lambda key: key[:12])
    def test_a_signed_url_puts_and_gets_one_object(self, store: Store, key: str) -> None:
        digest = hashlib.sha256(b"data").hexdigest()
        url = store.sign("PUT", key, expires_s=60, size_bytes=4, sha256=digest)
        assert httpx.put(url, content=b"data", headers=store.upload_headers(digest)).status_code == 200
        answer = httpx.get(store.sign("GET", key, expires_s=60))
        assert (answer.status_code, answer.content, store.read(key)) == (200, b"data", b"data")

    def test_a_signed_url_needs_neither_size_nor_hash(self, store: Store) -> None:
        assert httpx.put(store.sign("PUT", "a", expires_s=60), content=b"x" * 3 * MIB).status_code == 200
        assert store.read("a") == b"x" * 3 * MIB

    def test_a_signed_url_gives_ranges(self, store: Store) -> None:
        store.put("a", b"0123456789")
        url = store.sign("GET", "a", expires_s=60)
        part = httpx.get(url, headers={"Range": "bytes=2-4"})
        assert (part.status_code, part.content, part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
        assert httpx.get(url, headers={"Range": "bytes=10-"}).status_code == 416

    def test_a_signed_url_is_good_for_nothing_else(self, store: Store) -> None:
        store.put("a/x", b"secret")
        store.put("b/x", b"secret")
        get, put = (store.sign(method, "a/x", expires_s=60) for method in ("GET", "PUT"))
        unsigned = get.partition("?")[0]
        assert httpx.put(get, content=b"evil").status_code == 403
        assert httpx.get(put).status_code == 403
        assert httpx.get(get.replace("/a/x", "/b/x")).status_code == 403
        assert httpx.get(unsigned).status_code == 403
        assert store.read("a/x") == b"secret"

    def test_a_changed_url_is_refused(self, store: Store) -> None:
        store.put("a", b"secret")
        url = store.sign("GET", "a", expires_s=60)
        before, name, signature = re.split(r"((?:X-Amz-S|s)ignature=)", url)
        flipped = "0" if signature[0] != "0" else "1"
        for wrong in (flipped + signature[1:], signature[:-1], signature + "0", signature.upper(), "%C3%BC", ""):
            assert httpx.get(before + name + wrong).status_code in {400, 403}
        assert httpx.get(before).status_code in {400, 403}
        assert httpx.get(url).status_code == 200

    def test_a_longer_life_cannot_be_written_into_a_url(self, store: Store) -> None:
        store.put("a", b"secret")
        url = httpx.URL(store.sign("GET", "a", expires_s=60))
        name = "expires" if "expires" in url.params else "X-Amz-Expires"
        longer = url.copy_set_param(name, str(int(url.params[name]) + 60))
        assert httpx.get(longer).status_code == 403

    def test_an_expired_url_is_refused(self, store: Store) -> None:
        store.put("a", b"secret")
        urls = [store.sign("GET", "a", expires_s=1), store.sign("PUT", "a", expires_s=1)]
        time.sleep(2.1)
        assert httpx.get(urls[0]).status_code == 403
        assert httpx.put(urls[1], content=b"late").status_code == 403
        assert store.read("a") == b"secret"

    @pytest.mark.parametrize("expires_s", [0, -1, 3601])
    def test_a_url_cannot_live_longer_than_an_hour(self, store: Store, expires_s: int) -> None:
        with pytest.raises(BadInputError, match="3600"):
            store.sign("GET", "a", expires_s=expires_s)

    @pytest.mark.parametrize("sha256", ["", "ab", "0" * 63, "0" * 65, "A" * 64, "g" * 64])
    def test_what_is_no_hash_is_not_signed(self, store: Store, sha256: str) -> None:
        with pytest.raises(BadInputError, match="no sha256"):
            store.sign("PUT", "a", expires_s=60, sha256=sha256)

    def test_a_negative_size_is_not_signed(self, store: Store) -> None:
        with pytest.raises(BadInputError, match="-1 bytes"):
            store.sign("PUT", "a", expires_s=60, size_bytes=-1)

    @pytest.mark.parametrize("body", [b"", b"dat", b"dataa", b"x" * 3 * MIB])
    def test_a_body_of_another_size_than_signed_is_refused(self, store: Store, body: bytes) -> None:
        url = store.sign("PUT", "a", expires_s=60, size_bytes=4)
        assert httpx.put(url, content=body).status_code in {400, 403, 413}
        assert store.head("a") is None

    def test_a_body_with_another_hash_than_signed_is_refused(self, store: Store) -> None:
        digest = hashlib.sha256(b"data").hexdigest()
        url = store.sign("PUT", "a", expires_s=60, size_bytes=4, sha256=digest)
        assert httpx.put(url, content=b"DATA", headers=store.upload_headers(digest)).status_code in {400, 403}
        assert store.head("a") is None

    def test_a_signed_url_of_a_missing_object_answers_404(self, store: Store) -> None:
        assert httpx.get(store.sign("GET", "no", expires_s=60)).status_code == 404
