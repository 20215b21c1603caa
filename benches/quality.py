"""Detection quality on labelled series: `python benches/quality.py`.

The labelled data and the scorers are not part of this project: they are looked for in the folder
`quality` of the folder that ADCORE_SHARED names, else of `shared` beside the repository. Without
them this says so and ends. Printed are the NAB score in three profiles (with the best
threshold for the corpus), VUS-PR of the ranking channel and pooled event F1 of the alert channel.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PROFILES = ("standard", "reward_low_FP", "reward_low_FN")
MULTIVARIATE = ("tsbm", "asd", "js", "skab", "synth_m")


@dataclass(frozen=True)
class Channel:
    """One output of one detector, and the NAB score it must not fall below."""

    title: str
    detector: str
    nab_floor: float | None


CHANNELS = (
    Channel("plain forest, score", "PlainForest", 53.9),
    Channel("thresholded forest, grade", "ThresholdedGrade", 56.8),
    Channel("thresholded forest, score", "ThresholdedScore", None),
    Channel("job, record_score", "JobRecordScore", None),
    Channel("job, alerts", "JobAlert", None),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", choices=("nab", "vus"), help="one of the two scorers")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    folder = scorers()
    if folder is None:
        print("quality: no labelled data here (set ADCORE_SHARED to its folder); nothing measured")
        return 0
    if options.only != "vus":
        show_nab(folder, options.jobs)
    if options.only != "nab":
        show_vus(folder, options.jobs)
    return 0


def scorers() -> Path | None:
    """The folder with run_nab.py and run_vus.py, if there is one."""
    shared = os.environ.get("ADCORE_SHARED")
    folder = (Path(shared) if shared else HERE.parents[1] / "shared") / "quality"
    return folder.resolve() if (folder / "run_nab.py").exists() else None


def show_nab(folder: Path, jobs: int) -> None:
    print(f"{'NAB':28s}{'standard':>10s}{'low FP':>10s}{'low FN':>10s}{'us/point':>10s}  floor")
    for channel in CHANNELS:
        result = measure(folder, "run_nab.py", channel, jobs)
        scores = [result["all"][profile]["score"] for profile in PROFILES]
        cells = "".join(f"{score:10.1f}" for score in scores)
        print(f"{channel.title:28s}{cells}{result['us_per_point']:10.1f}  {floor(channel, scores)}")


def floor(channel: Channel, scores: list[float]) -> str:
    if channel.nab_floor is None:
        return ""
    return f"{channel.nab_floor} {'met' if scores[0] >= channel.nab_floor else 'NOT MET'}"


def show_vus(folder: Path, jobs: int) -> None:
    heads = f"{'VUS-PR uni':>12s}{'multi':>8s}{'event F1':>10s}{'us/point':>10s}"
    print(f"\n{'means over sets':28s}{heads}")
    for channel in CHANNELS:
        result = measure(folder, "run_vus.py", channel, jobs)
        sets = result["sets"]
        single = [v["vus_pr"] for k, v in sets.items() if not k.startswith(MULTIVARIATE)]
        several = [v["vus_pr"] for k, v in sets.items() if k.startswith(MULTIVARIATE)]
        events = [v["pooled_f1"] for v in sets.values()]
        cells = f"{mean(single):12.3f}{mean(several):8.3f}{mean(events):10.3f}"
        print(f"{channel.title:28s}{cells}{result['us_per_point']:10.1f}")


def mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else float("nan")


def measure(folder: Path, scorer: str, channel: Channel, jobs: int) -> dict[str, Any]:
    """Run one scorer over one detector, in a process of its own; their folder stays as it is."""
    environment = {
        **os.environ,
        "QUALITY_DATA": str(folder),
        "PYTHONPATH": str(HERE),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with tempfile.TemporaryDirectory() as scratch:
        output = Path(scratch) / "result.json"
        command = [sys.executable, str(folder / scorer), f"quality_detectors:{channel.detector}"]
        command += ["--jobs", str(jobs), "--json", str(output)]
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        result: dict[str, Any] = json.loads(output.read_text())
        return result


if __name__ == "__main__":
    sys.exit(main())
