"""The benchmark of a job's detection at a small scale: its series, its counting, its protocol."""

from __future__ import annotations

import job_detection
import labelled_series
import numpy as np
import pytest
from job_detection import Tally, episodes
from labelled_series import DAY, HOUR, KINDS, make_series

WEEK = 168  # buckets of the hourly kinds


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.title)
def test_series_are_seeded_and_move_where_they_are_said_to(kind: labelled_series.Kind) -> None:
    series = make_series(kind, 1)
    again = make_series(kind, 1)
    np.testing.assert_array_equal(series.rows, again.rows)
    assert not np.array_equal(series.rows, make_series(kind, 2).rows)
    assert len(series.values) == 10 * labelled_series.WEEK // kind.span
    assert len(series.incidents) == labelled_series.SCORED_WEEKS
    assert all(
        series.learned < one.first <= one.last < len(series.values) for one in series.incidents
    )
    first = series.incidents[0].first
    middle = labelled_series.MONDAY + first * kind.span + kind.span // 2
    moved = series.values[first] - kind.level(np.array([middle]))[0]
    assert moved > kind.size / 4


def test_what_is_found_and_what_is_false() -> None:
    series = make_series(KINDS[0], 1)
    alarms = np.zeros(len(series.values), bool)
    first, second = series.incidents[:2]
    alarms[first.last + 2] = True  # late, but not too late
    alarms[second.last + 3] = True  # too late, but excused
    alarms[second.last + 1 + DAY // HOUR] = True  # false
    alarms[5] = True  # while it learns
    tally = Tally()
    tally.add(alarms, series)
    assert (tally.found, tally.incidents, tally.false_alarms, tally.weeks) == (1, 7, 1, 7.0)


def test_alarms_that_are_near_are_one() -> None:
    alarms = np.zeros(100, bool)
    assert episodes(alarms, 12) == 0
    alarms[[3, 15, 28, 99]] = True
    assert episodes(alarms, 12) == 3


def test_both_find_what_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    tallies = job_detection.measure(["noise"], 2, job_detection.show_row)
    assert [tally.incidents for tally in tallies] == [14] * 4
    assert tallies[1].recall >= tallies[0].recall > 0.4
    assert tallies[3].recall > 0.4
    assert all(tally.false_alarms_per_week < 0.5 for tally in tallies)
    assert capsys.readouterr().out.startswith("| noise | ")
