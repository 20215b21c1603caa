"""What all endpoints of the Anomaly Detection API have in common."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from adcore.service.detectors.errors import TextRefusal, refusal
from adcore.service.detectors.service import DetectionService
from adcore.service.errors import is_fault
from adcore.service.requests import Call
from adcore.service.responses import Reply

__all__ = ["PREFIXES", "DetectionHandlers", "answered", "at"]

PREFIXES = (
    "/_anomaly_detection/api",
    "/_plugins/_anomaly_detection",
    "/_opendistro/_anomaly_detection",
)
_DISABLED = (
    "AD functionality is disabled. To enable update plugins.anomaly_detection.enabled to true"
)


class DetectionHandlers:
    """Methods that answer calls from a service."""

    def __init__(self, service: DetectionService) -> None:
        self.service = service


H = TypeVar("H", bound=DetectionHandlers)


Handler = Callable[[H, Call], Any]


def answered(failure: str = "Fail to search") -> Callable[[Handler[H]], Callable[[H, Call], Reply]]:
    """A method whose answer may be the body alone; and what all endpoints refuse alike.

    Parameters
    ----------
    failure : str
        What a client is told of a fault of the service itself.
    """

    def decorated(handler: Handler[H]) -> Callable[[H, Call], Reply]:
        @wraps(handler)
        def answer(self: H, call: Call) -> Reply:
            if not self.service.settings.enabled:
                raise refusal(_DISABLED, 500, "illegal_state_exception")
            try:
                found = handler(self, call)
            except TextRefusal as error:
                return Reply(str(error), 400)
            except Exception as error:
                if is_fault(error):
                    raise refusal(failure, 500) from error
                raise
            return found if isinstance(found, Reply) else Reply(found)

        return answer

    return decorated


def at(*paths: str) -> list[str]:
    """A path under each prefix, and each with a slash behind it."""
    return [f"{prefix}/{path}{end}" for prefix in PREFIXES for path in paths for end in ("", "/")]
