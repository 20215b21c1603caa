"""What is watched: expressions such as ``mean(latency)``, one number per interval and entity."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from adcore.bucket import BucketFeature
from adcore.errors import InvalidArgumentError

__all__ = ["Feature", "parse_feature"]

_CALL = re.compile(r"\s*(\w+)\s*(\(.+\))\s*", re.DOTALL)
# Words people use on a command line, beside the names of the functions.
_WORDS = {"distinct": "cardinality", "mad": "median_absolute_deviation", "count": "value_count"}
# Functions that never look at the size of a value take text as well.
_COUNTING = {"value_count", "cardinality"}


@dataclass(frozen=True, slots=True)
class Feature:
    """A named function of a column, or of two.

    Attributes
    ----------
    name : str
        As the user wrote it, without spaces around: the name of the result column.
    bucket : BucketFeature
        What is computed.
    """

    name: str
    bucket: BucketFeature

    @property
    def needs_numbers(self) -> bool:
        """Whether the values themselves count, not only their presence or identity."""
        return bool(self.bucket.fields) and self.bucket.function not in _COUNTING

    def renamed(self, fields: dict[str, str]) -> BucketFeature:
        """What is computed, with other names of the fields."""
        field, weight = self.bucket.field, self.bucket.weight_field
        return replace(
            self.bucket,
            field=None if field is None else fields[field],
            weight_field=None if weight is None else fields[weight],
        )


def parse_feature(text: str) -> Feature:
    """Read an expression: ``function(column)``, ``pNN(column)``, or ``count``.

    The functions are those of :class:`adcore.BucketFeature`, and ``distinct`` for ``cardinality``,
    ``mad`` for ``median_absolute_deviation``, ``count(column)`` for ``value_count``.

    Raises
    ------
    InvalidArgumentError
        If the text is no such expression; the message says what is allowed.

    Examples
    --------
    >>> parse_feature("p99(latency)").bucket.percentile
    99.0
    >>> parse_feature("distinct(user)").bucket.function
    'cardinality'
    """
    name = text.strip()
    if name.lower() in ("count()", "count(*)"):
        name = "count"
    call = _CALL.fullmatch(name)
    word = _WORDS.get(call[1].lower()) if call else None
    try:
        return Feature(name, BucketFeature.parse(word + call[2] if call and word else name))
    except InvalidArgumentError:
        raise InvalidArgumentError(
            f"--feature is {text!r}, expected count or function(column) with sum, mean, min, max, "
            "count, distinct, median, pNN (such as p99), variance, mad or weighted_mean, such as "
            "'mean(latency)'"
        ) from None
