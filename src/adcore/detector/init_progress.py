"""How far a model is from its first score, and why it is not there yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["InitProgress", "Observations"]

_MINUTE = 60_000


@dataclass(slots=True)
class Observations:
    """What a stream has seen, counted on the way.

    Attributes
    ----------
    intervals : int
        Vectors that came out of the rows, over all entities.
    without_data : int
        Of these, intervals in which no feature had a value, and that no model saw.
    missing : list of int
        Per feature, the intervals in which it alone was missing.
    long_keys : int
        Vectors left out because a category value has more than 256 characters.
    out_of_range : int
        Features taken as missing because they are infinite or beyond 1e30.
    """

    intervals: int
    without_data: int
    missing: list[int]
    long_keys: int = 0
    out_of_range: int = 0

    def reasons(self, features: Sequence[str], rows: Mapping[str, int]) -> Iterator[str]:
        """Why models may still be starting, in sentences.

        ``rows`` are those of :attr:`adcore.bucket.BucketAggregator.counts`.
        """
        total, late = rows["total_rows"], rows["late_rows"]
        if total == 0:
            yield "no rows have come, or none matches filter_query"
        if late:
            yield f"{late} of {total} rows came later than window_delay allows"
        if self.without_data:
            yield (
                f"{self.without_data} of {self.intervals} intervals had no data; "
                "imputation_option can fill them"
            )
        for name, missing in zip(features, self.missing, strict=True):
            if missing:
                yield f"feature {name!r} was missing in {missing} intervals"
        if self.out_of_range:
            yield f"{self.out_of_range} features were infinite or beyond 1e30"
        if self.long_keys:
            yield f"{self.long_keys} intervals have category values that are too long"


@dataclass(frozen=True, slots=True)
class InitProgress:
    """Readiness of a model, or of the best of several.

    State, percentage and what is needed are all read off ``updates`` and ``required``, so they can
    never contradict each other.

    Attributes
    ----------
    updates : int
        Intervals learnt.
    required : int
        Intervals until the first score.
    interval : int
        Milliseconds.
    reasons : tuple of str
        Why it is not ready, in sentences; empty when it is.

    Examples
    --------
    >>> InitProgress(32, 128, 300_000).to_json()
    {'percentage': '25%', 'estimated_minutes_left': 480, 'needed_shingles': 96}
    """

    updates: int
    required: int
    interval: int
    reasons: tuple[str, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether scores are given."""
        return self.updates >= self.required

    @property
    def state(self) -> str:
        """``RUNNING`` or ``INIT``."""
        return "RUNNING" if self.is_ready else "INIT"

    @property
    def fraction(self) -> float:
        """0 to 1."""
        return min(1.0, self.updates / self.required)

    @property
    def needed(self) -> int:
        """Intervals still needed."""
        return max(0, self.required - self.updates)

    @property
    def estimated_minutes_left(self) -> int:
        """How long these take, if there is data in each."""
        return -(-self.needed * self.interval // _MINUTE)

    def to_json(self) -> dict[str, Any]:
        """As a profile has it: what is 0 is left out, and before any update so is the estimate."""
        # Rounded, but a model that is not ready is never at 100 %.
        percent = 100 if self.is_ready else min(99, round(100 * self.fraction))
        progress: dict[str, Any] = {"percentage": f"{percent}%"}
        if self.needed and self.updates:
            progress["estimated_minutes_left"] = self.estimated_minutes_left
        if self.needed:
            progress["needed_shingles"] = self.needed
        return progress
