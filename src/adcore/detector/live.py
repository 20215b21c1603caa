"""What a detector makes of data while it comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from adcore.detector.detector_base import DetectorBase, moment
from adcore.detector.models import NO_MODELS, ModelsState
from adcore.detector.profile import entity_profile, profile
from adcore.detector.results import DetectorResults
from adcore.detector.scan import Source
from adcore.detector.sources import opened
from adcore.detector.stream import DetectionStream
from adcore.detector.windows import Windows
from adcore.times import TimeUnit, epoch_moment

__all__ = ["Live"]


class Live(DetectorBase):
    """Real time: models that learn, results of intervals that end, and what is known of both."""

    def start(
        self,
        history: Any = None,
        now: Any = None,
        *,
        watermark_from_rows: bool = True,
        with_results: bool = True,
    ) -> DetectorResults:
        """Begin to watch: forget all models, and let them learn from history.

        Parameters
        ----------
        history : table, path or Source, optional
            Its last intervals before the present one are learnt; how many, ``history`` of the
            configuration says.
        now : time, optional
            When the job starts: intervals lie on it, and not on the grid of 1970. By default on the
            grid, right after the last row of ``history``.
        watermark_from_rows : bool
            False: only ``now`` of :meth:`process` and :meth:`advance` end intervals, so that a row
            from a wrong clock ends none before its time.
        with_results : bool
            False: what was found on the way is not kept.

        Returns
        -------
        DetectorResults
            Of the intervals that were learnt.
        """
        at, unit = moment(now, "now"), TimeUnit()
        windows = self._windows(at)
        stream = DetectionStream(
            self.config,
            self.settings,
            windows,
            self.id,
            watermark_from_rows=watermark_from_rows,
            room=self._room,
        )
        results = DetectorResults.empty(stream.context)
        if history is not None:
            with opened(history, unit) as source:
                parts = [results]
                for found in self._learn(stream, source, at):
                    parts += [found] if with_results else []
                results = DetectorResults.concat(parts)
        with self._lock:
            self._stream, self._time_unit = stream, unit
        return results

    def _learn(
        self, stream: DetectionStream, source: Source, now: int | None
    ) -> Iterator[DetectorResults]:
        """Intervals that have ended by now go through the stream as if they were live."""
        delay = self.config.window_delay.milliseconds
        bounds = source.time_bounds(self.config.time_field)
        if bounds is None:
            return
        interval, windows = self.config.interval, stream.windows
        end = windows.floor(bounds[1] + interval if now is None else now - delay)
        samples = self.settings.samples_needed(self.config)
        start = end - self.config.history_intervals(samples) * interval
        request = replace(stream.plan.request(self.config), start=start, end=end, now=now)
        for batch in source.scan(request):
            stream.add(batch)
            if len(batch):
                # Rows come in the order of time: none will be before the last.
                stream.advance(int(batch.timestamps[-1]) + delay)
                yield stream.take()
        stream.advance(end + delay)
        yield stream.take_all()

    def process(
        self, data: Any, *, start: Any = None, end: Any = None, now: Any = None
    ) -> DetectorResults:
        """Take new rows, in the order of their arrival, and give the results of ended intervals.

        An interval ends ``window_delay`` after its last moment, by the largest time seen, or by
        ``now``; rows that come later are counted and otherwise ignored. The same rows give the
        same results however they are cut into calls, and as :meth:`run` gives.

        Parameters
        ----------
        data : table, path or Source
        start, end : time, optional
            Take only the rows from ``start`` up to before ``end``: what is new in an index.
        now : time, optional
            Intervals may also end without new rows.

        Returns
        -------
        DetectorResults
            Of the intervals that ended since the last call.
        """
        first, last, at = moment(start, "start"), moment(end, "end"), moment(now, "now")
        with self._lock, opened(data, self._time_unit) as source:
            stream = self._started()
            request = replace(
                stream.plan.request(self.config), start=first, end=last, by_time=False, now=at
            )
            for batch in source.scan(request):
                stream.add(batch)
            if at is not None:
                stream.advance(at)
            return stream.take()

    def advance(self, now: Any) -> DetectorResults:
        """No row before ``now - window_delay`` will come any more: results of intervals ended."""
        with self._lock:
            stream = self._started()
            stream.advance(epoch_moment(now, "now"))
            return stream.take()

    def flush(self) -> DetectorResults:
        """Results also of the intervals that would still take rows."""
        with self._lock:
            return self._started().flush()

    @property
    def windows(self) -> Windows:
        """Where intervals begin: after :meth:`start` with ``now``, where that put them."""
        with self._lock:
            return Windows(self.config.interval) if self._stream is None else self._stream.windows

    @property
    def watermark(self) -> int | None:
        """The time up to which all rows have come, epoch milliseconds; None before the first."""
        with self._lock:
            return None if self._stream is None else self._stream.watermark

    def stop(self) -> None:
        """Stop watching, and forget the models."""
        with self._lock:
            self._stream, self._time_unit = None, TimeUnit()

    def _started(self) -> DetectionStream:
        if self._stream is None:
            windows = Windows.historical(self.config.interval)
            self._stream = DetectionStream(
                self.config, self.settings, windows, self.id, room=self._room
            )
        return self._stream

    def profile(
        self, types: str | Sequence[str] | None = None, *, error: str = ""
    ) -> dict[str, Any]:
        """State, models and progress in real time.

        Parameters
        ----------
        types : str or sequence of str, optional
            ``state``, ``error`` (both by default), ``models``, ``shingle_size``,
            ``total_size_in_bytes``, ``init_progress``, ``total_entities``, ``active_entities``;
            ``"_all"`` for all. Names that are none of these are dropped.
        error : str
            What went wrong with the last interval, for who runs the detector knows.

        Raises
        ------
        InvalidArgumentError
            If nothing is left.
        """
        with self._lock:
            return profile(self._stream, self.id, types, error=error)

    def entity_profile(self, **entity: str) -> dict[str, Any]:
        """State, model and progress of one entity, given by the values of its category fields.

        While rows are being processed it may be asked from another thread, and does not wait until
        all are: then its model may have learnt the last of them or not.

        Raises
        ------
        InvalidArgumentError
            In the words of the API: if there are no category fields, or others.
        """
        return entity_profile(self._stream, self.config.category_fields, self.id, entity)

    def some_models(self, most: int) -> list[tuple[tuple[str, ...], int, int | None]]:
        """Models in memory, at most so many.

        Returns
        -------
        list of tuple
            The values of the category fields, the bytes of the model, and the start of the last
            interval in which its entity had data.
        """
        with self._lock:
            stream = self._stream
            if stream is None:
                return []
            models, directory = stream.models, stream.directory
            return [
                (directory.keys[entity], models.model_bytes(entity), directory.last_seen(entity))
                for entity in models.entities(most)
            ]

    def last_seen(self, **entity: str) -> int | None:
        """Start of the last interval in which an entity had data, epoch milliseconds.

        As :meth:`entity_profile`, it does not wait for rows that are being processed.
        """
        stream = self._stream
        if stream is None:
            return None
        number = stream.entity_of(tuple(entity[name] for name in self.config.category_fields))
        return None if number is None else stream.directory.last_seen(number)

    @property
    def has_many_models(self) -> bool:
        """Whether its models may be kept in a checkpoint store, in memory as many as fit."""
        return self.settings.is_cached(self.config)

    @property
    def byte_budget(self) -> int | None:
        """Bytes that models in memory may take; None: no limit. May be set while running."""
        with self._lock:
            return None if self._stream is None else self._stream.models.byte_budget

    @byte_budget.setter
    def byte_budget(self, value: int) -> None:
        with self._lock:
            self._started().models.byte_budget = value

    @property
    def entity_count(self) -> int:
        """How many entities have come so far."""
        with self._lock:
            return 0 if self._stream is None else len(self._stream.directory)

    def models_state(self) -> ModelsState:
        """Counts and bytes of all models, of one moment."""
        with self._lock:
            return NO_MODELS if self._stream is None else self._stream.models.state()

    def save_models(self, most: int | None = None) -> int:
        """Write models that changed to their checkpoint store, in turn; returns how many.

        Parameters
        ----------
        most : int, optional
            At most so many.
        """
        with self._lock:
            return 0 if self._stream is None else self._stream.models.save(most)

    @property
    def model_count(self) -> int:
        """How many entities have a model in memory."""
        return self.models_state().active

    def memory_bytes(self) -> int:
        """Bytes that the models hold, with all their tables."""
        return self.models_state().bytes
