"""Types are behaviour: mypy strict checks that every call here has the type asserted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from adcore import (
    CompactForest,
    Detector,
    DetectorConfig,
    DetectorResults,
    Job,
    JobConfig,
    JobResults,
    RandomCutForest,
    ThresholdedForest,
    ThresholdedResult,
)
from adcore.job import JobForecast, ModelPlot, OverallPage, ResultPage
from adcore.results import Attribution, Density, Forecast, Imputation, Neighbors

if TYPE_CHECKING:
    from typing_extensions import assert_type

    Floats = npt.NDArray[np.float64]

    forest = RandomCutForest(2, shingle_size=4, time_decay=0.01, threads=2)
    assert_type(forest.process([[1, 2], [3, None]]), Floats)
    assert_type(forest.score(np.zeros((1, 2))), Floats)
    assert_type(forest.attribution([[1, 2]]), Attribution)
    assert_type(forest.attribution([[1, 2]]).total, Floats)
    assert_type(forest.density([[1, 2]]), Density)
    assert_type(forest.near_neighbors([1, 2], radius=1.5), Neighbors)
    assert_type(forest.impute([1, None]), Imputation)
    assert_type(forest.extrapolate(5), Forecast)
    assert_type(forest.is_ready, bool)
    assert_type(forest.total_updates, int)
    assert_type(forest.to_bytes(), bytes)
    assert_type(RandomCutForest.from_bytes(b""), RandomCutForest)
    assert_type(CompactForest.from_bytes(b""), CompactForest)
    assert_type(forest.memory_bytes(), int)

    detector = ThresholdedForest(1, transform="none", weights=[2.0])
    result = detector.process([1, 2, 3], timestamps=[0, 1, 2])
    assert_type(result, ThresholdedResult)
    assert_type(result.grade, Floats)
    assert_type(result.timestamp, npt.NDArray[np.int64])
    assert_type(result.relative_index, npt.NDArray[np.int32])
    assert_type(result.anomalies(), ThresholdedResult)
    assert_type(result[10:20], ThresholdedResult)
    assert_type(ThresholdedForest.preset("aws", 1), ThresholdedForest)

    watcher = Detector(name="cpu", time_field="ts", features={"load": "mean(cpu)"})
    found = watcher.run({"ts": [0], "cpu": [1.0]})
    assert_type(found, DetectorResults)
    assert_type(watcher.process([{"ts": 0, "cpu": 1.0}]), DetectorResults)
    assert_type(found.anomaly_grade, Floats)
    assert_type(found.anomalies(), DetectorResults)
    assert_type(watcher.config, DetectorConfig)
    assert_type(watcher.init_progress.is_ready, bool)
    assert_type(Detector.load("detector"), Detector)

    job = Job(detectors="mean(cpu)", bucket_span="5m")
    assert_type(job.process([{"time": 0, "cpu": 1.0}]), JobResults)
    assert_type(job.flush(calc_interim=True), JobResults)
    assert_type(job.records(record_score=75), ResultPage)
    assert_type(job.records()[0], dict[str, Any])
    assert_type(job.config, JobConfig)
    assert_type(job.forecast("1d"), JobForecast)
    assert_type(job.model_plot(start="2026-01-01"), ModelPlot)
    assert_type(job.overall_buckets(job), OverallPage)
    assert_type(job.take_changes().deleted, list[str])
    assert_type(Job.load("job"), Job)
    assert_type(JobConfig.from_keywords(detectors="count").bucket_span, int)

    # What has to be refused: an unused "ignore" is an error, so these lines are assertions too.
    RandomCutForest(2, 4)  # type: ignore[call-arg]
    RandomCutForest("2")  # type: ignore[arg-type]
    RandomCutForest(2, trees=50)  # type: ignore[call-arg]
    forest.extrapolate(1.5)  # type: ignore[arg-type]
    result.score = np.zeros(3)  # type: ignore[misc]
