"""The HTTP service over a store."""

from __future__ import annotations

from importlib import util

if util.find_spec("starlette") is None:
    raise ModuleNotFoundError(
        "adcore.service needs starlette: pip install 'adcore[service]'", name="starlette"
    )

from adcore.service.app import create_app
from adcore.service.settings import Principal, ServiceLimits, Settings

__all__ = ["Principal", "ServiceLimits", "Settings", "create_app"]
