"""Pages of lists: where one begins and how long it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adcore.job.errors import illegal_argument
from adcore.job.fields import object_of, read_parameter, whole

__all__ = ["PAGE_FIELDS", "Page", "read_page"]

MOST = 10_000
_DEFAULT_SIZE = 100


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of a list.

    Attributes
    ----------
    from_ : int
        How many are skipped.
    size : int or None
        How many there are at most; None for all.
    """

    from_: int = 0
    size: int | None = _DEFAULT_SIZE

    def __post_init__(self) -> None:
        for name, value in (("from", self.from_), ("size", self.size)):
            if value is not None and value < 0:
                raise illegal_argument(f"Parameter [{name}] cannot be < 0")

    @property
    def rows(self) -> slice:
        """Its place in the list."""
        return slice(self.from_, None if self.size is None else self.from_ + self.size)


PAGE_FIELDS = {
    "from": whole,
    "size": whole,
    "page": object_of("page_params", {"from": whole, "size": whole}, dict),
}


def read_page(parameters: Mapping[str, str], given: Mapping[str, Any]) -> Page:
    """The page that a request asks for.

    Parameters
    ----------
    parameters : mapping
        Of the URL; they win.
    given : mapping
        The fields of the body that were read by ``PAGE_FIELDS``.

    Raises
    ------
    JobError
        If it begins before the list, is of no length, or reaches too far.

    Examples
    --------
    >>> read_page({"size": "5"}, {"page": {"from": 10, "size": 20}})
    Page(from_=10, size=5)
    """
    parts = {"from": 0, "size": _DEFAULT_SIZE, **given.get("page", {})}
    for name in ("from", "size"):
        if name in given:
            parts[name] = given[name]
        if name in parameters:
            parts[name] = read_parameter(name, parameters[name], whole)
    page = Page(parts["from"], parts["size"])
    if parts["from"] + parts["size"] > MOST:
        raise illegal_argument(
            f"The sum of parameters [from] and [size] cannot be higher than {MOST}."
        )
    return page
