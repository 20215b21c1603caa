"""Settings for all tests: examples drawn by Hypothesis are few, reproducible and never hurried."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "adcore",
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("adcore")
