"""A detector: what it watches, and the models that learn it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

from adcore.config import integer
from adcore.detector.cancel import CancelToken
from adcore.detector.config import DetectorConfig
from adcore.detector.config_checks import Limits
from adcore.detector.history import Piece, analyse, data_range
from adcore.detector.identity import new_id
from adcore.detector.init_progress import InitProgress
from adcore.detector.preview import check_period, preview
from adcore.detector.profile import entity_profile, profile
from adcore.detector.progress import showing
from adcore.detector.results import DetectorResults
from adcore.detector.scan import Source
from adcore.detector.settings import DEFAULT_MIN_SAMPLES, ModelSettings
from adcore.detector.snapshot import join_snapshot, split_snapshot
from adcore.detector.sources import opened
from adcore.detector.stream import DetectionStream
from adcore.detector.validate import find_issue
from adcore.detector.windows import Windows
from adcore.errors import SnapshotError
from adcore.times import epoch_milliseconds

__all__ = ["Detector"]

PIECE_SIZE = 1_000
_Self = TypeVar("_Self", bound="Detector")


class Detector:
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

    def __init__(
        self,
        config: DetectorConfig | None = None,
        *,
        detector_id: str | None = None,
        min_samples: int = DEFAULT_MIN_SAMPLES,
        number_of_trees: int = 50,
        compact: bool | None = None,
        seed: int = 42,
        threads: int = 1,
        limits: Limits | None = None,
        **options: Any,
    ) -> None:
        if config is None:
            config = DetectorConfig.from_keywords(limits=limits, **options)
        elif options:
            config = config.changed(limits=limits, **options)
        self.config = config
        self.id = detector_id if detector_id is not None else new_id()
        self.settings = ModelSettings(min_samples, number_of_trees, compact, seed, threads)
        self._stream: DetectionStream | None = None
        self._lock = threading.RLock()

    @classmethod
    def from_json(cls: type[_Self], body: Mapping[str, Any], **settings: Any) -> _Self:
        """A detector from the API's JSON; see :meth:`DetectorConfig.from_json`.

        Parameters
        ----------
        body : mapping
        **settings
            ``detector_id``, ``min_samples``, ``seed`` and so on, as for the class.
        """
        limits = settings.pop("limits", None)
        return cls(DetectorConfig.from_json(body, limits=limits), **settings)

    def to_json(self) -> dict[str, Any]:
        """The configuration as the API writes it."""
        return self.config.to_json()

    # -- history

    def run(
        self,
        data: Any,
        start: Any = None,
        end: Any = None,
        *,
        progress: bool | Callable[[Piece], None] = False,
        cancel: CancelToken | None = None,
        started_at: Any = None,
    ) -> DetectorResults:
        """Analyse what was: with new models, whatever the detector has learnt in real time.

        Parameters
        ----------
        data : table, path or Source
            A DataFrame, an Arrow table or stream, a list of dicts, a dict of columns; the path of a
            CSV, NDJSON or Parquet file; or an index of the store. Rows may be in any order.
        start, end : time, optional
            By default from the first row to the interval of the last. An interval that ends after
            ``end`` is left out.
        progress : bool or callable
            True shows a bar on a terminal; a callable is given each :class:`Piece` when it is done.
        cancel : CancelToken, optional
            Ends the run from elsewhere: what was found until then is returned, with
            ``is_complete`` False. Ctrl-C raises KeyboardInterrupt and changes nothing.
        started_at : time, optional
            Intervals lie as those of a job that was started then; by default on the grid of 1970.

        Raises
        ------
        DataError
            If there is no data, or a value that is no number.
        """
        pieces = self.run_pieces(data, start, end, cancel=cancel, started_at=started_at)
        found = []
        with showing(progress, self.config.name) as show:
            for piece in pieces:
                found.append(piece)
                show(piece)
        results = DetectorResults.concat([piece.results for piece in found])
        return replace(results, is_complete=found[-1].task_progress == 1)

    def run_pieces(
        self,
        data: Any,
        start: Any = None,
        end: Any = None,
        *,
        piece_size: int = PIECE_SIZE,
        cancel: CancelToken | None = None,
        started_at: Any = None,
    ) -> Iterator[Piece]:
        """As :meth:`run`, but one piece of ``piece_size`` intervals at a time.

        Results are the same for any size of the pieces.
        """
        size = integer("piece_size", piece_size, 1, 10_000_000)
        begin, stop = _time(start, "start"), _time(end, "end")
        windows = self._windows(started_at)
        config = replace(self.config, frequency=None)
        stream = DetectionStream(config, self.settings, windows, self.id, window_delay=0)
        with opened(data) as source:
            first, last = data_range(source, self.config.time_field, windows, begin, stop)
            yield from analyse(stream, source, first, last, piece_size=size, cancel=cancel)

    def preview(self, data: Any, start: Any, end: Any) -> DetectorResults:
        """What the detector would find in a period, for a look before it is started.

        At most five entities, those with most data; results from the first whole shingle on, at
        most 1 000 of each entity. Nothing of fewer than 400 intervals.

        Raises
        ------
        InvalidArgumentError
            If ``start`` is not before ``end``, or there is no feature.
        """
        first, last = check_period(_time(start, "start"), _time(end, "end"))
        with opened(data) as source:
            return preview(self.config, self.settings, source, first, last, self.id)

    def validate(self, data: Any, aspect: str = "detector", *, now: Any = None) -> dict[str, Any]:
        """What stands in the way of the detector, or of its models.

        Parameters
        ----------
        data : table, path or Source
        aspect : {"detector", "model"}
            Whether the data has what the configuration names; or also whether it is dense enough.
        now : time, optional
            By default the time of the last row.

        Returns
        -------
        dict
            Empty, or one issue as the API answers it, with a suggestion where there is one.

        Examples
        --------
        >>> detector = Detector(time_field="t", features=["mean(load)"], detection_interval="1m")
        >>> rows = {"t": [i * 300_000 for i in range(3_000)], "load": [1.0] * 3_000}
        >>> detector.validate(rows, "model")["model"]["detection_interval"]["suggested_value"]
        {'period': {'interval': 4, 'unit': 'Minutes'}}
        """
        with opened(data) as source:
            return find_issue(self.config, source, _time(now, "now"), aspect)

    # -- real time

    def start(self, history: Any = None, now: Any = None) -> DetectorResults:
        """Begin to watch: forget all models, and let them learn from history.

        Parameters
        ----------
        history : table, path or Source, optional
            Its last intervals before the present one are learnt; how many, ``history`` of the
            configuration says.
        now : time, optional
            When the job starts: intervals lie on it, and not on the grid of 1970. By default on the
            grid, right after the last row of ``history``.

        Returns
        -------
        DetectorResults
            Of the intervals that were learnt.
        """
        at = _time(now, "now")
        windows = self._windows(at)
        stream = DetectionStream(self.config, self.settings, windows, self.id)
        results = DetectorResults.empty(stream.context)
        if history is not None:
            with opened(history) as source:
                results = self._learn(stream, source, at)
        with self._lock:
            self._stream = stream
        return results

    def _learn(self, stream: DetectionStream, source: Source, now: int | None) -> DetectorResults:
        """Intervals that have ended by now go through the stream as if they were live."""
        delay = self.config.window_delay.milliseconds
        bounds = source.time_bounds(self.config.time_field)
        if bounds is None:
            return DetectorResults.empty(stream.context)
        interval, windows = self.config.interval, stream.windows
        end = windows.floor(bounds[1] + interval if now is None else now - delay)
        samples = self.settings.samples_needed(self.config)
        start = end - self.config.history_intervals(samples) * interval
        request = replace(stream.plan.request(self.config), start=start, end=end, now=now)
        for batch in source.scan(request):
            stream.add(batch)
        stream.advance(end + delay)
        return stream.take()

    def process(self, data: Any, *, now: Any = None) -> DetectorResults:
        """Take new rows, in the order of their arrival, and give the results of ended intervals.

        An interval ends ``window_delay`` after its last moment, by the largest time seen, or by
        ``now``; rows that come later are counted and otherwise ignored. The same rows give the
        same results however they are cut into calls, and as :meth:`run` gives.

        Parameters
        ----------
        data : table, path or Source
        now : time, optional
            Intervals may also end without new rows.

        Returns
        -------
        DetectorResults
            Of the intervals that ended since the last call.
        """
        moment = _time(now, "now")
        with self._lock, opened(data) as source:
            stream = self._started()
            request = replace(stream.plan.request(self.config), by_time=False, now=moment)
            for batch in source.scan(request):
                stream.add(batch)
            if moment is not None:
                stream.advance(moment)
            return stream.take()

    def advance(self, now: Any) -> DetectorResults:
        """No row before ``now - window_delay`` will come any more: results of intervals ended."""
        with self._lock:
            stream = self._started()
            stream.advance(int(epoch_milliseconds([now], name="now")[0]))
            return stream.take()

    def flush(self) -> DetectorResults:
        """Results also of the intervals that would still take rows."""
        with self._lock:
            return self._started().flush()

    def stop(self) -> None:
        """Stop watching, and forget the models."""
        with self._lock:
            self._stream = None

    def _started(self) -> DetectionStream:
        if self._stream is None:
            windows = Windows.historical(self.config.interval)
            self._stream = DetectionStream(self.config, self.settings, windows, self.id)
        return self._stream

    # -- what is known

    @property
    def init_progress(self) -> InitProgress:
        """How far the models are, and why they are not ready.

        Examples
        --------
        >>> detector = Detector(time_field="t", features=["mean(x)"], min_samples=40)
        >>> detector.init_progress.state, detector.init_progress.to_json()
        ('INIT', {'percentage': '0%', 'needed_shingles': 40})
        """
        with self._lock:
            if self._stream is not None:
                return self._stream.init_progress()
        required = self.settings.samples_needed(self.config)
        return InitProgress(0, required, self.config.interval, ("the detector is not started",))

    def profile(self, types: str | Sequence[str] | None = None) -> dict[str, Any]:
        """State, models and progress in real time.

        Parameters
        ----------
        types : str or sequence of str, optional
            ``state``, ``error`` (both by default), ``models``, ``shingle_size``,
            ``total_size_in_bytes``, ``init_progress``, ``total_entities``, ``active_entities``;
            ``"_all"`` for all. Names that are none of these are dropped.

        Raises
        ------
        InvalidArgumentError
            If nothing is left.
        """
        with self._lock:
            return profile(self._stream, self.id, types)

    def entity_profile(self, **entity: str) -> dict[str, Any]:
        """State, model and progress of one entity, given by the values of its category fields.

        Raises
        ------
        InvalidArgumentError
            In the words of the API: if there are no category fields, or others.
        """
        with self._lock:
            return entity_profile(self._started(), self.id, entity)

    def top_anomalies(
        self, results: DetectorResults, start: Any, end: Any, **options: Any
    ) -> list[dict[str, Any]]:
        """See :meth:`DetectorResults.top_anomalies`."""
        return results.top_anomalies(start, end, **options)

    def memory_bytes(self) -> int:
        """Bytes that the models hold."""
        return 0 if self._stream is None else self._stream.models.memory_bytes()

    # -- state

    def to_bytes(self) -> bytes:
        """All of it: configuration, settings, models, and intervals that still take rows."""
        facts: dict[str, Any] = {
            "id": self.id,
            "config": self.config.to_json(),
            "settings": self.settings.to_json(),
        }
        with self._lock:
            if self._stream is None:
                return join_snapshot(facts, [])
            facts["offset"] = self._stream.windows.offset
            facts["stream"], parts = self._stream.to_parts()
            return join_snapshot(facts, parts)

    @classmethod
    def from_bytes(cls: type[_Self], data: bytes) -> _Self:
        """A detector from :meth:`to_bytes`; it goes on as the one that was saved would have.

        Raises
        ------
        SnapshotError
            If the bytes are anything else, damaged, or from a newer release.
        """
        facts, parts = split_snapshot(bytes(data))
        try:
            config = DetectorConfig.from_json(
                facts["config"], limits=_NO_LIMITS, needs_indices=False
            )
            made = cls(config, detector_id=facts["id"], **facts["settings"])
            if "stream" in facts:
                windows = Windows(config.interval, facts["offset"])
                made._stream = DetectionStream(config, made.settings, windows, made.id)
                made._stream.restore(facts["stream"], parts)
        except (KeyError, TypeError, ValueError) as error:
            raise SnapshotError(f"the detector cannot be read: {error}") from error
        return made

    def save(self, path: str | PathLike[str]) -> None:
        """Write :meth:`to_bytes` to a file, whole or not at all."""
        target = Path(path)
        draft = target.with_name(f".{target.name}.{new_id()}.tmp")
        try:
            draft.write_bytes(self.to_bytes())
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)

    @classmethod
    def load(cls: type[_Self], path: str | PathLike[str]) -> _Self:
        """A detector from a file that :meth:`save` wrote."""
        return cls.from_bytes(Path(path).read_bytes())

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_bytes, (self.to_bytes(),)

    def __repr__(self) -> str:
        config = self.config
        of = f" by {', '.join(config.category_fields)}" if config.category_fields else ""
        features = ", ".join(config.feature_names)
        state = "not started" if self._stream is None else self.init_progress.state
        return f"Detector({config.name!r}: {features} per {config.detection_interval}{of}; {state})"

    def _windows(self, started_at: Any) -> Windows:
        at = _time(started_at, "started_at")
        if at is None:
            return Windows.historical(self.config.interval)
        return Windows.realtime(self.config.interval, self.config.window_delay.milliseconds, at)


_NO_LIMITS = Limits(max_anomaly_features=2**31, category_field_limit=2**31)


def _time(value: Any, name: str) -> int | None:
    """Epoch milliseconds of a time in whatever form."""
    return None if value is None else int(epoch_milliseconds([value], name=name)[0])
