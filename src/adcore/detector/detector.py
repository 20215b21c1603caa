"""A detector: what it watches, and the models that learn it."""

from __future__ import annotations

from typing import Any

from adcore.detector.live import Live
from adcore.detector.replay import Replay
from adcore.detector.results import DetectorResults

__all__ = ["Detector"]


class Detector(Replay, Live):
    """Watches numbers per interval, and per entity where there are category fields.

    Rows are gathered into intervals; each interval's features are scored by the random cut forest
    of their entity, and graded.

    Parameters
    ----------
    config : DetectorConfig, optional
        Or its fields as keywords, which also change those of a configuration:
    name : str
        Letters, digits, ``.``, ``_`` and ``-``; at most 64 characters; "detector" by default.
    time_field : str
        The column of times.
    features : mapping of name to expression, or sequence of expressions
        ``"mean(cpu)"``, ``"p99(latency)"``, ``"count"``; or an aggregation of the API such as
        ``{"avg": {"field": "cpu"}}``. Or ``feature_attributes`` as the API has them.
    category_field : sequence of str
        At most two; each combination of their values is an entity.
    detection_interval, window_delay, frequency : str, timedelta or the API's period
        Such as ``"5m"``.
    filter_query, shingle_size, imputation_option, rules, recency_emphasis, history, description, \
indices, result_index, ...
        As :class:`DetectorConfig`.
    detector_id : str, optional
        20 characters; a new one by default.
    min_samples, number_of_trees, compact, seed, threads
        See :class:`ModelSettings`: intervals until the first score (128), the size of models, what
        random choices start from, and entities worked on at a time.
    byte_budget : int, optional
        With category fields: bytes that models may take in memory while the detector is fed live,
        with all their tables; all are in memory by default. Needs ``checkpoints``.
    checkpoints : CheckpointStore, optional
        Where models go that do not fit, and with :meth:`save_models`; results do not depend on it.
    limits : Limits, optional
        The most features (5) and category fields (2).

    Raises
    ------
    DetectorConfigError
        If the configuration is wrong; the message is what clients of the API know, and ``field``
        names the field.

    Examples
    --------
    >>> import numpy as np
    >>> from adcore import Detector
    >>> load = 50 + 10 * np.sin(np.arange(600) / 5)
    >>> load[500] = 200
    >>> detector = Detector(name="cpu", time_field="ts", features={"load": "mean(cpu)"},
    ...                     detection_interval="5m")
    >>> detector.run({"ts": np.arange(600) * 300_000, "cpu": load})
    DetectorResults: 1 anomaly in 600 intervals, 1970-01-01 00:00 to 1970-01-03 01:55 (128 while models start)
      time              grade  load  expected
      1970-01-02 17:40   1.00   200     45.01
    """  # noqa: E501 -- the output of an example is as long as it is

    def top_anomalies(
        self, results: DetectorResults, start: Any, end: Any, **options: Any
    ) -> list[dict[str, Any]]:
        """See :meth:`DetectorResults.top_anomalies`."""
        return results.top_anomalies(start, end, **options)
