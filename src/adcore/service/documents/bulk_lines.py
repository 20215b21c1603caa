"""The lines of a bulk: an action, and for most a document on the next line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from adcore.query.syntax.reader import token
from adcore.service.errors import ApiError, illegal_argument, validation_error
from adcore.store.actions import Action

__all__ = ["BulkFault", "BulkItem", "parse_bulk"]

_OPERATIONS = ("create", "delete", "index", "update")
_KNOWN = frozenset({
    "_id", "_index", "_source", "_type", "dynamic_templates", "if_primary_term", "if_seq_no",
    "pipeline", "require_alias", "retry_on_conflict", "routing", "version", "version_type",
})  # fmt: skip
_decode = msgspec.json.Decoder().decode


class BulkItem(msgspec.Struct, frozen=True):
    """One action of a bulk."""

    action: Action
    requires_alias: bool = False


class BulkFault(msgspec.Struct, frozen=True):
    """A line where an action was expected, and why it is none."""

    operation: Any
    index: str | None
    error: ApiError


def parse_bulk(
    body: bytes, index: str | None, *, requires_alias: bool
) -> Iterator[BulkItem | BulkFault]:
    r"""The actions of a bulk one by one, and what stands where actions should.

    A line of an action that cannot be read fails alone. Where its operation can be read the
    document of it is passed over; where not, all lines up to the next that reads as an action are.
    Documents are read by the store, where each fails alone.

    Parameters
    ----------
    index : str or None
        For the actions that name none.

    Raises
    ------
    ApiError
        If there is no action at all, with the number of the first line that is none; if the last
        document is missing or cut; if an action lacks an index or an id. Nothing is to be done,
        also of what has come before.

    Examples
    --------
    >>> [item.action.operation for item in parse_bulk(
    ...     b'{"index":{"_id":"1"}}\n{"a":1}\n{"delete":{"_id":"2"}}\n', "logs",
    ...     requires_alias=False)]
    ['index', 'delete']
    """
    if not body or body.isspace():
        raise ApiError(400, "parse_exception", "request body is required")
    if body[body.rfind(b"\n") + 1 :].strip():
        raise _cut()
    first: ApiError | None = validation_error("no requests added")
    is_empty = True
    faults: list[str] = []
    for item in _Lines(body, index, requires_alias).items():
        if isinstance(item, BulkItem):
            first = None
            faults += _faults(item.action)
        elif is_empty:
            first = item.error
        is_empty = False
        if not faults:
            yield item
    if first is not None:
        raise first
    if faults:
        raise validation_error(*faults)


class _Lines:
    """The lines of a bulk, one action after the other, each cut from it when it is their turn."""

    def __init__(self, body: bytes, index: str | None, requires_alias: bool) -> None:
        self._body = body
        self._index = index
        self._requires_alias = requires_alias
        self._at = 0
        self._number = 0
        self._read: tuple[bytes, Any, dict[str, Any]] = (b"", None, {})

    def items(self) -> Iterator[BulkItem | BulkFault]:
        while (line := self._next()) is not None:
            if line.strip():
                yield self._item(line)

    def _next(self) -> bytes | None:
        """The next line; None behind the last."""
        end = self._body.find(b"\n", self._at)
        if end < 0:
            return None
        line = self._body[self._at : end]
        self._at = end + 1
        self._number += 1
        return line

    def _item(self, line: bytes) -> BulkItem | BulkFault:
        before, operation, options = self._read
        if line == before:  # most bulks repeat one line of an action, which is known to be right
            return self._of(operation, options, self._source(operation))
        try:
            operation, options = _action(line, self._number)
        except ApiError as error:
            self._pass_to_the_next_action()
            return BulkFault("index", self._index, error)
        number = self._number
        source = self._source(operation)
        try:
            _check_options(options, number)
        except ApiError as error:
            named = options.get("_index", self._index)
            return BulkFault(operation, named if isinstance(named, str) else None, error)
        self._read = (line, operation, options)
        return self._of(operation, options, source)

    def _of(self, operation: Any, options: dict[str, Any], source: bytes | None) -> BulkItem:
        return _item(operation, options, source, self._index, self._requires_alias)

    def _source(self, operation: Any) -> bytes | None:
        """The document of an action; a deletion has none."""
        if operation == "delete":
            return None
        line = self._next()
        if line is None:
            raise _cut()
        return line

    def _pass_to_the_next_action(self) -> None:
        before = self._at, self._number
        while (line := self._next()) is not None:
            if _is_action(line):
                self._at, self._number = before
                return
            before = self._at, self._number


def _cut() -> ApiError:
    return illegal_argument("The bulk request must be terminated by a newline [\\n]")


def _is_action(line: bytes) -> bool:
    try:
        _action(line, 0)
    except ApiError:
        return False
    return True


def _action(line: bytes, number: int) -> tuple[Any, dict[str, Any]]:
    where = f"Malformed action/metadata line [{number}]"
    try:
        found = _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise illegal_argument(f"{where}, {error}") from None
    if not isinstance(found, dict):
        raise illegal_argument(f"{where}, expected START_OBJECT but found [{token(found)}]")
    if len(found) != 1:
        raise illegal_argument(f"{where}, expected one field but found [{len(found)}]")
    ((operation, options),) = found.items()
    if operation not in _OPERATIONS:
        raise illegal_argument(
            f"{where}, expected field [create], [delete], [index] or [update] but found "
            f"[{operation}]"
        )
    if not isinstance(options, dict):
        raise illegal_argument(f"{where}, expected START_OBJECT but found [{token(options)}]")
    return operation, options


def _check_options(options: dict[str, Any], number: int) -> None:
    line = f"Action/metadata line [{number}] contains"
    for key, value in options.items():
        if key not in _KNOWN:
            raise illegal_argument(f"{line} an unknown parameter [{key}]")
        if key in ("_id", "_index") and value is not None and not isinstance(value, (str, int)):
            raise illegal_argument(f"{line} a value of the wrong type for [{key}]")
        if key in ("if_seq_no", "if_primary_term") and type(value) is not int:
            raise illegal_argument(f"{line} a value of the wrong type for [{key}]")
    if options.get("version_type", "internal") != "internal" or "version" in options:
        raise illegal_argument(f"{line} a [version], use [if_seq_no] and [if_primary_term] instead")
    if options.get("pipeline") not in (None, "_none"):
        raise illegal_argument(f"pipeline with id [{options['pipeline']}] does not exist")


def _item(
    operation: Any,
    options: dict[str, Any],
    source: bytes | None,
    index: str | None,
    requires_alias: bool,
) -> BulkItem:
    id_ = options.get("_id")
    named = options.get("_index", index)
    action = Action(
        operation,
        "" if named is None else str(named),
        None if id_ is None else str(id_),
        source,
        options.get("if_seq_no"),
        options.get("if_primary_term"),
    )
    return BulkItem(action, options.get("require_alias", requires_alias) is True)


def _faults(action: Action) -> list[str]:
    """What no bulk may hold: it is refused whole."""
    faults = []
    if not action.index:
        faults.append("index is missing")
    if action.id is None and action.operation in ("update", "delete"):
        faults.append("id is missing")
    if action.if_seq_no is not None and action.if_primary_term is None:
        faults.append("ifSeqNo is set, but primary term is [0]")
    if action.if_seq_no is None and action.if_primary_term is not None:
        faults.append(f"ifSeqNo is unassigned, but primary term is [{action.if_primary_term}]")
    return faults
