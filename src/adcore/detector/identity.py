"""Identifiers in the API's form: 20 characters that are safe in a URL."""

from __future__ import annotations

import secrets

__all__ = ["new_id"]


def new_id() -> str:
    """A new identifier.

    >>> len(new_id())
    20
    """
    return secrets.token_urlsafe(15)
