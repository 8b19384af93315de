"""What pages load: kept as long as it is the same, nothing but what is listed, the charts library of the lock."""

import re

import vl_convert

from grt_platform_tests.fixtures.web import LiveWeb


def test_static_files_are_kept_for_a_year_under_the_name_of_their_content_only(live_web: LiveWeb) -> None:
    address = re.findall(r'"(/static/style.css\?v=\w+)"', live_web.client.get("/").text)[0]
    assert "immutable" in live_web.client.get(address).headers["Cache-Control"]
    assert "immutable" not in live_web.client.get("/static/style.css?v=old").headers["Cache-Control"]
    plain = live_web.client.get(address, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.text == live_web.client.get(address).text
    for name in ("nothing.js", "..%2Fapp.py", "app.py"):
        assert live_web.client.get(f"/static/{name}").status_code in {404, 422}


def test_the_charts_script_is_the_one_of_the_locked_version(live_web: LiveWeb) -> None:
    assert live_web.client.get("/static/vega.js").text == vl_convert.javascript_bundle()
    assert f"vega {vl_convert.get_vega_version()}," in live_web.client.get("/static/vega.LICENSES.txt").text
