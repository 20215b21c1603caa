"""The results of a job, and every form in which they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adcore.job.document_columns import as_arrow, as_pandas, as_polars, flat_columns
from adcore.job.model_plot import ModelPlot
from adcore.job.result_kind import BUCKETS, INFLUENCERS, RECORDS
from adcore.job.result_page import ResultPage
from adcore.job.result_query import ResultQuery
from adcore.job.result_rows import ResultRows
from adcore.job.result_text import MOST_SHOWN, format_results

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = ["JobResults"]


class JobResults(ResultRows):
    """What a job found: buckets, and in each of them records and influencers.

    Attributes
    ----------
    context : ResultContext
        Whose results they are.
    texts : list of str
        What the columns of texts are numbers of.
    tables : dict of dict of array
        Columns by table and name, as :data:`adcore.job.result_schema.SCHEMA` has them.
    """

    def records(self, **question: Any) -> ResultPage:
        """The records, by default the strongest hundred.

        Parameters
        ----------
        start, end : time, optional
            Of the bucket's start, the end not included: ISO dates, milliseconds, datetimes.
        record_score : float
            The least score.
        sort : str
            ``record_score`` by default.
        desc : bool
            True by default.
        exclude_interim : bool
        from_, size : int
            The page; ``size=None`` for all.

        Raises
        ------
        JobError
            As the API refuses them.
        """
        return ResultPage.ask(self, ResultQuery.of(RECORDS, **question))

    def buckets(self, **question: Any) -> ResultPage:
        """The buckets, by default the first hundred.

        Parameters
        ----------
        expand : bool
            Whether each has its records with it.
        anomaly_score : float
            The least score.
        timestamp : time, optional
            Only the bucket that starts then.
        start, end, sort, desc, exclude_interim, from_, size
            As :meth:`records`; sorted by ``timestamp``, the first first, by default.

        Raises
        ------
        JobError
            As the API refuses them; with status 404 if there is no bucket of that time.
        """
        return ResultPage.ask(self, ResultQuery.of(BUCKETS, **question))

    def influencers(self, **question: Any) -> ResultPage:
        """The influencers, by default the strongest hundred.

        Parameters
        ----------
        influencer_score : float
            The least score.
        start, end, sort, desc, exclude_interim, from_, size
            As :meth:`records`.
        """
        return ResultPage.ask(self, ResultQuery.of(INFLUENCERS, **question))

    def model_plot(self, start: Any = None, end: Any = None) -> ModelPlot:
        """What models held for likely, per bucket and series; empty unless it was asked for.

        Parameters
        ----------
        start, end : time, optional
            As of :meth:`records`.
        """
        return ModelPlot.ask(self, start, end)

    def to_dict(self, kind: str = "records") -> dict[str, Any]:
        """One array per column of a kind of results, times as datetime64 in UTC.

        Parameters
        ----------
        kind : {"records", "buckets", "influencers", "bucket_influencers", "causes", "model_plot"}

        Raises
        ------
        InvalidArgumentError
            If it is none of them.
        """
        return flat_columns(self, kind)

    def to_pandas(self, kind: str = "records") -> pd.DataFrame:
        """The columns of :meth:`to_dict` as a pandas DataFrame."""
        return as_pandas(self.to_dict(kind))

    def to_polars(self, kind: str = "records") -> pl.DataFrame:
        """The columns of :meth:`to_dict` as a Polars DataFrame."""
        return as_polars(self.to_dict(kind))

    def to_arrow(self, kind: str = "records") -> pa.Table:
        """The columns of :meth:`to_dict` as a pyarrow Table."""
        return as_arrow(self.to_dict(kind))

    def __repr__(self) -> str:
        return format_results(self, self.records(size=MOST_SHOWN))
