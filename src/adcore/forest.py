"""Random cut forests: streams in, anomaly scores out."""

from __future__ import annotations

from adcore.base_forest import BaseForest

__all__ = ["CompactForest", "RandomCutForest"]


class RandomCutForest(BaseForest):
    """A random cut forest with its trees in memory: fast.

    Each tree keeps a random sample of the stream, in which old points lose weight, and cuts it at
    random, dimension by dimension in proportion to its extent. A point that is soon cut off from
    the others is anomalous. After Guha et al., "Robust random cut forest based anomaly detection
    on streams" (ICML 2016); scores are those of the AWS random cut forest.

    Parameters
    ----------
    input_dimensions : int
        Values in one row, 1 to 65 535.
    shingle_size : int
        Consecutive rows that make one point: with more than 1, the forest sees the course of the
        values and not only their size.
    number_of_trees : int
        More trees, steadier scores and more time.
    sample_size : int
        Points that each tree keeps, 1 to 32 768.
    time_decay : float, optional
        Rate at which old points lose weight, per row; by default ``1 / (10 * sample_size)``.
    output_after : int, optional
        Points before the first score other than 0; by default ``sample_size // 4``.
    initial_accept_fraction : float
        A tree takes every point until this fraction of its sample is filled, then ever fewer; more
        than 0, at most 1.
    bounding_box_cache_fraction : float
        Fraction of the bounding boxes kept in memory, 0 to 1. Trades memory for time, never
        changes a score.
    internal_shingling : bool
        True: rows have ``input_dimensions`` values and the forest makes the points of them.
        False: rows are whole points of ``input_dimensions * shingle_size`` values.
    internal_rotation : bool
        Whether row k stands at place k mod ``shingle_size`` of the point, so that nothing moves.
    threads : int
        Threads that one call may use; results are the same for any number.
    seed : int
        What all randomness follows from: same seed and rows, same scores and snapshots.

    Notes
    -----
    A forest may be used from several threads at once: questions run side by side, and rows are
    learnt one call at a time (two long calls take turns of up to 65 536 rows).

    Examples
    --------
    >>> import numpy as np
    >>> from adcore import RandomCutForest
    >>> values = np.sin(np.arange(1000) / 5)
    >>> values[700] = 4.0
    >>> scores = RandomCutForest(1, shingle_size=8).process(values)
    >>> int(scores.argmax())
    700
    """

    __slots__ = ()
    _kind = "RandomCutForest"


class CompactForest(BaseForest):
    """A random cut forest that keeps its sample only and draws its cuts when asked: small.

    The parameters, the methods and the meaning of scores are those of :class:`RandomCutForest`; a
    model takes a few kilobytes.

    Examples
    --------
    >>> import numpy as np
    >>> from adcore import CompactForest
    >>> values = np.sin(np.arange(1000) / 5)
    >>> values[700] = 4.0
    >>> int(CompactForest(1, shingle_size=8).process(values).argmax())
    700
    """

    __slots__ = ()
    _kind = "CompactForest"
