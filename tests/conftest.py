"""Settings for all tests.

Examples drawn by Hypothesis are few, reproducible and never hurried. Ctrl-C means what it means in
a terminal, also where the tests run in the background of a shell, which has it ignored.
"""

from __future__ import annotations

import signal

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
