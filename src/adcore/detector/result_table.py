"""Results for people: a sentence and the strongest anomalies."""

from __future__ import annotations

import math

import numpy as np

from adcore.detect.text import format_number, format_time
from adcore.detector.result_rows import ResultRows

__all__ = ["format_results"]

_MOST = 10


def format_results(results: ResultRows) -> str:
    """A sentence, and a table of at most ten anomalies, the strongest first."""
    anomalies = results.anomalies()
    lines = [_sentence(results, len(anomalies))]
    if len(anomalies) == 0:
        return lines[0]
    order = np.lexsort((anomalies.data_start_time, -anomalies.anomaly_grade))
    strongest = anomalies[order[:_MOST]]
    lines += _table(strongest)
    if len(anomalies) > _MOST:
        lines.append(f"... and {len(anomalies) - _MOST:,} more")
    return "\n".join(lines)


def _sentence(results: ResultRows, anomalies: int) -> str:
    sentence = f"DetectorResults: {_counted(anomalies, 'anomaly', 'anomalies')} in "
    sentence += _counted(len(results), "interval", "intervals")
    if results.context.category_fields:
        present = len(np.unique(results.entity))
        sentence += f" of {_counted(present, 'entity', 'entities')}"
    if len(results):
        interval = results.context.interval
        first, last = results.data_start_time.min(), results.data_start_time.max()
        sentence += f", {format_time(int(first), interval)} to {format_time(int(last), interval)}"
        starting = int(np.count_nonzero(results.anomaly_score == 0))
        sentence += f" ({starting:,} while models start)" if starting else ""
    return sentence + ("" if results.is_complete else "; cancelled before the end")


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _table(results: ResultRows) -> list[str]:
    context = results.context
    header = ["time", *context.category_fields, "grade"]
    for name in context.feature_names:
        header += [name, "expected"]
    rows = [header]
    for row in range(len(results)):
        began = int(results.approx_anomaly_start_time[row])
        cells = [format_time(began, context.interval)]
        cells += [*results.entities[results.entity[row]]] if context.category_fields else []
        cells.append(f"{results.anomaly_grade[row]:.2f}")
        pairs = zip(
            results.past_values[row].tolist(), results.expected_values[row].tolist(), strict=True
        )
        for value, expected in pairs:
            cells += [format_number(value), "" if math.isnan(expected) else format_number(expected)]
        rows.append(cells)
    widths = [max(len(row[i]) for row in rows) for i in range(len(header))]
    left = 1 + len(context.category_fields)
    return [
        "  "
        + "  ".join(
            cell.ljust(width) if i < left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
