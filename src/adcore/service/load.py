"""How much a service has to do at the moment, and when that is too much."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import anyio

from adcore.service.errors import ApiError
from adcore.service.settings import ServiceLimits

__all__ = ["Load"]


class Load:
    """Counts requests and bytes; touched from the event loop alone.

    Attributes
    ----------
    requests, body_bytes : int
        Of what is being worked on.
    readers, writers : anyio.CapacityLimiter
        The threads for requests that read, and for those that write: writers wait for each other,
        and shall not keep readers waiting.
    """

    def __init__(self, limits: ServiceLimits) -> None:
        self._limits = limits
        self.requests = 0
        self.body_bytes = 0
        self.readers = anyio.CapacityLimiter(limits.readers)
        self.writers = anyio.CapacityLimiter(limits.writers)

    @contextmanager
    def request(self) -> Iterator[None]:
        """The time of one request; an ApiError if there are too many."""
        if self.requests >= self._limits.requests:
            raise ApiError(
                429,
                "rejected_execution_exception",
                f"rejected: [{self.requests}] requests are being worked on, the limit is "
                f"[{self._limits.requests}]",
                headers={"retry-after": "1"},
            )
        self.requests += 1
        try:
            yield
        finally:
            self.requests -= 1

    @contextmanager
    def body(self) -> Iterator[Callable[[int], None]]:
        """The time of one body; gives the function that is told of its parts."""
        reserved = 0

        def reserve(size: int) -> None:
            nonlocal reserved
            if self.body_bytes + size > self._limits.pending_body_bytes:
                raise ApiError(
                    429,
                    "circuit_breaking_exception",
                    f"[in_flight_requests] Data too large, data for [http_request] would be "
                    f"[{self.body_bytes + size}], which is larger than the limit of "
                    f"[{self._limits.pending_body_bytes}]",
                    headers={"retry-after": "1", "connection": "close"},
                )
            self.body_bytes += size
            reserved += size

        try:
            yield reserve
        finally:
            self.body_bytes -= reserved
