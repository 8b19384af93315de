"""Genes' part of the web door: everything below /genes."""

from fastapi import APIRouter

from grt_platform.systems.genes.serving import gene_api, upload_api

router = APIRouter(prefix="/genes")
for part in (upload_api, gene_api):
    router.include_router(part.router)
