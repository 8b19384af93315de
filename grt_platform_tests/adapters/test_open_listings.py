"""Listings held open: taken up where they came to, by the same folder only."""

from pathlib import Path

from grt_platform.adapters.folder_store import FolderStore
from grt_platform.adapters.open_listings import OpenListings, Steps
from grt_platform.settings import Settings


def folder(root: Path, *keys: str) -> FolderStore:
    store = FolderStore(root, "raw", Settings())
    for key in keys:
        store.put(key, b"")
    return store


def keys(listing: Steps) -> list[str]:
    return [item.key for item in listing if item is not None]


def test_a_listing_that_is_held_goes_on_for_another_store_of_the_same_folder_and_only_once(tmp_path: Path) -> None:
    store, listings = folder(tmp_path, "in/a", "in/b", "in/c"), OpenListings()
    listing = listings.behind(store, "in/", "")
    next(listing)
    store.put("in/d", b"")
    listings.hold(store, "in/", "in/a", listing)
    again = FolderStore(tmp_path, "raw", Settings())
    assert keys(listings.behind(again, "in/", "in/a")) == ["in/b", "in/c"], "its names were read before in/d came"
    assert keys(listings.behind(again, "in/", "in/a")) == ["in/b", "in/c", "in/d"]


def test_another_place_or_another_folder_has_a_listing_of_its_own(tmp_path: Path) -> None:
    store, listings = folder(tmp_path / "one", "in/a", "in/b", "on/a"), OpenListings()
    other = folder(tmp_path / "two", "in/z")
    listing = listings.behind(store, "in/", "")
    next(listing)
    listings.hold(store, "in/", "in/a", listing)
    assert keys(listings.behind(store, "in/", "")) == ["in/a", "in/b"]
    assert keys(listings.behind(store, "on/", "on")) == ["on/a"]
    assert keys(listings.behind(other, "in/", "in/a")) == ["in/z"]
    assert keys(listings.behind(store, "in/", "in/a")) == ["in/b"]


def test_what_is_gone_since_its_name_was_read_is_not_listed(tmp_path: Path) -> None:
    store, listings = folder(tmp_path, "in/a", "in/b", "in/c"), OpenListings()
    listing = listings.behind(store, "in/", "")
    next(listing)
    listings.hold(store, "in/", "in/a", listing)
    store.delete("in/b")
    assert keys(listings.behind(store, "in/", "in/a")) == ["in/c"]
