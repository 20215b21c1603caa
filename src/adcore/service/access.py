"""Who may ask: the name the service is called by, and the user."""

from __future__ import annotations

from typing import Protocol

from starlette.datastructures import Headers

from adcore.service.errors import ApiError
from adcore.service.settings import Principal, Settings

__all__ = ["Access", "Users"]

_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


class Users(Protocol):
    """Those who may use a service."""

    async def authenticate(self, authorization: str) -> Principal | None:
        """The user that a header ``Authorization`` proves; None if it proves none."""


class Access:
    """Decides whose request it is.

    Parameters
    ----------
    users : Users or None
        None: everybody is the principal of the settings.
    """

    def __init__(self, settings: Settings, users: Users | None) -> None:
        self._settings = settings
        self._users = users

    async def check(self, method: str, headers: Headers) -> Principal | None:
        """The user of a request.

        Raises
        ------
        ApiError
            With status 401 if there is none, 403 if the service is not called by its name, or
            the request is one that a web page of others makes in a browser.
        """
        self._check_host(headers.get("host", ""))
        if method not in _HARMLESS:
            _check_origin(headers)
        if self._users is None:
            return self._settings.principal
        given = headers.get("authorization")
        if given is None:
            raise _unauthorized("missing authentication credentials for REST request")
        found = await self._users.authenticate(given)
        if found is None:
            raise _unauthorized("unable to authenticate with the credentials of the request")
        return found

    def _check_host(self, header: str) -> None:
        allowed = self._settings.allowed_hosts
        if allowed is None:
            return
        name = header.rsplit(":", 1)[0] if not header.endswith("]") else header
        if name.strip("[]").lower() not in allowed:
            raise ApiError(
                403,
                "security_exception",
                f"the service is not called [{name}]; names it may be called by are set by "
                "--allow-host",
            )


def _check_origin(headers: Headers) -> None:
    """A browser tells where the page is from that wants something changed."""
    origin = headers.get("origin")
    if origin is not None and origin.partition("://")[2] != headers.get("host", ""):
        reason = f"pages of [{origin}] cannot change anything here"
        raise ApiError(403, "security_exception", reason)


def _unauthorized(reason: str) -> ApiError:
    schemes = 'Basic realm="adcore", charset="UTF-8", ApiKey'
    return ApiError(401, "security_exception", reason, headers={"www-authenticate": schemes})
