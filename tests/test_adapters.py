"""The adapters keep the manners of scikit-learn and River, and are imported only when used."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from strategies import wave

OUTSIDERS = ("sklearn", "river", "pandas", "polars", "pyarrow", "hypothesis")


def test_importing_adcore_imports_nothing_else() -> None:
    code = f"import sys, adcore; print([m for m in {OUTSIDERS} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


# -- scikit-learn --------------------------------------------------------------------------------


def sklearn_detector(**options: Any) -> Any:
    pytest.importorskip("sklearn")
    from adcore.sklearn import RandomCutForestDetector  # noqa: PLC0415 (needs scikit-learn)

    return RandomCutForestDetector(**options)


@pytest.mark.filterwarnings("default")
def test_scikit_learn_estimator_checks() -> None:
    detector = sklearn_detector(number_of_trees=20, random_state=0)
    checks = pytest.importorskip("sklearn.utils.estimator_checks")
    results = checks.check_estimator(detector, on_skip=None, on_fail=None)
    failed = {r["check_name"]: str(r["exception"]) for r in results if r["status"] == "failed"}
    assert failed == {}
    assert sum(r["status"] == "passed" for r in results) > 30


def test_outliers_score_low_and_are_predicted() -> None:
    rows = np.random.default_rng(0).normal(size=(500, 3))
    rows[123] = 20.0
    detector = sklearn_detector(random_state=0).fit(rows)
    assert detector.score_samples(rows).argmin() == 123
    assert detector.predict(rows)[123] == -1
    assert np.mean(detector.predict(rows) == -1) < 0.05
    np.testing.assert_array_equal(
        detector.decision_function(rows) < 0, detector.predict(rows) == -1
    )


def test_contamination_is_the_fraction_of_outliers() -> None:
    rows = np.random.default_rng(0).normal(size=(400, 2))
    found = sklearn_detector(random_state=0, contamination=0.1).fit_predict(rows)
    assert np.count_nonzero(found == -1) == 40


def test_learning_in_parts_is_learning_at_once() -> None:
    rows = np.random.default_rng(0).normal(size=(300, 2))
    at_once = sklearn_detector(random_state=0).fit(rows)
    in_parts = sklearn_detector(random_state=0).partial_fit(rows[:100]).partial_fit(rows[100:])
    np.testing.assert_array_equal(at_once.score_samples(rows), in_parts.score_samples(rows))


# -- River ---------------------------------------------------------------------------------------


def river_detector(**options: Any) -> Any:
    pytest.importorskip("river")
    from adcore.river import RandomCutForestDetector  # noqa: PLC0415 (needs River)

    return RandomCutForestDetector(**options)


RIVER_CHECKS = [
    "check_learn_one",
    "check_shuffle_features_no_impact",
    "check_predict_one_pure",
    "check_emerging_features",
    "check_disappearing_features",
    "check_radically_disappearing_features",
    "check_pickling",
    "check_clone_is_independent",
    "check_predict_one_before_any_learn",
    "check_no_state_aliasing_with_input",
    "check_repr",
    "check_clone_same_class",
    "check_clone_is_idempotent",
    "check_init_default_params_are_not_mutable",
    "check_clone_with_new_params_applies",
    "check_get_params_matches_signature",
    "check_doc",
]


@pytest.mark.parametrize("name", RIVER_CHECKS)
def test_river_estimator_checks(name: str) -> None:
    """River's own checks, on a stream of ours: River would fetch the one it means for them."""
    detector = river_detector(number_of_trees=5, sample_size=32)
    check = getattr(pytest.importorskip("river.checks.common"), name, None)
    if check is None:
        pytest.skip(f"this release of River has no {name}")
    stream = [({"a": float(a), "b": float(b)}, False) for a, b in wave(80, 2)]
    takes_stream = check.__code__.co_argcount == 2
    check(detector, stream) if takes_stream else check(detector)


def test_river_scores_are_those_of_the_forest() -> None:
    from adcore import RandomCutForest  # noqa: PLC0415 (beside the import under test)

    rows = wave(200, 2)
    detector = river_detector(shingle_size=4, seed=7)
    scores = []
    for a, b in rows:
        scores.append(detector.score_one({"a": a, "b": b}))
        detector.learn_one({"b": b, "a": a})
    forest = RandomCutForest(2, shingle_size=4, seed=7)
    np.testing.assert_array_equal(scores, forest.process(rows))


def test_river_features_may_come_and_go() -> None:
    detector = river_detector(number_of_trees=5, sample_size=16)
    for i in range(60):
        detector.learn_one({"a": i % 3, "b": i % 5})
    assert detector.score_one({"b": 2, "c": "never seen"}) > 0
    assert detector.score_one({}) == 0
    detector.learn_one({"c": 1})
