"""What of ``custom_settings``, where the API lets everybody keep what they like, is ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adcore.job.errors import illegal_argument

__all__ = ["OWN_SETTINGS", "check_custom_settings", "is_set"]

OWN_SETTINGS = ("shape_feature",)


def check_custom_settings(settings: Mapping[str, Any] | None) -> None:
    """Check what is ours of it.

    Raises
    ------
    JobError
        If one of ours is not true or false.
    """
    for name in OWN_SETTINGS:
        value = (settings or {}).get(name, False)
        if not isinstance(value, bool):
            raise illegal_argument(
                f"custom_settings.{name} = {value!r} is not allowed: it must be true or false"
            )


def is_set(settings: Mapping[str, Any] | None, name: str) -> bool:
    """Whether one of ours is true; it is not unless it says so."""
    return bool((settings or {}).get(name, False))
