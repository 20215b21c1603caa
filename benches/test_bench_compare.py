"""The comparison itself: its arithmetic, and its protocol with adcore's own driver."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from compare import memory_models
from figures import (
    COMPACT_MEMORY_GOAL,
    Comparison,
    Speed,
    as_markdown,
    as_text,
    disagreements,
    ratio,
    speed_table,
)
from peer_install import Peer, find_peers
from peer_process import PeerFailed, PeerProcess, write_rows
from workloads import WORKLOADS, segments, warm_rows


def speed(*points_per_second: float, mean_score: float = 0.75) -> Speed:
    figures = Speed()
    for each in points_per_second:
        figures.add({"points": 100, "cpu": 100 / each, "score_sum": 100 * mean_score})
    return figures


def comparison(**peers: Speed) -> Comparison:
    return Comparison(repetitions=3, machine={}, speed={"W1": peers})


def test_a_ratio_is_the_median_within_repetitions() -> None:
    # The medians' ratio would be 50 / 10 = 5; the second repetition was slow for both.
    figures = {"adcore": speed(50, 10, 80), "krcf": speed(10, 5, 10)}
    assert ratio(figures, "adcore", "krcf") == pytest.approx(5.0)
    assert ratio(figures, "adcore", "java") is None


@pytest.mark.parametrize(("reached", "verdict"), [(501.0, "yes"), (499.0, "NO")])
def test_a_bar_is_met_or_not(reached: float, verdict: str) -> None:
    table = speed_table(comparison(adcore=speed(reached), krcf=speed(100.0)))
    assert table[1][-2:] == ["5x krcf", verdict]


def test_a_bar_without_its_reference_is_unknown() -> None:
    assert speed_table(comparison(adcore=speed(500.0)))[1][-1] == "unknown"


def test_another_mean_score_is_told() -> None:
    assert disagreements(comparison(adcore=speed(1), krcf=speed(1, mean_score=0.76))) == []
    told = disagreements(comparison(adcore=speed(1), krcf=speed(1, mean_score=0.9)))
    assert told == ["W1: mean score of adcore is 0.7500"]


def test_tables_have_a_line_per_peer() -> None:
    table = speed_table(comparison(adcore=speed(1), krcf=speed(1)))
    assert len(as_text(table).splitlines()) == 3
    assert as_markdown(table).splitlines()[1].startswith("|---|---|---:|")


def test_a_peer_that_cannot_be_had_is_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found, absent = find_peers(["rust"], tmp_path)
    assert (found, absent) == ([], {"rust": "cargo is not installed"})


def test_a_driver_that_dies_is_told(tmp_path: Path) -> None:
    command = (sys.executable, "-c", "raise SystemExit('no such forest')")
    peer = Peer("broken", command, frozenset({"forest"}))
    child = PeerProcess(peer, WORKLOADS["W1"], tmp_path / "none", "speed", core=0)
    with pytest.raises(PeerFailed, match="broken: no such forest"):
        child.read("ready")
    child.close()


@pytest.mark.parametrize("name", ["W1", "W4", "W5"])
@pytest.mark.parametrize("peer", ["adcore", "compact", "compact-equal"])
def test_our_driver_answers(tmp_path: Path, name: str, peer: str) -> None:
    work = replace(WORKLOADS[name], warm_rows=600, segment_rows=100)
    work = replace(work, models=min(work.models, 3))
    data = tmp_path / "rows.f32"
    write_rows(data, warm_rows(work), segments(work, 1))
    [found], _ = find_peers([peer], tmp_path)
    child = PeerProcess(found, work, data, "speed", core=0)
    assert child.read("ready")["version"].startswith("adcore ")
    answer = child.run()
    child.close()
    assert answer["points"] == work.points_per_segment
    assert 0.3 < answer["score_sum"] / answer["points"] < 2.0


def test_a_compact_model_takes_what_its_bar_allows(tmp_path: Path) -> None:
    """Over few models as over many: what a process loads for the first is not counted."""
    [compact], _ = find_peers(["compact"], tmp_path)
    for models in (20, 200):
        work = replace(WORKLOADS["W4"], models=models)
        data = tmp_path / "rows.f32"
        write_rows(data, warm_rows(work), segments(work, 1))
        child = PeerProcess(compact, work, data, "memory", core=0)
        answer = child.read("memory")
        child.close()
        assert answer["state_bytes"] < answer["bytes_per_model"] < COMPACT_MEMORY_GOAL


@pytest.mark.parametrize(("name", "models"), [("W1", 20), ("W4", 2_000)])
def test_small_models_are_measured_by_the_thousand(name: str, models: int, tmp_path: Path) -> None:
    [compact], _ = find_peers(["compact"], tmp_path)
    [resident], _ = find_peers(["adcore"], tmp_path)
    assert memory_models(WORKLOADS[name], compact) == models
    assert memory_models(WORKLOADS[name], resident) == 20
