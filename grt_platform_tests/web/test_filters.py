"""Every address that answers in JSON refuses filters that it does not have: a misspelt one would find everything."""

from grt_platform_tests.fixtures.web import LiveWeb

OTHERS = ("/health", "/metrics", "/auth/dagster", "/objects/{store}/{key}")
"""Probes come with parameters of their own, and signed URLs are read whole."""
PLACES = {"{taxon}": "9606", "{project}": "p", "{job_id}": "11111111-1111-1111-1111-111111111111"}


def _filled(path: str) -> str:
    for place, value in PLACES.items():
        path = path.replace(place, value)
    return path.replace("{", "").replace("}", "")


def test_no_address_takes_a_filter_that_it_does_not_have(live_web: LiveWeb) -> None:
    described = live_web.client.get("/openapi.json").json()["paths"]
    asked = [path for path, ways in described.items() if "get" in ways and not path.startswith(OTHERS)]
    assert len(asked) > 50
    told = {path: live_web.client.get(f"{_filled(path)}?no_such=1", headers=live_web.admin) for path in asked}
    wrong = {
        path: found.status_code
        for path, found in told.items()
        if found.status_code != 422 or "query.no_such: There is no such filter here" not in found.json()["detail"]
    }
    assert not wrong


def test_probes_and_pages_take_any(live_web: LiveWeb) -> None:
    asked = ("/health?from=probe", "/health/ready?x=1", "/metrics?x=1", "/?utm_source=mail")
    assert {live_web.client.get(path, headers=live_web.admin).status_code for path in asked} == {200}


def test_naming_a_leader_takes_no_filter_either(live_web: LiveWeb) -> None:
    for method in ("PUT", "DELETE"):
        told = live_web.client.request(method, "/lustre/leaders/hgi/ann?grup=x", headers=live_web.admin)
        assert (told.status_code, "query.grup: There is no such filter here" in told.json()["detail"]) == (422, True)
