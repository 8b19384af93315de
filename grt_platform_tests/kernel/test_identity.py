"""What counts is the lower of membership and token; names leave no room for look-alikes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.identity import (
    KEY_PRINCIPAL,
    Principal,
    Role,
    TokenLimits,
    principal,
    read_project,
    read_role,
    read_user_name,
)

PROJECTS = st.sampled_from(["alpha", "beta", "gamma"])
MEMBERSHIPS = st.dictionaries(PROJECTS, st.sampled_from(Role))
LIMITS = st.builds(TokenLimits, st.sampled_from(Role), st.none() | st.frozensets(PROJECTS), st.booleans())


def come(memberships: dict[str, Role], *, is_admin: bool, limits: TokenLimits | None) -> Principal:
    return principal("id", "ann", memberships, is_admin=is_admin, token_id="t" if limits else None, limits=limits)


@given(MEMBERSHIPS, LIMITS, PROJECTS)
def test_a_persons_role_is_the_lower_of_membership_and_token(memberships, limits, project):
    found = come(memberships, is_admin=False, limits=limits)
    is_opened = project in memberships and (limits.projects is None or project in limits.projects)
    assert found.role_in(project) == (min(memberships[project], limits.role) if is_opened else None)
    assert not found.is_admin


@given(MEMBERSHIPS, LIMITS, PROJECTS)
def test_a_limited_token_limits_an_administrator_too(memberships, limits, project):
    found = come(memberships, is_admin=True, limits=limits)
    is_opened = limits.projects is None or project in limits.projects
    assert found.is_admin == limits.is_admin
    assert found.role_in(project) == (Role.MANAGE if limits.is_admin else limits.role if is_opened else None)


@given(MEMBERSHIPS, LIMITS)
def test_no_token_makes_anybody_an_administrator(memberships, limits):
    assert not come(memberships, is_admin=False, limits=limits).is_admin


def test_without_a_token_memberships_count_as_they_are():
    found = come({"alpha": Role.EDIT}, is_admin=False, limits=None)
    assert (found.role_in("alpha"), found.role_in("beta")) == (Role.EDIT, None)


def test_an_administrator_and_his_key_manage_every_project():
    assert come({"alpha": Role.READ}, is_admin=True, limits=None).role_in("alpha") is Role.MANAGE
    assert KEY_PRINCIPAL.role_in("anything") is Role.MANAGE


def test_roles_are_ordered_and_read_in_any_case():
    assert Role.READ < Role.QUERY < Role.EDIT < Role.MANAGE
    assert read_role("edit") is Role.EDIT
    with pytest.raises(BadInputError, match="no role"):
        read_role("OWNER")


@pytest.mark.parametrize("name", ["abc", "a-b", "1st", "x" * 63, "malaria-2026"])
def test_a_name_of_a_project_is_taken(name):
    assert read_project(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "ab", "x" * 64, "-ab", "ab-", "Abc", "a b", "a/b", "a..b", "abc\n", "\u0430bc", "abc\0", "a_b", "é" * 4],
)
def test_any_other_name_of_a_project_is_refused(name):
    with pytest.raises(BadInputError, match="no name of a project"):
        read_project(name)


@pytest.mark.parametrize(
    ("given_as", "name"), [("ann", "ann"), ("Ann.B", "ann.b"), (" a1 ", "a1"), ("a@x.org", "a@x.org")]
)
def test_a_persons_name_is_lowered(given_as, name):
    assert read_user_name(given_as) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a",
        "x" * 65,
        "\u0430nn",
        "\uff41\uff4e\uff4e",
        "ann\u200b",
        "an\u0301n",
        "K\u212aelvin",
        "\u0131nn",
        "a nn",
        "ann\0",
        ".ann",
        "ann-",
        "../x",
        "<b>",
        "ann\r\nX: y",
    ],
)
def test_a_name_that_could_be_taken_for_another_is_refused(name):
    with pytest.raises(BadInputError, match="no name to sign in with"):
        read_user_name(name)
