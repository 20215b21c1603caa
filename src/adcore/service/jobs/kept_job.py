"""All that a job has learnt, as it is kept: its models, and its categories of messages."""

from __future__ import annotations

import msgspec

from adcore.errors import SnapshotError

__all__ = ["KeptJob"]


class KeptJob(msgspec.Struct, frozen=True, array_like=True):
    """Bytes of both.

    >>> KeptJob.unpack(KeptJob(b"models", b"").pack()).job
    b'models'
    """

    job: bytes
    categories: bytes = b""

    def pack(self) -> bytes:
        """As one."""
        return msgspec.msgpack.encode(self)

    @classmethod
    def unpack(cls, kept: bytes) -> KeptJob:
        """What `pack` gave.

        Raises
        ------
        SnapshotError
            If it is anything else.
        """
        try:
            return msgspec.msgpack.decode(kept, type=cls)
        except msgspec.DecodeError as error:
            raise SnapshotError(f"what a job has learnt cannot be read: {error}") from error
