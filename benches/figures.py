"""Figures of a comparison: medians, ratios, bars, and the tables that show them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Bar:
    """`peer` must be at least `ratio` times as fast as `reference` on `workload`."""

    workload: str
    peer: str
    reference: str
    ratio: float


SPEED_BARS = (
    Bar("W1", "adcore", "krcf", 5.0),
    Bar("W1-real", "adcore", "krcf", 5.0),
    Bar("W2", "adcore", "krcf", 4.0),
    Bar("W3", "adcore", "krcf", 4.0),
    Bar("W4", "adcore", "krcf", 5.0),
    Bar("W4", "compact", "krcf", 15.0),
    Bar("W5", "adcore", "rust", 5.0),
)
MEMORY_BARS = (Bar("W1", "adcore", "krcf", 0.6), Bar("W4", "adcore", "krcf", 0.3))
STATE_BARS = {("W1", "adcore"): 180_000}
COMPACT_MEMORY_GOAL = 8_000
AGREEMENT = 0.05
"""Mean scores of the same rows differ by less than this share, or a peer did something else."""
COMPACT_AGREEMENT = 0.10
"""The trees of a compact forest share one sample: its mean score varies more between seeds."""


@dataclass
class Speed:
    """One peer on one workload: points per CPU second of each repetition, and its mean score."""

    points_per_second: list[float] = field(default_factory=list)
    score_sum: float = 0.0
    points: int = 0

    def add(self, answer: dict[str, Any]) -> None:
        self.points_per_second.append(answer["points"] / answer["cpu"])
        self.score_sum += answer["score_sum"]
        self.points += answer["points"]

    @property
    def mean_score(self) -> float:
        return self.score_sum / self.points


@dataclass
class Comparison:
    """All figures of one run. Keys are workload names, then peer names."""

    repetitions: int
    machine: dict[str, str]
    versions: dict[str, str] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    speed: dict[str, dict[str, Speed]] = field(default_factory=dict)
    memory: dict[str, dict[str, dict[str, float | None]]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def ratio(speed: dict[str, Speed], peer: str, reference: str) -> float | None:
    """Median over repetitions of peer / reference; None when either did not run."""
    if peer not in speed or reference not in speed:
        return None
    pairs = zip(speed[peer].points_per_second, speed[reference].points_per_second, strict=True)
    return median(mine / theirs for mine, theirs in pairs)


def disagreements(comparison: Comparison) -> list[str]:
    """Peers whose mean score of the same rows is not that of krcf (plain forests only)."""
    found = []
    for workload, speed in comparison.speed.items():
        expected = speed["krcf"].mean_score if "krcf" in speed else None
        for peer, figures in speed.items():
            off = abs(figures.mean_score / expected - 1.0) if expected else 0.0
            allowed = COMPACT_AGREEMENT if peer.startswith("compact") else AGREEMENT
            if off > allowed or not figures.mean_score > 0:
                found.append(f"{workload}: mean score of {peer} is {figures.mean_score:.4f}")
    return found


def speed_table(comparison: Comparison) -> list[list[str]]:
    rows = [["workload", "peer", "points/s", "least", "most", "x krcf", "x rust", "bar", "met"]]
    for workload, speed in comparison.speed.items():
        rows += [_speed_row(workload, peer, speed) for peer in speed]
    return rows


def _speed_row(workload: str, peer: str, speed: dict[str, Speed]) -> list[str]:
    each = speed[peer].points_per_second
    to_krcf, to_rust = ratio(speed, peer, "krcf"), ratio(speed, peer, "rust")
    counts = [f"{value:,.0f}" for value in (median(each), min(each), max(each))]
    ratios = ["-" if value is None else f"{value:.2f}" for value in (to_krcf, to_rust)]
    bars = [b for b in SPEED_BARS if (b.workload, b.peer) == (workload, peer)]
    if not bars:
        return [workload, peer, *counts, *ratios, "", ""]
    reached = ratio(speed, peer, bars[0].reference)
    bar = f"{bars[0].ratio:g}x {bars[0].reference}"
    return [workload, peer, *counts, *ratios, bar, _verdict(reached, bars[0].ratio)]


def _verdict(reached: float | None, wanted: float) -> str:
    if reached is None:
        return "unknown"
    return "yes" if reached >= wanted else "NO"


def memory_table(comparison: Comparison) -> list[list[str]]:
    rows = [["workload", "peer", "KB/model", "x krcf", "bar", "met", "state KB", "bar", "met"]]
    for workload, memory in comparison.memory.items():
        rows += [_memory_row(workload, peer, memory) for peer in memory]
    return rows


def _memory_row(workload: str, peer: str, memory: dict[str, dict[str, float | None]]) -> list[str]:
    size = memory[peer]["bytes_per_model"]
    krcf = memory.get("krcf", {}).get("bytes_per_model")
    share = size / krcf if size is not None and krcf else None
    state = memory[peer]["state_bytes"]
    bar = next((b for b in MEMORY_BARS if (b.workload, b.peer) == (workload, peer)), None)
    return [
        workload,
        peer,
        _kilobytes(size),
        "-" if share is None else f"{share:.3f}",
        *_memory_bar(size, share, bar, compact=(workload, peer) == ("W4", "compact")),
        _kilobytes(state),
        *_state_bar(state, STATE_BARS.get((workload, peer))),
    ]


def _memory_bar(
    size: float | None, share: float | None, bar: Bar | None, *, compact: bool
) -> tuple[str, str]:
    if compact:
        return f"{COMPACT_MEMORY_GOAL / 1000:g} KB", _at_most(size, COMPACT_MEMORY_GOAL)
    if bar is None:
        return "", ""
    return f"{bar.ratio:g}x {bar.reference}", _at_most(share, bar.ratio)


def _state_bar(state: float | None, bar: int | None) -> tuple[str, str]:
    return ("", "") if bar is None else (f"{bar / 1000:g} KB", _at_most(state, bar))


def _at_most(value: float | None, bound: float) -> str:
    if value is None:
        return "unknown"
    return "yes" if value <= bound else "NO"


def _kilobytes(size: float | None) -> str:
    return "-" if size is None else f"{size / 1000:,.1f}"


def as_text(rows: list[list[str]]) -> str:
    """Aligned columns for a terminal; the first two to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i < 2 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def as_markdown(rows: list[list[str]]) -> str:
    head, *body = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|---|---|" + "---:|" * (len(rows[0]) - 2), *body])
