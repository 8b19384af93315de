"""Variants' part of the web door: everything below /variants."""

from fastapi import APIRouter

from grt_platform.systems.variants.serving import file_api, query_api, sample_api, version_api

router = APIRouter(prefix="/variants")
for part in (file_api, sample_api, query_api, version_api):
    router.include_router(part.router)
