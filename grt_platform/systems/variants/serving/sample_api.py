"""Questions about samples over HTTP."""

from fastapi import APIRouter

router = APIRouter()
