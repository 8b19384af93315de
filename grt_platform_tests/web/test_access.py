"""Who sees what of a project: 401 for a stranger, 404 like nothing for an outsider, 403 for too low a role."""

from datetime import UTC, datetime

import pytest

from grt_platform.adapters.accounts.tokens import revoke_token
from grt_platform.kernel.identity import Principal, Role
from grt_platform.web.access import allow
from grt_platform.web.problems import ProblemError
from grt_platform_tests.fixtures.web import LiveWeb


def told(answer) -> dict:
    return {name: value for name, value in answer.json().items() if name != "request_id"}


def test_a_project_that_is_none_of_my_business_answers_like_one_that_is_not_there(live_web: LiveWeb) -> None:
    live_web.person("bob", secret_project=Role.READ)
    ann = live_web.person("ann", own_project=Role.READ)
    hidden = live_web.client.get("/projects/secret-project", headers=ann.headers)
    absent = live_web.client.get("/projects/absent-project", headers=ann.headers)
    nowhere = live_web.client.get("/no/such/address", headers=ann.headers)
    assert hidden.status_code == absent.status_code == 404
    assert told(hidden) == told(absent) == told(nowhere)
    ours, theirs = dict(hidden.headers), dict(absent.headers)
    for unique in ("x-request-id", "date"):
        ours.pop(unique), theirs.pop(unique)
    assert ours == theirs


def test_an_administrator_gets_404_for_a_project_that_is_not_there(live_web: LiveWeb) -> None:
    live_web.person("bob", secret_project=Role.READ)
    assert live_web.client.get("/projects/absent-project", headers=live_web.admin).status_code == 404
    assert live_web.client.get("/projects/secret-project", headers=live_web.admin).json()["role"] == "MANAGE"


def test_a_person_sees_his_projects_and_the_role_that_counts(live_web: LiveWeb) -> None:
    live_web.person("bob", secret_project=Role.READ)
    ann = live_web.person("ann", alpha=Role.MANAGE, beta=Role.READ)
    weak = ann.with_token(Role.QUERY, frozenset({"alpha", "secret-project"}))
    assert roles(live_web, ann) == {"alpha": "MANAGE", "beta": "READ"}
    assert roles(live_web, weak) == {"alpha": "QUERY"}
    assert live_web.client.get("/projects/beta", headers=weak.headers).status_code == 404


def roles(live_web: LiveWeb, person) -> dict[str, str]:
    listed = live_web.client.get("/projects", headers=person.headers).json()
    seen = {row["project"]: row["role"] for row in listed}
    assert live_web.client.get("/whoami", headers=person.headers).json()["roles"] == seen
    return seen


def test_too_low_a_role_is_403_and_none_is_404() -> None:
    ann = Principal("id", "ann", roles={"alpha": Role.QUERY})
    allow(ann, "alpha", Role.QUERY)
    for project, role, status in (("alpha", Role.EDIT, 403), ("beta", Role.READ, 404)):
        with pytest.raises(ProblemError) as refused:
            allow(ann, project, role)
        assert refused.value.status == status


def test_a_token_that_expired_was_revoked_or_is_of_a_disabled_person_is_wrong_credentials(live_web: LiveWeb) -> None:
    ann = live_web.person("ann", alpha=Role.READ)
    short, revoked, good = ann.with_token(Role.READ, days=1e-9), ann.with_token(Role.READ), ann.with_token(Role.READ)
    assert revoke_token(live_web.warehouse, ann.user_id, revoked.token_id, datetime.now(UTC))
    statuses = [live_web.client.get("/whoami", headers=each.headers).status_code for each in (short, revoked, good)]
    assert statuses == [401, 401, 200]
    with live_web.warehouse.transaction() as connection:
        connection.execute("UPDATE identity.users SET is_disabled = true WHERE name = 'ann'")
    assert live_web.client.get("/whoami", headers=good.headers).status_code == 401


def test_an_administrators_routes_are_closed_to_people_and_to_limited_tokens(live_web: LiveWeb) -> None:
    ann, root = live_web.person("ann", alpha=Role.MANAGE), live_web.person("root-person", is_admin=True)
    limited = root.with_token(Role.MANAGE)
    body = {"title": "Galaxy"}
    asked = [
        live_web.client.post("/galaxy/api/instances", json=body, headers=who.headers) for who in (ann, limited, root)
    ]
    assert [answer.status_code for answer in asked] == [403, 403, 201]
    assert live_web.client.get("/projects/alpha", headers=limited.headers).json()["role"] == "MANAGE"


def test_a_request_without_credentials_guesses_nothing_and_does_not_count_as_a_failure(live_web: LiveWeb) -> None:
    assert {live_web.client.get("/whoami").status_code for _ in range(40)} == {401}
    assert live_web.client.get("/whoami", headers=live_web.admin).status_code == 200


@pytest.mark.parametrize("sent", ["Bearer grt_", "Bearer grt_\x00", "Bearer grt_' OR 1=1 --", "bearer", "Basic grt_x"])
def test_a_hostile_header_is_wrong_credentials(live_web: LiveWeb, sent: str) -> None:
    answer = live_web.client.get("/whoami", headers={"Authorization": sent.replace("\x00", "%00")})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="grt"'
