"""What the page of a run shows, as compact JSON."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from adcore import _core
from adcore.arrow import FloatArray
from adcore.detect.intervals import format_interval
from adcore.detect.notes import notes
from adcore.detect.results import Anomaly, EntitySummary
from adcore.detect.run import Outcome
from adcore.detect.text import format_time
from adcore.report.downsample import extremes, usual_range
from adcore.report.packing import digits, packed

__all__ = ["ReportLimits", "run_payload"]

Json: TypeAlias = dict[str, Any]

BAND_POINTS = 1_000


@dataclass(frozen=True, slots=True)
class ReportLimits:
    """What keeps a page of millions of points small: about 6 MB beside the plotting library.

    Attributes
    ----------
    entities : int
        Those with the strongest anomalies are shown.
    points : int
        Of all series shown together; each keeps its smallest and largest values.
    points_per_series : int
    anomalies_per_entity, top : int
        The strongest ones.
    columns : int
        Stretches of time in the overview.
    window : int
        Intervals before each that make its usual range; a forest's sample by default.
    """

    entities: int = 50
    points: int = 400_000
    points_per_series: int = 20_000
    anomalies_per_entity: int = 300
    top: int = 60
    columns: int = 360
    window: int = 256


def run_payload(outcome: Outcome, limits: ReportLimits, shingle_size: int) -> Json:
    """All that the page's script needs.

    Times are numbers of intervals after ``start``; arrays are base64 of little-endian int32
    (float64 where ``isLong``), float32 or uint8.
    """
    plan, results = outcome.plan, outcome.results
    span = start, end = results.time_range()
    shown = results.entities(limits.entities)
    places = {summary.entity: place for place, summary in enumerate(shown)}
    budget = limits.points // max(1, len(shown) * len(plan.features))
    points = max(200, min(limits.points_per_series, budget))
    apart = shingle_size * plan.interval
    strongest = results.strongest(limits.top, apart, [summary.entity for summary in shown])
    return {
        "version": _core.__version__,
        "source": plan.reading.source.name,
        "features": [feature.name for feature in plan.features],
        "entityColumns": list(outcome.names.columns),
        "hasTime": plan.has_time,
        "start": start,
        "interval": plan.interval,
        "facts": _facts(outcome, start, end),
        "notes": [*plan.guesses, *notes(outcome)],
        "isPartial": not outcome.is_complete,
        "totalEntities": len(outcome.names),
        "pointsPerSeries": points,
        "isLong": _is_long(outcome, span),
        "window": limits.window,
        "entities": [_entity(outcome, summary, span, points, limits) for summary in shown],
        "top": [_anomaly(a, outcome, start) | {"entity": places[a.entity]} for a in strongest],
        "overview": _overview(outcome, places, span, limits.columns),
    }


def _facts(outcome: Outcome, start: int, end: int) -> list[tuple[str, str]]:
    plan, results = outcome.plan, outcome.results
    facts = [
        (f"{outcome.rows.rows:,}", "rows"),
        (f"{results.count():,}", f"intervals of {format_interval(plan.interval)}"),
        (f"{results.count('grade > 0'):,}", "anomalous intervals"),
    ]
    if not plan.has_time:
        facts[1] = (f"{results.count():,}", "numbered rows")
    else:
        first, last = (format_time(t, plan.interval)[:10] for t in (start, end))
        facts.insert(0, (first if first == last else f"{first} \N{EN DASH} {last}", "UTC"))
    if outcome.names.columns:
        facts.append((f"{len(outcome.names):,}", "entities by " + ", ".join(outcome.names.columns)))
    return facts


def _entity(
    outcome: Outcome,
    summary: EntitySummary,
    span: tuple[int, int],
    points: int,
    limits: ReportLimits,
) -> Json:
    times, values, _ = outcome.results.series(summary.entity)
    kind = "<f8" if _is_long(outcome, span) else "<i4"
    steps = ((times - span[0]) // outcome.plan.interval).astype(kind)
    strongest = outcome.results.strongest(limits.anomalies_per_entity, -1, [summary.entity])
    return {
        "label": outcome.names.label(summary.entity) or outcome.plan.reading.source.name,
        "intervals": summary.intervals,
        "anomalies": summary.anomalies,
        "grade": round(summary.strongest_grade, 4),
        "series": [_series(steps, column, points, limits.window) for column in values.T],
        "marks": [_anomaly(anomaly, outcome, span[0]) for anomaly in strongest],
    }


def _is_long(outcome: Outcome, span: tuple[int, int]) -> bool:
    """Whether numbers of intervals need more than 32 bits."""
    return (span[1] - span[0]) // outcome.plan.interval >= 2**31


def _series(steps: npt.NDArray[Any], values: FloatArray, points: int, window: int) -> Json:
    kept = extremes(values, points)
    edges = np.unique(np.linspace(0, len(values) - 1, BAND_POINTS).astype(np.int64))
    low, high = usual_range(values, edges, window)
    return {
        "t": packed(steps[kept], steps.dtype),
        "value": packed(values[kept], "<f4"),
        "band": {
            "t": packed(steps[edges], steps.dtype),
            "low": packed(low, "<f4"),
            "high": packed(high, "<f4"),
        },
    }


def _anomaly(anomaly: Anomaly, outcome: Outcome, start: int) -> Json:
    plan = outcome.plan
    return {
        "t": (anomaly.start - start) // plan.interval,
        "when": plan.format_start(anomaly.start),
        "grade": round(anomaly.grade, 4),
        "confidence": round(anomaly.confidence, 4),
        "score": round(anomaly.score, 4),
        # Per feature to blame: its position, its value, the one expected, its share.
        "why": [
            (s.feature, digits(s.actual), digits(s.expected), round(s.share, 3))
            for s in anomaly.shares
            if s.share > 0
        ],
    }


def _overview(
    outcome: Outcome, places: dict[int, int], span: tuple[int, int], columns: int
) -> Json:
    """The highest grade per entity shown and stretch of time, as percentages."""
    start, end = span
    steps = (end - start) // outcome.plan.interval + 1
    width = max(1, math.ceil(steps / columns))
    grades = np.zeros((len(places), math.ceil(steps / width)), dtype=np.float64)
    found = outcome.results.grades_by_stretch(start, width * outcome.plan.interval, list(places))
    for entity, stretch, grade in found:
        grades[places[entity], stretch] = grade
    return {
        "width": width,
        "columns": grades.shape[1],
        "grades": packed(np.ceil(grades * 100), "u1"),
    }
