"""Galaxy's part of the web door: everything below /galaxy."""

from fastapi import APIRouter

from grt_platform.systems.galaxy.serving import downloads, front, reads, registry

router = APIRouter(prefix="/galaxy")
for part in (front, registry, reads, downloads):
    router.include_router(part.router)
