"""What a run says on the terminal in the end."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from adcore.detect.entities import EntityNames
from adcore.detect.plan import Plan
from adcore.detect.reasons import reasons
from adcore.detect.results import Anomaly

__all__ = ["Terminal", "print_anomalies"]


class Terminal(Console):
    """A console that leaves it to the caller what follows when its reader is gone."""

    def on_broken_pipe(self) -> None:
        """Raise what rich would turn into an exit code of its own."""
        raise BrokenPipeError


def print_anomalies(
    console: Console, plan: Plan, names: EntityNames, anomalies: Sequence[Anomaly]
) -> None:
    """A table of anomalies with their reasons, the strongest first."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title_justify="left")
    table.add_column("time (UTC)" if plan.has_time else "row", no_wrap=True)
    if names.columns:
        table.add_column(" / ".join(names.columns))
    table.add_column("grade", justify="right", no_wrap=True)
    table.add_column("why" if len(plan.features) == 1 else "why (share of the anomaly)")
    features = [feature.name for feature in plan.features]
    for anomaly in anomalies:
        # Names come from the data: they are text, never markup.
        when = plan.format_start(anomaly.start)
        label = [Text(names.label(anomaly.entity))] if names.columns else []
        why = Text("\n".join(reasons(anomaly, features)))
        table.add_row(Text(when), *label, Text(f"{anomaly.grade:.2f}"), why)
    console.print(table)
