"""An installation that has some of the systems only (`GRT_SYSTEMS`)."""

import pytest

from grt_platform.adapters.installed import system_names
from grt_platform.adapters.refusal import refuse_bad_settings
from grt_platform.definitions import defs
from grt_platform.kernel.errors import BadInputError
from grt_platform.settings import Settings, settings
from grt_platform.web.app import create_app
from grt_platform_tests.fixtures.web import ADMIN_KEY


def test_all_systems_are_there_where_none_is_chosen():
    assert system_names() == system_names("  ") == ["ena", "galaxy", "genes", "lustre", "variants"]


@pytest.mark.parametrize("chosen", ["galaxies", "lustre,galaxy", "../web", "genes galaxy/.."])
def test_a_name_of_no_system_is_refused_with_those_that_are(chosen):
    with pytest.raises(BadInputError, match="GRT_SYSTEMS names") as told:
        refuse_bad_settings(Settings(systems=chosen))
    assert chosen.split()[-1] in str(told.value)
    assert "ena, galaxy, genes, lustre, variants" in str(told.value)


def test_assets_sensors_routes_and_pages_of_the_others_are_not_there(monkeypatch):
    monkeypatch.setenv("GRT_SYSTEMS", "variants genes")
    monkeypatch.setenv("GRT_ADMIN_KEY", ADMIN_KEY)
    settings.cache_clear()
    try:
        loaded, app = defs(), create_app()
        keys = loaded.resolve_asset_graph().materializable_asset_keys
        assert {key.path[0] for key in keys} == {"genes", "variants"}
        sensors = {sensor.name.split("_")[0] for sensor in loaded.get_repository_def().sensor_defs}
        assert sensors & set(system_names()) == {"genes", "variants"}
        assert app.state.systems == ["genes", "variants"]
        paths = set(app.openapi()["paths"])
        assert [path for path in paths if path.startswith(("/galaxy", "/lustre", "/ena", "/pages/lustre"))] == []
        assert "/jobs" in paths
    finally:
        settings.cache_clear()
