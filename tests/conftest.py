"""Settings for all tests.

Examples drawn by Hypothesis are few, reproducible and never hurried. What takes long starts first.
Ctrl-C means what it means in a terminal, also where the tests run in the background of a shell,
which has it ignored.
"""

from __future__ import annotations

import signal

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "adcore",
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("adcore")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """No processor is to wait at the end for a long test that another one has just begun."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
