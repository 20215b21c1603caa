"""What the page of a job shows, as compact JSON."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from adcore import _core
from adcore.arrow import FloatArray
from adcore.detect.text import format_time
from adcore.report.packing import digits, packed

__all__ = ["JobLimits", "JobView", "job_payload"]

Json: TypeAlias = dict[str, Any]
Document: TypeAlias = Mapping[str, Any]
SeriesKey: TypeAlias = tuple[int, str | None, str | None, str | None]

_KEYS = ("partition", "by", "over")
_EXPLAINED = (
    "single_bucket_impact", "multi_bucket_impact", "shape_impact", "anomaly_characteristics_impact",
)  # fmt: skip
_PENALTIES = {
    "high_variance_penalty": "the series varies much at this time",
    "incomplete_bucket_penalty": "fewer samples than usual",
    "multimodal_distribution": "the series has several usual levels",
    "by_field_first_occurrence": "never seen before",
}


@dataclass(frozen=True, slots=True)
class JobView:
    """What a page needs to know of a job; results are documents as the API gives them.

    Attributes
    ----------
    title, description : str
    bucket_span : int
        Milliseconds.
    detectors : sequence of str
        Their descriptions, by detector_index.
    influencers : sequence of str
        The configured fields.
    buckets, records, influencer_results, model_plot, forecasts : sequences of documents
    is_partial : bool
        Whether the run was interrupted.
    """

    title: str
    description: str
    bucket_span: int
    detectors: Sequence[str]
    influencers: Sequence[str]
    buckets: Sequence[Document]
    records: Sequence[Document]
    influencer_results: Sequence[Document] = ()
    model_plot: Sequence[Document] = ()
    forecasts: Sequence[Document] = ()
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class JobLimits:
    """What keeps a page small.

    Attributes
    ----------
    records : int
        The strongest are listed.
    values : int
        Influencer values per field, those with the highest scores.
    cells : int
        Stretches of time in a swim lane.
    series : int
        Those with the strongest records are drawn.
    """

    records: int = 1_000
    values: int = 50
    cells: int = 160
    series: int = 60


def job_payload(view: JobView, limits: JobLimits | None = None) -> Json:
    """All that the page's script needs; times are epoch milliseconds, arrays base64."""
    limits = limits or JobLimits()
    times = [bucket["timestamp"] for bucket in view.buckets]
    start, end = (min(times), max(times) + view.bucket_span) if times else (0, 0)
    clock = _Cells.of(start, end, view.bucket_span, limits.cells)
    records = sorted(view.records, key=lambda record: -record["record_score"])[: limits.records]
    series = _series(view, records, limits.series)
    positions = {key: position for position, key in enumerate(series)}
    ahead = _by_series(view.forecasts)
    return {
        "version": _core.__version__,
        "title": view.title,
        "description": view.description,
        "detectors": list(view.detectors),
        "span": view.bucket_span,
        "start": start,
        "cells": {"count": clock.count, "width": clock.width},
        "facts": _facts(view, start, end),
        "isPartial": view.is_partial,
        "overall": clock.lane((b["timestamp"], b["anomaly_score"]) for b in view.buckets),
        "lanes": _lanes(view, clock, limits.values),
        "totalRecords": len(view.records),
        "records": [_record(record, positions) for record in records],
        "series": [_drawn(key, found, ahead.get(key, ())) for key, found in series.items()],
    }


@dataclass(frozen=True, slots=True)
class _Cells:
    """Equal stretches of time, whole buckets each."""

    start: int
    width: int
    count: int

    @classmethod
    def of(cls, start: int, end: int, span: int, most: int) -> _Cells:
        width = span * max(1, math.ceil((end - start) / span / most))
        return cls(start, width, math.ceil((end - start) / width))

    def highest(self, scores: Iterable[tuple[int, float]]) -> FloatArray:
        cells = np.zeros(self.count)
        for time, score in scores:
            cell = (time - self.start) // self.width
            if 0 <= cell < self.count:
                cells[cell] = max(cells[cell], score)
        return cells

    def lane(self, scores: Iterable[tuple[int, float]]) -> str:
        return packed(np.ceil(self.highest(scores)), "u1")


def _facts(view: JobView, start: int, end: int) -> list[tuple[str, str]]:
    first, last = (format_time(t, view.bucket_span)[:10] for t in (start, end - 1))
    days = first if first == last else f"{first} \N{EN DASH} {last}"
    critical = sum(record["record_score"] >= 75 for record in view.records)
    return [
        *([(days, "UTC")] if view.buckets else []),
        (f"{sum(bucket['event_count'] for bucket in view.buckets):,}", "events"),
        (f"{len(view.buckets):,}", "buckets"),
        (f"{len(view.records):,}", "anomaly records"),
        (f"{critical:,}", "of them critical"),
    ]


def _lanes(view: JobView, clock: _Cells, values: int) -> dict[str, list[Json]]:
    """Per influencer field its values, and the detectors, highest score first."""
    found: dict[str, dict[str, list[tuple[int, float]]]] = {f: {} for f in view.influencers}
    for result in view.influencer_results:
        lane = found.setdefault(result["influencer_field_name"], {})
        score = (result["timestamp"], result["influencer_score"])
        lane.setdefault(str(result["influencer_field_value"]), []).append(score)
    detectors = found.setdefault("detector", {})
    for record in view.records:
        name = view.detectors[record["detector_index"]]
        detectors.setdefault(name, []).append((record["timestamp"], record["record_score"]))
    return {field: _strongest_lanes(lanes, clock, values) for field, lanes in found.items()}


def _strongest_lanes(
    lanes: Mapping[str, list[tuple[int, float]]], clock: _Cells, values: int
) -> list[Json]:
    def strength(name: str) -> tuple[float, float]:
        scores = [score for _, score in lanes[name]]
        return max(scores), sum(scores)

    strongest = sorted(lanes, key=strength, reverse=True)[:values]
    return [{"value": name, "cells": clock.lane(lanes[name])} for name in strongest]


def _key(result: Document) -> SeriesKey:
    partition, by, over = (result.get(f"{kind}_field_value") for kind in _KEYS)
    return result["detector_index"], partition, by, over


def _record(record: Document, positions: Mapping[SeriesKey, int]) -> Json:
    explanation = record.get("anomaly_score_explanation", {})
    return {
        "t": record["timestamp"],
        "detector": record["detector_index"],
        "score": round(record["record_score"], 2),
        "initial": round(record["initial_record_score"], 2),
        "probability": f"{record['probability']:.3g}",
        "function": record["function"],
        "field": record.get("field_name"),
        "keys": _keys(record),
        "influencers": [
            [influencer["influencer_field_name"], list(influencer["influencer_field_values"])]
            for influencer in record.get("influencers", ())
        ],
        "actual": _numbers(_deep(record, "actual")),
        "typical": _numbers(_deep(record, "typical")),
        "impact": record.get("multi_bucket_impact", -5),
        "isInterim": record["is_interim"],
        "impacts": [explanation.get(name, 0) for name in _EXPLAINED],
        "remarks": [text for name, text in _PENALTIES.items() if explanation.get(name)],
        "causes": [_cause(cause) for cause in record.get("causes", ())],
        "series": positions.get(_key(record)),
    }


def _keys(result: Document) -> list[tuple[str, str]]:
    return [
        (result[f"{kind}_field_name"], str(result[f"{kind}_field_value"]))
        for kind in _KEYS
        if result.get(f"{kind}_field_value") is not None
    ]


def _deep(record: Document, name: str) -> Sequence[float]:
    """A population's record has its values in its causes."""
    causes = record.get("causes") or [{}]
    values: Sequence[float] = record.get(name) or causes[0].get(name) or ()
    return values


def _numbers(values: Sequence[float]) -> list[float | None]:
    return [digits(value) for value in values]


def _cause(cause: Document) -> Json:
    return {
        "keys": _keys(cause),
        "probability": f"{cause['probability']:.3g}",
        "actual": _numbers(cause.get("actual", ())),
        "typical": _numbers(cause.get("typical", ())),
    }


def _series(
    view: JobView, records: Sequence[Document], most: int
) -> dict[SeriesKey, list[Document]]:
    """Points of those series that are drawn, the one with the strongest record first."""
    plotted = _by_series(view.model_plot)
    with_records = [key for key in dict.fromkeys(map(_key, records)) if key in plotted]
    order = dict.fromkeys([*with_records, *plotted])
    return {key: plotted[key] for key in list(order)[:most]}


def _by_series(results: Sequence[Document]) -> dict[SeriesKey, list[Document]]:
    found: dict[SeriesKey, list[Document]] = defaultdict(list)
    for result in results:
        found[_key(result)].append(result)
    return found


def _drawn(key: SeriesKey, points: Sequence[Document], ahead: Sequence[Document]) -> Json:
    feature = points[0].get("model_feature")
    points = sorted((p for p in points if p.get("model_feature") == feature), key=_time)
    forecast = sorted(ahead, key=_time)
    return {
        "detector": key[0],
        "keys": _keys(points[0]),
        "t": packed(np.array([p["timestamp"] for p in points]), "<f8"),
        "actual": _column(points, "actual"),
        "lower": _column(points, "model_lower"),
        "median": _column(points, "model_median"),
        "upper": _column(points, "model_upper"),
        "forecast": {
            "t": packed(np.array([f["timestamp"] for f in forecast]), "<f8"),
            "lower": _column(forecast, "forecast_lower"),
            "value": _column(forecast, "forecast_prediction"),
            "upper": _column(forecast, "forecast_upper"),
        },
    }


def _time(result: Document) -> int:
    time: int = result["timestamp"]
    return time


def _column(points: list[Document], name: str) -> str:
    values: npt.NDArray[Any] = np.array([p.get(name, math.nan) for p in points], dtype=np.float64)
    return packed(values, "<f4")
