"""The options of one aggregation, read with the errors of the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timezone, tzinfo

from adcore.dates.formats import parse_zone
from adcore.errors import InvalidArgumentError
from adcore.query.errors import SearchError, illegal_argument
from adcore.query.syntax.queries import Scalar
from adcore.query.syntax.reader import (
    Json,
    JsonObject,
    boolean,
    integer,
    number,
    optional_text,
    scalar,
    text,
)

__all__ = ["Options"]


class Options:
    """The options of one aggregation.

    Parameters
    ----------
    kind, name : str
        The type and the name of the aggregation, for messages.
    body : mapping
        Its options.
    known : set of str
        The options there are; any other raises.
    """

    def __init__(self, kind: str, name: str, body: JsonObject, known: frozenset[str]) -> None:
        self.kind = kind
        self.name = name
        self.body = body
        if body.get("script") is not None:
            raise illegal_argument(f"[{kind}] scripts are not supported")
        for key in body:
            if key not in known:
                raise SearchError("x_content_parse_exception", f"[{kind}] unknown field [{key}]")

    def raw(self, key: str, default: Json = None) -> Json:
        """An option as it was sent."""
        found = self.body.get(key)
        return default if found is None else found

    def field(self, key: str = "field") -> str:
        """The field it is about."""
        found = self.raw(key)
        if found is None:
            raise illegal_argument(
                "Required one of fields [field, script], but none were specified. "
            )
        return text(self.kind, key, found)

    def text(self, key: str) -> str | None:
        """A text, if given."""
        return optional_text(self.kind, key, self.raw(key))

    def scalar(self, key: str) -> Scalar | None:
        """A value of a field, if given."""
        found = self.raw(key)
        return None if found is None else scalar(self.kind, found)

    def boolean(self, key: str, *, default: bool = False) -> bool:
        """A boolean."""
        return boolean(self.raw(key, default))

    def number(self, key: str, default: float) -> float:
        """A finite number."""
        return number(self.kind, key, self.raw(key, default))

    def count(self, key: str, default: int, *, least: int = 0) -> int:
        """A whole number that is at least `least`."""
        found = integer(self.kind, key, self.raw(key, default))
        if found < least:
            bound = "greater than 0" if least else "greater than or equal to 0"
            raise illegal_argument(f"[{key}] must be {bound}. Found [{found}] in [{self.name}]")
        return found

    def object(self, key: str) -> JsonObject | None:
        """An object, if given."""
        found = self.raw(key)
        if found is not None and not isinstance(found, Mapping):
            raise SearchError(
                "x_content_parse_exception",
                f"[{self.kind}] {key} doesn't support values of this type",
            )
        return found

    def zone(self) -> tzinfo:
        """The time zone, UTC if none is given."""
        found = self.text("time_zone")
        if found is None:
            return timezone.utc
        try:
            return parse_zone(found)
        except InvalidArgumentError:
            raise illegal_argument(f"Unknown time-zone ID: {found}") from None
