"""Project versions over HTTP: they list what was current, are never changed by uploads, and keep their names."""

import pytest

from grt_platform.kernel.identity import Role
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.systems.variants.project import Project, project_of


@pytest.fixture
def files(alpha: Project) -> list[str]:
    """Two objects of the project; their versions."""
    return [alpha.put(name, b"some bytes").version_id for name in ("a.txt", "b/c.txt")]


def listed(alpha: Project, name: str) -> list[str]:
    return [item["version_id"] for item in alpha.ask("GET", f"/versions/{name}")["items"]]


def test_a_version_lists_what_was_current_whatever_comes_later(alpha, files):
    made = alpha.ask("POST", "/versions", 201, json={"name": "v1.0 (first)"[:4], "description": "for the paper"})
    assert (made["name"], made["files"], made["created_by"]) == ("v1.0", 2, "ann")
    newer = alpha.put("a.txt", b"other bytes").version_id
    alpha.ask("DELETE", "//projects/alpha/objects/b/c.txt")
    assert listed(alpha, "v1.0") == files
    alpha.ask("POST", "/versions", 201, json={"name": "v2"})
    assert listed(alpha, "v2") == [newer]
    assert [one["name"] for one in alpha.ask("GET", "/versions")] == ["v2", "v1.0"]
    url = alpha.ask("GET", "//projects/alpha/downloads", params={"version_id": files[0]})["url"]
    assert alpha.web.client.get(url).content == b"some bytes"


def test_a_name_is_never_used_again(alpha, files):
    alpha.ask("POST", "/versions", 201, json={"name": "one"})
    assert "never used again" in alpha.ask("POST", "/versions", 409, json={"name": "one"})["detail"]
    deleted = alpha.ask("DELETE", "/versions/one")
    assert alpha.ask("DELETE", "/versions/one") == deleted
    assert deleted["deleted_at"] is not None
    alpha.ask("POST", "/versions", 409, json={"name": "one"})
    assert alpha.ask("GET", "/versions") == []
    assert [one["name"] for one in alpha.ask("GET", "/versions", params={"deleted": True})] == ["one"]
    assert "was deleted" in alpha.ask("PATCH", "/versions/one", 410, json={"name": "two"})["detail"]
    assert listed(alpha, "one") == files


def test_it_can_be_renamed_and_described(alpha, files):
    for name in ("one", "taken"):
        alpha.ask("POST", "/versions", 201, json={"name": name})
    changed = alpha.ask("PATCH", "/versions/one", json={"name": "a better name", "description": "said"})
    assert (changed["name"], changed["description"]) == ("a better name", "said")
    assert alpha.ask("PATCH", "/versions/a better name", json={"description": ""})["name"] == "a better name"
    alpha.ask("PATCH", "/versions/a better name", 409, json={"name": "taken"})
    alpha.ask("GET", "/versions/one", 404)


@pytest.mark.parametrize("name", ["", " ", "a/b", "..", "-x", "a\nb", "x" * 101, "a;b", "<b>"])
def test_names_that_make_no_sense_are_refused(alpha, files, name):
    assert "cannot name" in alpha.ask("POST", "/versions", 400, json={"name": name})["detail"]
    assert alpha.ask("GET", "/versions") == []


def test_an_empty_project_has_nothing_to_name(alpha):
    assert "no objects" in alpha.ask("POST", "/versions", 400, json={"name": "one"})["detail"]
    assert alpha.ask("GET", "/versions") == []


def test_who_may_do_what(alpha, files, live_web: LiveWeb):
    alpha.ask("POST", "/versions", 201, json={"name": "one"})
    roles = {"rae": Role.READ, "quinn": Role.QUERY, "sam": None}
    expected = {"rae": (200, 403, 403), "quinn": (200, 201, 403), "sam": (404, 404, 404)}
    for name, role in roles.items():
        person = live_web.person(name, **({"alpha": role} if role else {"beta": Role.MANAGE}))
        with project_of(live_web, person.headers) as theirs:
            see, add, remove = expected[name]
            theirs.ask("GET", "/versions/one", see)
            theirs.ask("POST", "/versions", add, json={"name": f"by {name}"})
            theirs.ask("DELETE", "/versions/one", remove)
    actions = {row["action"] for row in live_web.warehouse.fetch("SELECT action FROM identity.audit")}
    assert "project_version.add" in actions
