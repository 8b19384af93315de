"""Pages for those who administer the platform and those who manage projects."""

from grt_platform.web.admin import audit_page, notices_page, people_pages, project_pages

ROUTERS = tuple(module.router for module in (people_pages, audit_page, notices_page, project_pages))
