"""Results for people: a sentence and the strongest records."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from adcore.detect.text import format_number, format_time
from adcore.job.result_page import ResultPage
from adcore.job.result_rows import ResultRows

__all__ = ["MOST_SHOWN", "format_results", "record_cells", "series_name"]

# Records of a table.
MOST_SHOWN = 10
_HEADER = ("time", "score", "what", "where", "actual", "typical")


def format_results(results: ResultRows, strongest: ResultPage) -> str:
    """A sentence, and a table of at most ten records, the strongest first."""
    lines = [_sentence(results, strongest.count)]
    if strongest.count:
        lines += _aligned([_HEADER, *(record_cells(record) for record in strongest)])
    if strongest.count > MOST_SHOWN:
        lines.append(f"... and {strongest.count - MOST_SHOWN:,} more")
    return "\n".join(lines)


def record_cells(record: Mapping[str, Any]) -> tuple[str, ...]:
    """What a line of a table says of a record."""
    causes = record.get("causes", ())
    measured = causes[0] if causes else record
    what = record["function"]
    if "field_name" in record:
        what += f"({record['field_name']})"
    return (
        format_time(record["timestamp"], record["bucket_span"] * 1_000),
        f"{record['record_score']:.0f}",
        what,
        series_name(record),
        _numbers(measured.get("actual")),
        _numbers(measured.get("typical")),
    )


def series_name(record: Mapping[str, Any]) -> str:
    """The values that tell the series of a record apart, such as ``airline=AAL``."""
    parts = [
        f"{record[f'{part}_field_name']}={record[f'{part}_field_value']}"
        for part in ("partition", "over", "by")
        if f"{part}_field_value" in record
    ]
    return " ".join(parts)


def _numbers(values: list[float] | None) -> str:
    return ", ".join(format_number(value) for value in values or () if not math.isnan(value))


def _sentence(results: ResultRows, records: int) -> str:
    sentence = f"JobResults: {_counted(records, 'record')} in {_counted(len(results), 'bucket')}"
    if not len(results):
        return sentence
    times, span = results.tables["buckets"]["timestamp"], results.context.bucket_span * 1_000
    first, last = format_time(int(times.min()), span), format_time(int(times.max()), span)
    return f"{sentence}, {first} to {last}"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEADER))]
    numbers = (1, 4, 5)
    return [
        "  "
        + "  ".join(
            cell.rjust(width) if i in numbers else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
