"""What a detector makes of data that is all there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from adcore.config import integer
from adcore.detector.cancel import CancelToken
from adcore.detector.detector_base import DetectorBase, moment
from adcore.detector.history import Piece, analyse, data_range
from adcore.detector.preview import check_period, preview
from adcore.detector.progress import showing
from adcore.detector.results import DetectorResults
from adcore.detector.sources import opened
from adcore.detector.stream import DetectionStream
from adcore.detector.validate import find_issue

__all__ = ["Replay"]

PIECE_SIZE = 1_000


class Replay(DetectorBase):
    """Analysis of what was, previews and validation; nothing here touches the live models."""

    def run(
        self,
        data: Any,
        start: Any = None,
        end: Any = None,
        *,
        progress: bool | Callable[[Piece], None] = False,
        cancel: CancelToken | None = None,
        started_at: Any = None,
        max_entities: int | None = None,
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
        max_entities : int, optional
            Only so many are analysed, those with most rows; the data is read twice then.

        Raises
        ------
        DataError
            If there is no data, or a value that is no number.
        """
        pieces = self.run_pieces(
            data, start, end, cancel=cancel, started_at=started_at, max_entities=max_entities
        )
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
        max_entities: int | None = None,
    ) -> Iterator[Piece]:
        """As :meth:`run`, but one piece of ``piece_size`` intervals at a time.

        Results are the same for any size of the pieces.
        """
        size = integer("piece_size", piece_size, 1, 10_000_000)
        if max_entities is not None:
            integer("max_entities", max_entities, 1, 2**31)
        begin, stop = moment(start, "start"), moment(end, "end")
        windows = self._windows(started_at)
        config = replace(self.config, frequency=None)
        stream = DetectionStream(config, self.settings, windows, self.id, window_delay=0)
        with opened(data) as source:
            first, last = data_range(source, self.config.time_field, windows, begin, stop)
            yield from analyse(
                stream,
                source,
                first,
                last,
                piece_size=size,
                cancel=cancel,
                max_entities=max_entities,
            )

    def preview(self, data: Any, start: Any, end: Any) -> DetectorResults:
        """What the detector would find in a period, for a look before it is started.

        At most five entities, those with most data; results from the first whole shingle on, at
        most 1 000 of each entity. Nothing of fewer than 400 intervals.

        Raises
        ------
        InvalidArgumentError
            If ``start`` is not before ``end``, or there is no feature.
        """
        first, last = check_period(moment(start, "start"), moment(end, "end"))
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
        >>> from adcore import Detector
        >>> detector = Detector(time_field="t", features=["mean(load)"], detection_interval="1m")
        >>> rows = {"t": [i * 300_000 for i in range(3_000)], "load": [1.0] * 3_000}
        >>> detector.validate(rows, "model")["model"]["detection_interval"]["suggested_value"]
        {'period': {'interval': 4, 'unit': 'Minutes'}}
        """
        with opened(data) as source:
            return find_issue(self.config, source, moment(now, "now"), aspect)
