"""Models of many entities: within a budget, in a store, alone; results are always the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcore import Detector, DetectorResults, InvalidArgumentError, MemoryCheckpoints, _core
from adcore.detector.entity_directory import EntityDirectory, entity_id
from adcore.options import thresholded_config

MINUTE = 60_000
HOSTS, MINUTES = 30, 60


def rows(hosts: int = HOSTS, minutes: int = MINUTES) -> dict[str, Any]:
    """A row a minute and host; one has a spike, one comes late, one is silent now and then."""
    random = np.random.default_rng(3)
    minute = np.repeat(np.arange(minutes), hosts)
    host = np.tile(np.arange(hosts), minutes)
    cpu = 50 + 10 * np.sin(minute / 5 + host) + random.normal(size=len(minute))
    cpu[(minute == 50) & (host == 4)] = 400.0
    kept = ~((host == 7) & (minute < 20)) & ~((host == 9) & (minute % 7 == 0))
    return {
        "t": minute[kept] * MINUTE,
        "host": [f"h{h:02d}" for h in host[kept]],
        "cpu": cpu[kept],
    }


def make(**options: Any) -> Detector:
    settings: dict[str, Any] = {"min_samples": 16, "shingle_size": 4} | options
    return Detector(
        time_field="t", features={"load": "mean(cpu)"}, category_field=["host"],
        detection_interval="1m", **settings,
    )  # fmt: skip


def assert_equal(found: DetectorResults, expected: DetectorResults) -> None:
    for name, column in found.to_dict().items():
        np.testing.assert_array_equal(column, expected.to_dict()[name], name)


def live(detector: Detector, data: dict[str, Any], sizes: list[int]) -> DetectorResults:
    parts, first = [], 0
    for size in [*sizes, len(data["t"])]:
        part = {name: column[first : first + size] for name, column in data.items()}
        parts.append(detector.process(part))
        first += size
    return DetectorResults.concat([*parts, detector.flush()])


@pytest.fixture(scope="module")
def replayed() -> DetectorResults:
    results = make().run(rows())
    assert len(results.anomalies()) > 0
    assert (results.anomaly_score > 0).sum() > 1_000
    return results


@settings(max_examples=8, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 900), max_size=5),
    threads=st.integers(1, 3),
    budget=st.sampled_from([None, 90_000, 150_000]),
)
def test_results_depend_neither_on_memory_nor_batches_nor_threads(
    replayed: DetectorResults, sizes: list[int], threads: int, budget: int | None
) -> None:
    store = MemoryCheckpoints()
    room: dict[str, Any] = {} if budget is None else {"byte_budget": budget, "checkpoints": store}
    detector = make(threads=threads, **room)
    assert_equal(live(detector, rows(), sizes), replayed)
    state = detector.models_state()
    assert (budget is None) == (state.active == HOSTS)
    assert budget is None or (state.bytes <= budget and len(store) >= HOSTS - state.active)
    assert state.is_ready
    assert state.updates == MINUTES


def test_each_entity_has_the_results_of_a_compact_forest_of_its_own(
    replayed: DetectorResults,
) -> None:
    detector = make()
    options = detector.settings.model_options(detector.config)
    data = rows()
    own = np.array(data["host"]) == "h04"
    options |= {
        "compact": True,
        "number_of_trees": 8,
        "seed": derived_seed(42, entity_id(("h04",))),
    }
    forest = _core.ThresholdedForest(thresholded_config(options, "opensearch"))
    expected = forest.process(data["cpu"][own].reshape(-1, 1), data["t"][own])
    found = replayed.of_entity("h04")
    np.testing.assert_array_equal(found.anomaly_score, expected["score"])
    np.testing.assert_array_equal(found.anomaly_grade, expected["grade"])


def test_results_do_not_depend_on_the_order_in_which_entities_come(
    replayed: DetectorResults,
) -> None:
    data = rows()
    turned = {name: column[::-1] for name, column in data.items()}
    assert_equal(make().run(turned), replayed)


@pytest.mark.parametrize("budget", [None, 120_000])
def test_a_detector_that_was_kept_goes_on_as_if_nothing_had_happened(
    replayed: DetectorResults, budget: int | None
) -> None:
    store = MemoryCheckpoints()
    room: dict[str, Any] = {} if budget is None else {"byte_budget": budget, "checkpoints": store}
    data = rows()
    detector = make(**room)
    first = detector.process({name: column[:1_300] for name, column in data.items()})
    again = Detector.from_bytes(detector.to_bytes(), **room)
    assert again.init_progress == detector.init_progress
    assert again.config == detector.config
    if budget is None:
        names = ["state", "models", "init_progress", "total_entities", "active_entities"]
        assert again.profile(names) == detector.profile(names)
    rest = again.process({name: column[1_300:] for name, column in data.items()})
    assert_equal(DetectorResults.concat([first, rest, again.flush()]), replayed)


def test_a_state_from_before_learns_again_what_its_models_do_not_know(
    replayed: DetectorResults,
) -> None:
    """Models that were written since skip what they know; the others learn it."""
    store = MemoryCheckpoints()
    data = rows()
    detector = make(checkpoints=store)
    detector.process({name: column[:600] for name, column in data.items()})
    detector.save_models()
    state = detector.state_bytes()
    detector.process({name: column[600:1_200] for name, column in data.items()})
    assert detector.save_models(11) == 11
    again = Detector.from_bytes(state, checkpoints=store)
    again.process({name: column[600:1_200] for name, column in data.items()})
    rest = DetectorResults.concat(
        [again.process({name: column[1_200:] for name, column in data.items()}), again.flush()]
    )
    assert_equal(rest, replayed[replayed.data_start_time >= rest.data_start_time.min()])


def test_counters_come_from_the_cache_alone() -> None:
    store = MemoryCheckpoints()
    detector = make(byte_budget=120_000, checkpoints=store)
    detector.process(rows())
    profile = detector.profile("_all")
    assert profile["total_entities"] == detector.entity_count == HOSTS
    assert profile["active_entities"] == profile["model_count"] == len(profile["models"])
    assert 0 < profile["active_entities"] < HOSTS
    sizes = [model["model_size_in_bytes"] for model in profile["models"]]
    assert profile["total_size_in_bytes"] == sum(sizes) < detector.memory_bytes() <= 120_000
    names = [model["entity"][0]["value"] for model in profile["models"]]
    away = next(host for host in (f"h{i:02d}" for i in range(HOSTS)) if host not in names)
    assert detector.entity_profile(host=names[0])["is_active"]
    assert detector.entity_profile(host=away) == {"is_active": False}
    # The last interval is open still.
    assert detector.last_seen(host=away) == (MINUTES - 2) * MINUTE


def test_the_profile_of_an_entity_can_be_asked_while_models_learn() -> None:
    """With models leaving memory and entities coming for the first time, as they like."""
    detector = make(byte_budget=200_000, checkpoints=MemoryCheckpoints())
    data = rows(hosts=40)
    parts = [
        {name: column[first : first + 7] for name, column in data.items()}
        for first in range(0, len(data["t"]), 7)
    ]
    needed = [16]
    with ThreadPoolExecutor(1) as pool:
        learning = pool.submit(lambda: [detector.process(part) for part in parts])
        while not learning.done():
            profile = detector.entity_profile(host="h05")
            if profile["is_active"]:
                needed.append(profile["init_progress"].get("needed_shingles", 0))
            seen = detector.last_seen(host="h39")
            assert seen is None or seen % MINUTE == 0
        learning.result()
    assert needed == sorted(needed, reverse=True)
    alone = make()
    alone.process(data)
    own = [host for host in ("h05", "h39") if detector.entity_profile(host=host)["is_active"]]
    for host in own:
        progress = detector.entity_profile(host=host)["init_progress"]
        assert progress == alone.entity_profile(host=host)["init_progress"]


def test_a_budget_needs_a_store_and_room_for_a_model() -> None:
    with pytest.raises(InvalidArgumentError, match="checkpoints = None is not allowed"):
        make(byte_budget=2**30)
    with pytest.raises(InvalidArgumentError, match="byte_budget"):
        make(byte_budget=1_000, checkpoints=MemoryCheckpoints()).process(rows())


def test_fast_models_may_be_asked_for() -> None:
    detector = make(compact=False)
    detector.process(rows(hosts=3))
    profile = detector.profile("_all")
    assert profile["active_entities"] == 3
    assert min(model["model_size_in_bytes"] for model in profile["models"]) > 20_000


# -- the directory


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.lists(st.text(max_size=3), max_size=6), max_size=8),
)
def test_ranks_are_those_of_sorted_keys(arrivals: list[list[str]]) -> None:
    keys = list(dict.fromkeys((text,) for batch in arrivals for text in batch))
    directory = EntityDirectory(lambda entities: [keys[n] for n in entities.tolist()])
    met = 0
    for batch in arrivals:
        met = max([met, *(keys.index((text,)) + 1 for text in batch)])
        directory.meet(met)
        assert directory.keys == keys[:met]
        assert [keys[n] for n in np.argsort(directory.rank)] == sorted(keys[:met])
        assert directory.ids.tolist() == [entity_id(key) for key in keys[:met]]


def derived_seed(seed: int, part: int) -> int:
    """As the engine derives the seed of a model (adcore/base/random.hpp)."""
    mask = 2**64 - 1
    z = (seed + 0x9E3779B97F4A7C15 * (part + 1)) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return z ^ (z >> 31)
