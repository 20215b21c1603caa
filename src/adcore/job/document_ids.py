"""The ids of result documents: the same bucket, written again, takes the place of what was."""

from __future__ import annotations

import mmh3

__all__ = ["bucket_id", "series_id"]


def bucket_id(job_id: str, timestamp: int, bucket_span: int) -> str:
    """The id of a bucket; times in ms, spans in seconds.

    >>> bucket_id("it-ops", 1454944200000, 600)
    'it-ops_bucket_1454944200000_600'
    """
    return f"{job_id}_bucket_{timestamp}_{bucket_span}"


def series_id(
    job_id: str,
    kind: str,
    timestamp: int,
    bucket_span: int,
    part: object,
    *values: str | None,
) -> str:
    """The id of what a bucket may have several of.

    Parameters
    ----------
    job_id : str
    kind : str
        ``record``, ``influencer``, ``model_plot`` and so on.
    timestamp, bucket_span : int
        In ms, in seconds.
    part : object
        The index of the detector, or the influencer's field.
    *values : str or None
        What tells them apart; they are hashed, for they may be long.

    Examples
    --------
    >>> series_id("it-ops", "influencer", 0, 600, "host", "web-1")
    'it-ops_influencer_0_600_host_271543023915125314201560110412183734693_5'
    """
    # Each value is closed by a mark, and a missing one has none: "a", "bc" is not "ab", "c".
    marked = "".join("\x1e" if value is None else f"{value}\x1f" for value in values)
    length = sum(len(value) for value in values if value is not None)
    hashed = mmh3.hash128(marked.encode("utf-8", "surrogatepass"), signed=False)
    return f"{job_id}_{kind}_{timestamp}_{bucket_span}_{part}_{hashed}_{length}"
