"""Where a service may be reached from, and what that asks for."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from adcore.errors import InvalidArgumentError

__all__ = ["allowed_hosts", "check_exposure", "is_loopback"]


def is_loopback(host: str) -> bool:
    """Whether only programs of the same machine reach a host.

    >>> is_loopback("127.0.0.1"), is_loopback("0.0.0.0"), is_loopback("example.org")
    (True, False, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_exposure(
    host: str,
    *,
    certificate: Path | None,
    key: Path | None,
    users: Path | None,
    is_insecure: bool,
) -> None:
    """Raise an InvalidArgumentError if others could read along, or do as they like.

    Raises
    ------
    InvalidArgumentError
        If a host other than the loopback lacks TLS or users; it says what is missing.
    """
    if (certificate is None) != (key is None):
        raise InvalidArgumentError("--tls-certificate and --tls-key go together")
    if is_loopback(host) or is_insecure:
        return
    needed = {"--tls-certificate": certificate, "--tls-key": key, "--users": users}
    missing = [name for name, value in needed.items() if value is None]
    if missing:
        raise InvalidArgumentError(
            f"--host {host} can be reached from other machines, which needs {', '.join(missing)}; "
            "or --insecure, if whoever reaches it may read and change everything"
        )


def allowed_hosts(host: str, *, has_users: bool, given: tuple[str, ...]) -> tuple[str, ...] | None:
    """The names that requests may call a service by; None: any."""
    if given:
        return tuple(dict.fromkeys([host.lower(), *(name.lower() for name in given)]))
    if has_users or not is_loopback(host):
        return None
    return tuple(dict.fromkeys(["localhost", "127.0.0.1", "::1", host.lower()]))
