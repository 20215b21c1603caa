"""The ticks of the service benchmark at a small scale: they do what they are timed for."""

from __future__ import annotations

from pathlib import Path

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
