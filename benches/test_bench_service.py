"""The benchmarks of the service at a small scale: they do what they are timed for."""

from __future__ import annotations

from pathlib import Path

import large_bodies
import pytest
import served_entities
import service_entities


def test_ticks_store_all_results_and_another_service_goes_on(tmp_path: Path) -> None:
    options = service_entities.parse([
        *("--entities", "60", "--intervals", "3", "--warm-rows", "40", "--output-after", "20"),
        *("--budget", "0.01", "--cycle", "2", "--directory", str(tmp_path / "run")),
    ])  # fmt: skip
    figures = service_entities.run(options)
    assert figures["results"] == figures["results_after_restart"] == 3 * 60
    profile = figures["profile"]
    assert (profile["state"], profile["active_entities"]) == ("RUNNING", 60)
    assert profile["total_entities"] == 60
    assert all(0 < tick["seconds"] < 60 for tick in figures["intervals"])
    stages = figures["median_stages"]
    assert stages["read, gather, score and learn"] > stages["of it: score and learn"] > 0
    assert figures["disk"]["checkpoints"] > 60 * 2_000


def test_a_service_is_fed_and_asked_by_its_clients(tmp_path: Path) -> None:
    options = served_entities.parse([
        *("--entities", "300", "--intervals", "2", "--warm-rows", "30", "--output-after", "20"),
        *("--model-memory", "0.02", "--bulk", "70", "--directory", str(tmp_path)),
    ])  # fmt: skip
    figures = served_entities.run(options)
    found = figures["agreement"]
    counts = ("active_entities", "total_entities", "model_count", "stats_model_count")
    assert [found[name] for name in counts] == [300] * 4
    assert (found["results"], found["failures"], found["state"]) == (600, 0, "RUNNING")
    assert len(figures["intervals"]) == 2
    for tick in figures["intervals"]:
        assert min(tick["fed"], tick["seconds"]) > 0
        assert {"profile of an entity", "top anomalies", "last anomalies"} <= set(tick["questions"])


@pytest.mark.parametrize("name", large_bodies.BODIES)
def test_large_bodies_are_taken(name: str) -> None:
    figures = large_bodies.measure(name, large_bodies.MEBIBYTE // 2)
    assert 500_000 < figures["bytes"] <= large_bodies.MEBIBYTE // 2
    assert figures["peak"] >= figures["before"] > 0
    assert figures["answer_bytes"] > 10
