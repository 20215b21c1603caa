from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adcore.detector import Windows

MINUTE = 60_000


def test_history_lies_on_the_grid_of_the_epoch() -> None:
    windows = Windows.historical(300_000)
    assert windows.floor(1_631_721_000_001) == 1_631_721_000_000
    assert windows.ceil(1_631_721_000_001) == 1_631_721_300_000
    assert windows.ceil(1_631_721_000_000) == 1_631_721_000_000


def test_real_time_lies_on_the_start_of_the_job() -> None:
    # A job of 5 minutes with a delay of 1, executed at ...475001, 12 ms after its tick.
    windows = Windows.realtime(300_000, 60_000, 1_633_388_474_989 - 40 * 300_000)
    assert windows.last_before(1_633_388_475_001 - 60_000) == (1_633_388_114_989, 1_633_388_414_989)


def test_a_preview_lies_on_its_first_minute() -> None:
    windows = Windows.preview(MINUTE, 1_633_048_868_000)
    assert windows.floor(1_633_048_868_000) + 7 * MINUTE == 1_633_049_280_000


@given(st.integers(1, 10**9), st.integers(-(10**13), 10**13), st.integers(-(10**13), 10**13))
def test_a_time_lies_in_the_interval_that_holds_it(interval: int, offset: int, moment: int) -> None:
    windows = Windows(interval, offset % interval)
    start = windows.floor(moment)
    assert start <= moment < start + interval
    assert (start - offset) % interval == 0
    assert windows.ceil(moment) == (start if start == moment else start + interval)
