"""Leaders over HTTP: named by administrators, they see what their groups use, and nothing else of lustre."""

import pytest

from grt_platform.kernel.identity import Role
from grt_platform.systems.lustre.schemas import FORECASTS, GROUP_USAGE, PROJECT_USAGE, USER_USAGE, VOLUME_TOTALS
from grt_platform_tests.fixtures.web import LiveWeb, Person
from grt_platform_tests.systems.lustre.rows import row, serve

pytestmark = pytest.mark.service
GROUPS = ((1, "hgi"), (2, "team152"), (3, None), (4, "twins"), (5, "twins"))
OPEN = ("report", "users", "projects", "history?group=hgi", "forecasts")


@pytest.fixture
def ann(live_web: LiveWeb) -> Person:
    """Somebody, and a dump with five groups."""
    warehouse = live_web.warehouse
    named = [{"gid": gid, "group_name": name} for gid, name in GROUPS]
    serve(warehouse, VOLUME_TOTALS, row(VOLUME_TOTALS))
    serve(warehouse, GROUP_USAGE, *(row(GROUP_USAGE, **each) for each in named))
    serve(warehouse, FORECASTS, *(row(FORECASTS, warning_level=1, **each) for each in named))
    serve(warehouse, USER_USAGE, *(row(USER_USAGE, gid=gid, uid=gid) for gid, _ in GROUPS))
    owned = [{"owner_gid": gid, "group_name": name, "project": f"p{gid}"} for gid, name in GROUPS]
    serve(warehouse, PROJECT_USAGE, *(row(PROJECT_USAGE, **each) for each in owned))
    return live_web.person("ann")


def name_leader(live_web: LiveWeb, group: str, name: str = "ann", method: str = "PUT") -> int:
    return live_web.client.request(method, f"/lustre/leaders/{group}/{name}", headers=live_web.admin).status_code


def seen(live_web: LiveWeb, person: Person, path: str) -> int | list[dict[str, object]]:
    """The rows of an answer, or its status where it is refused."""
    answer = live_web.client.get(f"/lustre/{path}", headers=person.headers)
    items: list[dict[str, object]] = answer.json().get("items", [])
    return items if answer.status_code == 200 else answer.status_code


def test_a_leader_sees_the_rows_of_his_groups_and_no_others(live_web: LiveWeb, ann: Person):
    assert [seen(live_web, ann, path) for path in OPEN] == [403] * 5
    assert [name_leader(live_web, group) for group in ("hgi", "hgi", "3")] == [204, 204, 204]
    gids = [sorted({each.get("gid", each.get("owner_gid")) for each in seen(live_web, ann, path)}) for path in OPEN]
    assert gids == [[1, 3], [1, 3], [1, 3], [1], [1, 3]]
    assert seen(live_web, ann, "history?group=team152") == []
    assert seen(live_web, ann, "report?group=team152") == []
    assert [seen(live_web, ann, path) for path in ("days", "volumes", "where?path=/lustre", "leaders")] == [403] * 4
    assert name_leader(live_web, "hgi", method="DELETE") == 204
    assert name_leader(live_web, "3", method="DELETE") == 204
    assert [seen(live_web, ann, path) for path in OPEN] == [403] * 5


def test_a_token_for_some_projects_opens_no_group(live_web: LiveWeb, ann: Person):
    name_leader(live_web, "hgi")
    limited = ann.with_token(Role.READ, frozenset({"alpha"}))
    assert seen(live_web, limited, "report") == 403
    assert seen(live_web, ann.with_token(Role.READ), "history?group=hgi") != 403


def test_only_administrators_name_leaders_of_groups_and_people_that_there_are(live_web: LiveWeb, ann: Person):
    named = live_web.client.put("/lustre/leaders/hgi/ann", headers=ann.headers)
    assert named.status_code == 403
    wrong = [("nobody", "ann"), ("99", "ann"), ("twins", "ann"), ("hgi", "nobody"), ("hgi", "admin-key")]
    assert [name_leader(live_web, group, name) for group, name in wrong] == [400] * 5
    assert name_leader(live_web, "hgi", method="DELETE") == 400
    name_leader(live_web, "5")
    [leader] = live_web.client.get("/lustre/leaders", headers=live_web.admin).json()
    assert (leader["gid"], leader["group_name"], leader["name"], leader["granted_by"]) == (
        5,
        "twins",
        "ann",
        "admin-key",
    )
    events = live_web.client.get("/audit", headers=live_web.admin).json()
    assert [each["subject"] for each in events if each["action"] == "lustre.grant"] == ["ann: 5"]
