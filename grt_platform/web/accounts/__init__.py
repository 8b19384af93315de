"""Sign-in, tokens, people, projects and the audit over HTTP, and the pages of a person's account."""

from grt_platform.web.accounts import (
    account_page,
    audit_log,
    logins,
    members,
    oidc,
    projects,
    sign_in_page,
    tokens,
    users,
    whoami,
)

ROUTERS = tuple(
    module.router
    for module in (whoami, logins, tokens, users, projects, members, audit_log, sign_in_page, account_page, oidc)
)
