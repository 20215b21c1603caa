"""Values that are all usual in an order that is not: ``shape_feature`` of jobs, from end to end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adcore import Job, JobConfig
from adcore.job.errors import JobError

HOUR = 3_600_000
STRANGE = 1_300
LENGTH = 24


def heap() -> dict[str, Any]:
    """It fills for six to fourteen hours and is emptied at once; for a day it is the other way."""
    random = np.random.default_rng(3)
    teeth = [np.arange(0.5, hours) / hours for hours in random.integers(6, 15, 150)]
    values = 100 + 40 * np.concatenate(teeth)[:1_400] + random.normal(0, 2, 1_400)
    values[STRANGE : STRANGE + LENGTH] = values[STRANGE : STRANGE + LENGTH][::-1]
    return {"time": np.arange(1_400) * HOUR, "heap": values}


def watching(**options: Any) -> Job:
    return Job(detectors="mean(heap)", bucket_span="1h", **options)


def strange(job: Job) -> list[dict[str, Any]]:
    """Records of the day, those of what scores 25 or more."""
    start, end = STRANGE * HOUR, (STRANGE + LENGTH) * HOUR
    return list(job.records(start=start, end=end, record_score=25))


def false_alarms(job: Job) -> int:
    """What an alert would have gone by, before the day."""
    before = job.records(end=STRANGE * HOUR, size=None)
    return sum(record["initial_record_score"] >= 25 for record in before)


def test_an_order_is_found_where_it_is_looked_at_and_told_in_records() -> None:
    with_it, without = watching(shape_feature=True), watching()
    with_it.process(heap())
    without.process(heap())
    assert strange(without) == []
    found = strange(with_it)
    assert found
    assert found[0]["record_score"] >= 50
    assert found[0]["anomaly_score_explanation"]["shape_impact"] >= 3
    sentences = with_it.explain(found[0])
    assert any("the order in which the values came" in sentence for sentence in sentences)
    assert false_alarms(with_it) <= false_alarms(without)
    assert "shape_impact" not in str(without.records(size=None))


def test_it_survives_files_snapshots_and_the_api(tmp_path: Path) -> None:
    rows = heap()
    first = {name: column[: STRANGE + 5] for name, column in rows.items()}
    rest = {name: column[STRANGE + 5 :] for name, column in rows.items()}
    whole = watching(shape_feature=True)
    whole.process(first)
    whole.save(tmp_path / "job.bin")
    kept = whole.snapshot(now=1_000)
    whole.process(rest)
    loaded = Job.load(tmp_path / "job.bin")
    loaded.process(rest)
    assert loaded.to_bytes() == whole.to_bytes()
    again = watching(shape_feature=True)
    again.revert(kept)
    again.process(rest)
    assert strange(again) == strange(whole)
    body = whole.to_api(exclude_generated=True)
    assert body["custom_settings"] == {"shape_feature": True}
    assert JobConfig.from_api("other", body | {"job_id": "other"}).shape_feature


def test_what_others_keep_in_custom_settings_stays() -> None:
    mine: dict[str, Any] = {"custom_urls": []}
    config = JobConfig.from_keywords(detectors="count", custom_settings=mine, shape_feature=True)
    assert config.custom_settings == {"custom_urls": [], "shape_feature": True}
    assert mine == {"custom_urls": []}
    assert not JobConfig.from_keywords(detectors="count", custom_settings=mine).shape_feature


def test_models_are_made_with_it_or_without() -> None:
    job = watching()
    job.update({"custom_settings": {"shape_feature": True}})
    job.process(heap())
    assert strange(job) == []


@pytest.mark.parametrize("value", ["true", 1, None, []])
def test_it_is_true_or_false(value: Any) -> None:
    with pytest.raises(JobError, match=r"custom_settings\.shape_feature = .* true or false"):
        watching(shape_feature=value)


def test_its_memory_counts() -> None:
    sizes = []
    for shape_feature in (False, True):
        job = watching(shape_feature=shape_feature)
        job.process({"time": [0], "heap": [1.0]})
        sizes.append(job.model_size_stats["model_bytes"])
    assert 4_000 < sizes[1] - sizes[0] < 5_000
