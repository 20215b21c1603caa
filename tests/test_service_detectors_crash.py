"""A job whose process ends between any two writes, with models that do not all fit in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import detection_api
import numpy as np
import pytest
from detection_api import START, Api
from detector_bodies import MINUTE
from ends_of_processes import EndOfProcessError, ending_after

from adcore.checkpoints import CheckpointBatch
from adcore.service.detectors import job_keeper
from adcore.service.detectors.model_checkpoints import ModelCheckpoints
from adcore.service.detectors.service import DetectionService
from adcore.service.detectors.settings import DetectionSettings
from adcore.store import Store

NOW = START + 60 * MINUTE
HOSTS, TICKS = 40, 20
BODY = {"category_field": ["ip"], "window_delay": {"period": {"interval": 0, "unit": "Minutes"}}}
# Ten or so of the forty models.
SMALL: dict[str, Any] = {"model_memory": 150_000, "min_samples": 9, "checkpoint_intervals": 4}


def feed(api: Api) -> None:
    for first in range(40, 60 + TICKS + 2, 10):
        detection_api.feed(api.store, first, first + 10, hosts=HOSTS, spike=(60 + 17, 7))


def started(api: Api) -> str:
    created = api.create(**BODY)
    api.ok("POST", f"detectors/{created}/_start")
    return created


def comparable(results: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted(
        (r["data_start_time"], r["entity"][0]["value"], r["anomaly_score"], r["anomaly_grade"],
         r["confidence"], r["threshold"], r["feature_data"][0]["data"])
        for r in results
    )  # fmt: skip


@pytest.fixture(scope="module")
def steady() -> list[tuple[Any, ...]]:
    """The results of a process that is never ended, with memory for all models."""
    with detection_api.opened(now=NOW, min_samples=9) as api:
        feed(api)
        started(api)
        api.tick(TICKS)
        return comparable(api.results())


@pytest.mark.parametrize("seed", range(2))
def test_a_process_that_ends_between_any_two_writes_goes_on_as_if_nothing_had_happened(
    tmp_path: Path,
    steady: list[tuple[Any, ...]],
    seed: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert len(steady) == TICKS * HOSTS
    assert sum(result[3] > 0 for result in steady) > 0
    monkeypatch.setattr(job_keeper, "_FEWEST", 3)
    random = np.random.default_rng(seed)
    with detection_api.opened(tmp_path, now=NOW, **SMALL) as api:
        feed(api)
        created = started(api)
        api.service.scheduler.run_due()
        api.tick(4)
    now, ends = NOW + 4 * MINUTE, 0
    while now < NOW + TICKS * MINUTE:
        with ending_after(int(random.integers(1, 60 + 20 * ends))):
            now, ended = went_on(tmp_path, now)
        ends += ended
    assert ends > 2
    with detection_api.opened(tmp_path, now=now, **SMALL) as api:
        api.service.scheduler.run_due()
        (run,) = api.service.scheduler.runs()
        assert 0 < run.view.models.active < HOSTS
        found = api.results({"term": {"detector_id": created}})
        assert comparable(found) == steady


def went_on(directory: Path, now: int) -> tuple[int, bool]:
    """Tick after tick until the end of the process, or of the test."""
    clock = detection_api.Clock(now)
    store = Store.open(directory, clock=clock)
    try:
        settings = DetectionSettings(**SMALL)
        service = DetectionService(store, clock, "node", settings)
        service.recover()
        while clock.now < NOW + TICKS * MINUTE:
            service.scheduler.run_due()
            clock.pass_minutes(1)
        service.scheduler.run_due()
    except EndOfProcessError:
        return clock.now, True
    finally:
        store.close()
    return clock.now, False


# -- the models, one by one


def batch(**models: bytes) -> CheckpointBatch:
    return CheckpointBatch.join([(int(name[1:]), blob) for name, blob in models.items()])


def read(models: ModelCheckpoints, *entities: int) -> dict[int, bytes]:
    return dict(models.read(np.array(entities, np.uint64)))


def test_what_a_firing_left_half_done_is_not_taken() -> None:
    with Store.open(None) as store:
        first = ModelCheckpoints(store.checkpoints, "m:", 0)
        first.begin(10)
        first.commit()
        first.write(batch(e1=b"one at 10", e2=b"two at 10"))
        first.begin(20)
        first.write(batch(e1=b"one at 20", e3=b"three at 20"))
        first.write(batch(e1=b"one at 20, again"))
        assert read(first, 1, 2, 3) == {
            1: b"one at 20, again", 2: b"two at 10", 3: b"three at 20",
        }  # fmt: skip
        # It ends before the results of 20 are written.
        second = ModelCheckpoints(store.checkpoints, "m:", 10)
        assert read(second, 1, 2, 3) == {1: b"one at 10", 2: b"two at 10"}
        # And so does the next one.
        second.begin(20)
        second.write(batch(e1=b"one at 20 by the second"))
        third = ModelCheckpoints(store.checkpoints, "m:", 10)
        assert read(third, 1, 3) == {1: b"one at 10"}
        third.begin(20)
        third.write(batch(e1=b"one at 20 by the third", e3=b"three at 20 by the third"))
        third.commit()
        third.begin(30)
        third.write(batch(e1=b"one at 30"))
        fourth = ModelCheckpoints(store.checkpoints, "m:", 20)
        assert read(fourth, 1, 2, 3) == {
            1: b"one at 20 by the third", 2: b"two at 10", 3: b"three at 20 by the third",
        }  # fmt: skip
