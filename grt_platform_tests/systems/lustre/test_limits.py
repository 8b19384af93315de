import pytest

from grt_platform.kernel.errors import BadInputError
from grt_platform.settings import settings
from grt_platform.systems.lustre.limits import named_volumes
from grt_platform.systems.lustre.logic.rules import DEFAULT_AREAS, DEFAULT_CLASSES, ScanRules


@pytest.fixture(autouse=True)
def _settings_read_anew(tmp_path, monkeypatch):
    monkeypatch.setenv("GRT_HOME", str(tmp_path))
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_a_volume_is_expected_by_its_number_or_its_name(monkeypatch):
    monkeypatch.setenv("GRT_LUSTRE_VOLUMES", "114, scratch115,humgen")
    assert named_volumes() == ("scratch114", "scratch115", "humgen")


@pytest.mark.parametrize(
    ("setting", "text"),
    [("FIRST_DATE", "2019-02-30"), ("FIRST_DATE", "lately"), ("SNAPSHOTS_CRON", "daily"), ("PUBLICATION", "never")],
)
def test_a_setting_that_nobody_could_follow_is_named_before_anything_starts(monkeypatch, setting, text):
    monkeypatch.setenv(f"GRT_LUSTRE_{setting}", text)
    with pytest.raises(BadInputError, match=f"GRT_LUSTRE_{setting} is '{text}'.*correct it or unset it"):
        settings()


def test_tests_and_benchmarks_read_dumps_as_by_default():
    known = settings()
    assert (known.lustre_areas, known.lustre_classes) == (DEFAULT_AREAS, DEFAULT_CLASSES)
    assert known.lustre_max_tree_directories == ScanRules.max_tree_directories
