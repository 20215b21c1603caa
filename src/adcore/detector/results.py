"""The results of a detector, and every form in which they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from adcore.arrow_export import arrow_stream
from adcore.detector.result_documents import documents, flat_documents
from adcore.detector.result_rows import ResultRows
from adcore.detector.result_table import format_results
from adcore.detector.top_anomalies import top_anomalies

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = ["DetectorResults"]


class DetectorResults(ResultRows):
    """What a detector found, by interval and then by entity.

    ``results[rows]`` with a slice, a mask or positions takes some of the rows; ``len(results)`` is
    their number. F is the number of features.

    Attributes
    ----------
    context : ResultContext
        Whose results they are: detector, features, category fields.
    data_start_time : int64 array of shape (n,)
        Start of the interval, epoch milliseconds.
    entity : uint32 array of shape (n,)
        The position in ``entities``.
    entities : list of tuple of str
        The values of the category fields.
    entity_ids : uint64 array of shape (len(entities),)
        What their models are known by; see :func:`adcore.detector.entity_directory.entity_id`.
    feature_data : float64 array of shape (n, F)
        The features, also where they were filled in; ``NaN`` where nothing is known.
    feature_imputed : bool array of shape (n, F)
        Where a feature was missing.
    anomaly_score : float64 array of shape (n,)
        >= 0; ``NaN`` where the interval had no data, 0 while the model starts.
    anomaly_grade : float64 array of shape (n,)
        0 is no anomaly; up to 1, which is certain.
    confidence : float64 array of shape (n,)
        0 while the model starts, then up to 1.
    threshold : float64 array of shape (n,)
        The score from which the interval would be an anomaly; ``NaN`` where there is none.
    relevant_attribution : float64 array of shape (n, F)
        The share of each feature in the anomaly; ``NaN`` where there is none.
    expected_values : float64 array of shape (n, F)
        ``NaN`` where nothing is expected.
    past_values : float64 array of shape (n, F)
        The features of the interval to blame; ``NaN`` where there is no anomaly.
    approx_anomaly_start_time : int64 array of shape (n,)
        Start of the interval to blame, which may lie before.
    is_complete : bool
        False after a run was cancelled.

    Examples
    --------
    >>> from adcore import Detector
    >>> results = Detector(time_field="t", features={"x": "sum(x)"}, detection_interval="1m").run(
    ...     {"t": [0, 30_000, 60_000], "x": [1, 2, 3]})
    >>> results.data_start_time.tolist(), results.feature_data.tolist()
    ([0, 60000], [[3.0], [3.0]])
    """

    __slots__ = ()

    def rows(self, **facts: Any) -> list[dict[str, Any]]:
        """The documents that the service writes, fields in its order.

        Parameters
        ----------
        task_id : str, optional
            Of a historical analysis: then every interval has a document. Without, as in real time,
            only those with a score above 0 or an error have.
        execution_start_time, execution_end_time : int, optional
            Epoch milliseconds.
        user : dict, optional
        schema_version : int
        """
        return documents(self, **facts)

    def flat_rows(self, **facts: Any) -> list[dict[str, Any]]:
        """As :meth:`rows`, but without lists: ``feature_data_<feature>``, ``entity_<field>``."""
        return flat_documents(self, **facts)

    def top_anomalies(
        self,
        start: Any,
        end: Any,
        *,
        size: int = 10,
        category_field: Sequence[str] | str | None = None,
        order: str = "severity",
    ) -> list[dict[str, Any]]:
        """Entities with the worst, or the most, anomalies.

        Parameters
        ----------
        start, end : time
            Both inclusive, compared with the end of an interval.
        size : int
            1 to 10 000.
        category_field : sequence of str, optional
            Some of the category fields; all by default.
        order : {"severity", "occurrence"}

        Returns
        -------
        list of dict
            ``key``, ``doc_count`` and ``max_anomaly_grade``.

        Raises
        ------
        InvalidArgumentError
            In the words of the API.
        """
        return top_anomalies(self, start, end, size, category_field, order)

    def to_dict(self) -> dict[str, npt.NDArray[Any]]:
        """One array per column, times as datetime64 in UTC; of several values one per feature."""
        columns: dict[str, npt.NDArray[Any]] = {
            "data_start_time": self.data_start_time.astype("datetime64[ms]"),
            "data_end_time": self.data_end_time.astype("datetime64[ms]"),
        }
        for i, name in enumerate(self.context.category_fields):
            texts = np.array([key[i] for key in self.entities], dtype=object)
            columns[f"entity_{name}"] = texts[self.entity] if len(texts) else texts
        columns |= self._per_feature("feature_data", "feature_imputed")
        for name in ("anomaly_score", "anomaly_grade", "confidence", "threshold"):
            columns[name] = getattr(self, name)
        columns["approx_anomaly_start_time"] = self.approx_anomaly_start_time.astype(
            "datetime64[ms]"
        )
        return columns | self._per_feature("relevant_attribution", "past_values", "expected_values")

    def _per_feature(self, *names: str) -> dict[str, npt.NDArray[Any]]:
        return {
            f"{name}_{feature}": np.ascontiguousarray(getattr(self, name)[:, i])
            for name in names
            for i, feature in enumerate(self.context.feature_names)
        }

    def to_pandas(self) -> pd.DataFrame:
        """The columns of :meth:`to_dict` as a pandas DataFrame."""
        import pandas as pd  # noqa: PLC0415 (only who asks for pandas needs it)

        frame: pd.DataFrame = pd.DataFrame(self.to_dict())
        return frame

    def to_polars(self) -> pl.DataFrame:
        """The columns of :meth:`to_dict` as a Polars DataFrame."""
        import polars as pl  # noqa: PLC0415 (only who asks for Polars needs it)

        texts = {f"entity_{name}": pl.String for name in self.context.category_fields}
        return pl.DataFrame(self.to_dict(), schema_overrides=texts)

    def to_arrow(self) -> pa.Table:
        """The columns of :meth:`to_dict` as a pyarrow Table."""
        import pyarrow as pa  # noqa: PLC0415 (only who asks for Arrow needs it)

        texts = {f"entity_{name}" for name in self.context.category_fields}
        columns = self.to_dict()
        return pa.table(
            {n: pa.array(c, pa.string()) if n in texts else c for n, c in columns.items()}
        )

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        """The columns of :meth:`to_dict` for whoever reads the Arrow C data interface."""
        return arrow_stream(self.to_dict(), requested_schema)

    def __repr__(self) -> str:
        return format_results(self)
