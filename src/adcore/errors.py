"""Everything adcore raises on purpose.

::

    AdcoreError
    ├── InvalidArgumentError (also ValueError)    an argument outside what is allowed
    ├── InvalidStateError    (also RuntimeError)  a legal call at the wrong moment
    ├── SnapshotError        (also ValueError)    bytes that are no snapshot, or a damaged one
    └── DataError            (also ValueError)    bad input data; says where: row, column, file

Messages name the argument, its value, and what is allowed.
"""

from __future__ import annotations

__all__ = [
    "AdcoreError",
    "DataError",
    "InvalidArgumentError",
    "InvalidStateError",
    "SnapshotError",
]


class AdcoreError(Exception):
    """The base of every error that adcore raises on purpose."""


class InvalidArgumentError(AdcoreError, ValueError):
    """An argument has a value outside what is allowed."""


class InvalidStateError(AdcoreError, RuntimeError):
    """The call is legal, but not in the present state of the object."""


class SnapshotError(AdcoreError, ValueError):
    """The bytes are not a snapshot, or one that is damaged or from a newer release."""


class DataError(AdcoreError, ValueError):
    """The input data cannot be used: the message says which row, column or file."""
