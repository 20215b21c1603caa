"""How well a job detects, beside a thresholded forest: `python benches/job_detection.py`.

Both see the same series, a kind at a time (`labelled_series.py`): three weeks to learn from, then
seven with an incident each. An incident is found if there is an alarm in it or in the two buckets
after it; it excuses alarms until a day after its end. All others are false, those within half a day
of each other one. Printed are false alarms per week and the share of incidents found.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from labelled_series import DAY, KINDS, MONDAY, WEEK, LabelledSeries, make_series
from numpy.typing import NDArray

import adcore
from adcore import Job

Scores = NDArray[np.float64]
Alarms = NDArray[np.bool_]

LATE = 2  # buckets
COLUMNS = ("record_score >= 75", ">= 50", "initial_record_score >= 50", "forest, grade > 0")


@dataclass
class Tally:
    incidents: int = 0
    found: int = 0
    false_alarms: int = 0
    weeks: float = 0

    def add(self, alarms: Alarms, series: LabelledSeries) -> None:
        others = alarms.copy()
        others[: series.learned] = False
        for incident in series.incidents:
            self.incidents += 1
            self.found += bool(alarms[incident.first : incident.last + 1 + LATE].any())
            others[incident.first : incident.last + 1 + DAY // series.kind.span] = False
        self.false_alarms += episodes(others, DAY // 2 // series.kind.span)
        self.weeks += (len(alarms) - series.learned) * series.kind.span / WEEK

    @property
    def recall(self) -> float:
        return self.found / self.incidents

    @property
    def false_alarms_per_week(self) -> float:
        return self.false_alarms / self.weeks


def episodes(alarms: Alarms, apart: int) -> int:
    """How many alarms there are; those within `apart` buckets of the one before do not count."""
    at = np.flatnonzero(alarms)
    return int(len(at) > 0) + int(np.count_nonzero(np.diff(at) > apart))


def job_scores(series: LabelledSeries) -> tuple[Scores, Scores]:
    """record_score when all is known, and as each bucket ended, by bucket; 0 without a record."""
    kind = series.kind
    seconds = f"{kind.span // 1000}s"
    if kind.function == "count":
        job = Job(detectors=["count"], bucket_span=seconds, summary_count_field_name="x")
    else:
        job = Job(detectors=[f"{kind.function}(x)"], bucket_span=seconds)
    job.process({"time": series.times, "x": series.rows})
    job.flush(advance_time=MONDAY + len(series.values) * kind.span)
    job.close()
    final, initial = np.zeros(len(series.values)), np.zeros(len(series.values))
    for record in job.records(size=None):
        bucket = (record["timestamp"] - MONDAY) // kind.span
        final[bucket] = record["record_score"]
        initial[bucket] = record["initial_record_score"]
    return final, initial


def alarms_of(series: LabelledSeries) -> Iterable[Alarms]:
    """One for each of COLUMNS."""
    final, initial = job_scores(series)
    grade = adcore.ThresholdedForest(1).process(series.values[:, None]).grade
    return final >= 75, final >= 50, initial >= 50, grade > 0


def measure(
    titles: Iterable[str], series: int, show: Callable[[str, list[Tally]], None]
) -> list[Tally]:
    """Tallies of all kinds together; `show` gets those of each kind."""
    wanted = set(titles)
    total = [Tally() for _ in COLUMNS]
    for number, kind in enumerate(KINDS):
        if kind.title not in wanted:
            continue
        tallies = [Tally() for _ in COLUMNS]
        for seed in range(series):
            each = make_series(kind, 1000 * number + seed)
            for column, alarms in enumerate(alarms_of(each)):
                tallies[column].add(alarms, each)
                total[column].add(alarms, each)
        show(kind.title, tallies)
    return total


def show_row(title: str, tallies: list[Tally]) -> None:
    cells = [f"{t.false_alarms_per_week:.2f}, {t.recall:.0%}" for t in tallies]
    print("| " + " | ".join([title, *cells]) + " |", flush=True)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--series", type=int, default=20, help="of each kind")
    parser.add_argument("--kind", action="append", choices=[kind.title for kind in KINDS])
    options = parser.parse_args(arguments)
    print("| false alarms per week, found | " + " | ".join(COLUMNS) + " |")
    print("|---" * (len(COLUMNS) + 1) + "|")
    titles = options.kind or [kind.title for kind in KINDS]
    show_row("all", measure(titles, options.series, show_row))
    return 0


if __name__ == "__main__":
    sys.exit(main())
