"""Why an interval is an anomaly, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from adcore.detect.results import Anomaly
from adcore.detect.text import format_number

__all__ = ["reasons"]

# A feature with a smaller share than this explains nothing.
_LEAST_SHARE = 0.1


def reasons(anomaly: Anomaly, features: Sequence[str], limit: int = 3) -> list[str]:
    """One line per feature that matters: its value, the one expected, and its share.

    Parameters
    ----------
    anomaly : Anomaly
    features : sequence of str
        Their names.
    limit : int
        At most so many lines; the first is always given.
    """
    lines: list[str] = []
    for share in anomaly.shares[:limit]:
        if lines and share.share < _LEAST_SHARE:
            break
        line = f"{features[share.feature]} {format_number(share.actual)}"
        if not math.isnan(share.expected):
            line += f", expected {format_number(share.expected)}"
        if len(features) > 1:
            line += f" ({share.share:.0%})"
        lines.append(line)
    return lines
