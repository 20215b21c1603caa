"""What a job says on the terminal in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from adcore.detect.text import format_time
from adcore.job.explain import explain_record
from adcore.job.result_text import record_cells

if TYPE_CHECKING:
    from adcore.job.results import JobResults

__all__ = ["print_buckets", "print_records"]

_SENTENCES = 3


def print_records(console: Console, results: JobResults, most: int) -> None:
    """A table of records with their reasons, the strongest first; nothing if there are none."""
    page = results.records(size=most)
    if not len(page):
        return
    table = _table(f"{page.count:,} {'record' if page.count == 1 else 'records'}")
    for name, justify in (("time (UTC)", "left"), ("score", "right"), ("what", "left")):
        table.add_column(name, justify=justify, no_wrap=name != "what")  # type: ignore[arg-type]
    table.add_column("why")
    for record in page:
        # Names and values come from the data: they are text, never markup.
        time, score, what, where, *_ = map(Text, record_cells(record))
        measured, *reasons = explain_record(record)
        first = measured.partition(": ")[2] or "unusual"
        why = Text("\n".join([first, *reasons[1:_SENTENCES]]))
        table.add_row(time, score, Text.assemble(what, "\n" if where.plain else "", where), why)
    console.print(table)


def print_buckets(console: Console, results: JobResults, most: int) -> None:
    """A table of the buckets with the highest scores; nothing if none has any."""
    page = results.buckets(size=most, sort="anomaly_score", desc=True, anomaly_score=1e-9)
    if not len(page):
        return
    table = _table(f"{page.count:,} of {len(results):,} buckets")
    table.add_column("time (UTC)", no_wrap=True)
    for name in ("score", "events"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("strongest influencers")
    for bucket in page:
        start, span = bucket["timestamp"], bucket["bucket_span"] * 1_000
        found = results.influencers(start=start, end=start + 1, size=3, influencer_score=1e-9)
        names = ", ".join(
            f"{one['influencer_field_name']}={one['influencer_field_value']} "
            f"({one['influencer_score']:.0f})"
            for one in found
        )
        cells = (format_time(start, span), f"{bucket['anomaly_score']:.0f}")
        table.add_row(*map(Text, (*cells, f"{bucket['event_count']:,}", names)))
    console.print(table)


def _table(title: str) -> Table:
    return Table(title=title, box=SIMPLE_HEAD, pad_edge=False, title_justify="left")
