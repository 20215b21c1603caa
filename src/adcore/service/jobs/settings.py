"""Limits and defaults of jobs."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["JobSettings"]


@dataclass(frozen=True, slots=True)
class JobSettings:
    """What whoever runs a service may set for its jobs.

    Attributes
    ----------
    max_model_memory : int or None
        Bytes that the models of one job may be allowed at most; None: no limit is set.
    posted_bytes, posted_calls : int
        After how much data, or how many calls, the models of an open job are kept anew, so that a
        restart has no more than this to go through.
    """

    max_model_memory: int | None = None
    posted_bytes: int = 32 * 1024 * 1024
    posted_calls: int = 256
