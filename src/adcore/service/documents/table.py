"""Tables for people: the answers of ``_cat``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from adcore.service.errors import illegal_argument
from adcore.service.requests import Call
from adcore.service.responses import Reply

__all__ = ["CAT_PARAMETERS", "Column", "table"]

CAT_PARAMETERS = (
    "bytes", "cluster_manager_timeout", "expand_wildcards", "h", "help", "local",
    "master_timeout", "s", "time", "timeout", "v",
)  # fmt: skip
_UNITS = {"b": 1, "k": 1 << 10, "kb": 1 << 10, "m": 1 << 20, "mb": 1 << 20, "g": 1 << 30,
          "gb": 1 << 30, "t": 1 << 40, "tb": 1 << 40}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    short : tuple of str
        Its other names.
    is_number : bool
        Whether it stands to the right, and is sorted by value.
    is_bytes : bool
        Whether its numbers are sizes, shown in the unit that is asked for.
    is_usual : bool
        Whether it is shown where no columns are asked for.
    """

    name: str
    short: tuple[str, ...] = ()
    about: str = ""
    is_number: bool = False
    is_bytes: bool = False
    is_usual: bool = True

    def is_called(self, pattern: str) -> bool:
        """Whether a name or pattern means it."""
        return any(fnmatchcase(name, pattern) for name in (self.name, *self.short))


Row = dict[str, Any]


def table(call: Call, columns: Sequence[Column], rows: Sequence[Row]) -> Reply:
    """The rows as text, or as JSON where the client wants that."""
    if call.boolean("help"):
        about = [f"{c.name} | {','.join(c.short)} | {c.about}\n" for c in columns]
        return Reply("".join(about))
    ordered = _sorted(call, columns, rows)
    chosen = _chosen(call, columns)
    if _wants_json(call):
        return Reply([{c.name: _cell(call, c, row, none=None) for c in chosen} for row in ordered])
    lines = [[_cell(call, c, row, none="-") or "" for c in chosen] for row in ordered]
    if call.boolean("v"):
        lines.insert(0, [c.name for c in chosen])
    return Reply(_text(chosen, lines))


def _short(size: int) -> str:
    for unit in ("tb", "gb", "mb", "kb"):
        if size >= _UNITS[unit]:
            return f"{int(size * 10 / _UNITS[unit]) / 10:g}{unit}"
    return f"{size}b"


def _bytes_text(call: Call, size: int) -> str:
    unit = call.text("bytes")
    if not unit:
        return _short(size)
    if unit not in _UNITS:
        raise illegal_argument(f"Failed to parse value [{unit}] as a unit of bytes")
    return str(size // _UNITS[unit])


def _wants_json(call: Call) -> bool:
    if call.has("format"):
        return call.text("format") == "json"
    return call.headers.get("accept", "").partition(";")[0].strip() == "application/json"


def _chosen(call: Call, columns: Sequence[Column]) -> list[Column]:
    wanted = call.words("h")
    if not wanted:
        return [column for column in columns if column.is_usual]
    return list(dict.fromkeys(c for name in wanted for c in columns if c.is_called(name)))


def _sorted(call: Call, columns: Sequence[Column], rows: Sequence[Row]) -> list[Row]:
    ordered = list(rows)
    for word in reversed(call.words("s")):
        name, _, order = word.partition(":")
        found = next((c for c in columns if name in (c.name, *c.short)), None)
        if found is None or order not in ("", "asc", "desc"):
            raise illegal_argument(f"Unable to sort by unknown sort key `{word}`")
        column = found

        def key(row: Row, column: Column = column) -> Any:
            value = row[column.name]
            return float(value) if column.is_number and value is not None else str(value)

        ordered.sort(key=key, reverse=order == "desc")
    return ordered


def _cell(call: Call, column: Column, row: Row, *, none: str | None) -> str | None:
    value = row[column.name]
    if value is None:
        return none
    return _bytes_text(call, value) if column.is_bytes else str(value)


def _text(columns: Sequence[Column], lines: Sequence[Sequence[str]]) -> str:
    widths = [max((len(line[at]) for line in lines), default=0) for at in range(len(columns))]
    return "".join(
        " ".join(
            cell.rjust(width) if column.is_number else cell.ljust(width)
            for cell, width, column in zip(line, widths, columns, strict=True)
        )
        + "\n"
        for line in lines
    )
