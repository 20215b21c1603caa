"""Who asks, as detectors, jobs and tasks keep it."""

from __future__ import annotations

from typing import Any

from adcore.service.settings import Principal

__all__ = ["user_of"]


def user_of(principal: Principal | None) -> dict[str, Any] | None:
    """The ``user`` of the API; None where nobody is known.

    >>> user_of(Principal())["roles"]
    ['own_index', 'all_access']
    """
    if principal is None:
        return None
    user: dict[str, Any] = {
        "name": principal.name,
        "backend_roles": list(principal.backend_roles),
        "roles": list(principal.roles),
        "custom_attribute_names": list(principal.custom_attribute_names),
    }
    if principal.tenant is not None:
        user["user_requested_tenant"] = principal.tenant
    return user
