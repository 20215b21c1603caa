"""A job over a file, from its first row to what is written of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from rich.console import Console
from rich.text import Text

from adcore.detect.files import check_writable, with_mark
from adcore.detect.interrupts import Interrupt
from adcore.detect.progress import ProgressBar
from adcore.detect.sources import open_source
from adcore.detect.workspace import Workspace
from adcore.detect.writers import check_output_name
from adcore.errors import InvalidArgumentError, SnapshotError
from adcore.job.config import JobConfig
from adcore.job.config_update import updated
from adcore.job.file_rows import read_file_rows
from adcore.job.job import Job
from adcore.job.result_files import write_results_file
from adcore.job.terminal import print_buckets, print_records

__all__ = ["JobRun", "Report", "plotted", "read_job_config", "run_job_file", "saved_job"]


Report: TypeAlias = Callable[[Job, Path, bool], None]


@dataclass(frozen=True, slots=True)
class JobRun:
    """Everything on the command line.

    Attributes
    ----------
    file : str
    job : Job
        A new one, or one that goes on.
    outputs : dict of str to Path
        Files of results by their kind.
    state : Path, optional
        Where the job is kept, to go on from.
    reports : dict of Path to callable
        What else is made of the job in the end: each is given the job, the path, and whether the
        run was interrupted.
    top : int
        How many records and buckets are shown.
    """

    file: str
    job: Job
    outputs: dict[str, Path] = field(default_factory=dict)
    state: Path | None = None
    reports: dict[Path, Report] = field(default_factory=dict)
    top: int = 10


def read_job_config(path: Path | None, options: Mapping[str, Any]) -> JobConfig:
    """A configuration from a file of the API's JSON, or from options alone.

    Raises
    ------
    JobError
        If the configuration is wrong.
    InvalidArgumentError
        If the file holds no JSON object.
    """
    given = {name: value for name, value in options.items() if value is not None}
    if path is None:
        return JobConfig.from_keywords(**given)
    try:
        body = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidArgumentError(f"--config {path} cannot be read: {error}") from None
    if not isinstance(body, dict):
        raise InvalidArgumentError(f"--config {path} is not allowed: it must hold a JSON object")
    if given:
        raise InvalidArgumentError(f"{_options(given)}: say this in {path}, or leave out --config")
    return JobConfig.from_api(str(body.get("job_id", "job")), body)


def plotted(config: JobConfig) -> JobConfig:
    """The configuration with plots of its models, unless it says what it wants of them."""
    if config.model_plot_config is not None:
        return config
    return updated(config, {"model_plot_config": {"enabled": True, "annotations_enabled": False}})


def _options(names: Iterable[str]) -> str:
    """How fields are called on the command line, where each detector is an option of its own."""
    return ", ".join(f"--{name.removesuffix('s').replace('_', '-')}" for name in names)


def saved_job(path: Path, beside: Mapping[str, Any]) -> Job:
    """The job of a file, to go on with.

    Parameters
    ----------
    beside : mapping
        The options about configurations, none of which may be given.

    Raises
    ------
    InvalidArgumentError
        If one is given, or the file holds no job.
    """
    given = [name for name, value in beside.items() if value is not None]
    if given:
        raise InvalidArgumentError(f"{_options(given)}: the job of --load has its configuration")
    try:
        return Job.load(path)
    except (OSError, SnapshotError) as error:
        raise InvalidArgumentError(f"--load {path} cannot be read: {error}") from None


def run_job_file(run: JobRun, out: Console, err: Console) -> bool:
    """Analyse a file, with results on ``out`` and all else on ``err``.

    Returns
    -------
    bool
        Whether it went to the end; False if it was interrupted.

    Raises
    ------
    InvalidArgumentError, DataError, OutputError
        If a name, the file or a result is at fault.
    """
    for path in (*run.outputs.values(), *run.reports, run.state):
        if path is not None:
            check_writable(path)
    for kind, path in run.outputs.items():
        check_output_name(path, "--output" if kind == "records" else f"--{kind}")
    with Workspace() as workspace, Interrupt() as interrupt:
        is_complete = _feed(run.job, run, workspace, err, interrupt)
    _finish(run.job, run, out, err, is_complete=is_complete)
    return is_complete


def _feed(job: Job, run: JobRun, workspace: Workspace, err: Console, interrupt: Interrupt) -> bool:
    source = open_source(workspace, run.file)
    fields = job.config.analysis_config.fields
    rows = read_file_rows(workspace, source, job.config.data_description, fields)
    with ProgressBar(err).step("Analysing", "rows", source.rows) as advance:
        for batch, count in rows:
            job.process(batch)
            advance(count)
            if interrupt.requested:
                return False
    # The last bucket may lack rows that are still to come: what it says is preliminary.
    job.flush(calc_interim=True)
    job.close()
    return True


def _finish(job: Job, run: JobRun, out: Console, err: Console, *, is_complete: bool) -> None:
    """What is told of a job in the end; all of it is made from its results."""
    for note in _notes(job):
        _say(err, note)
    results = job.results
    for kind, path in run.outputs.items():
        target = path if is_complete else with_mark(path, "partial")
        write_results_file(results, target, kind)
        _say(err, f"wrote {target}")
    for path, report in run.reports.items():
        target = path if is_complete else with_mark(path, "partial")
        report(job, target, not is_complete)
        _say(err, f"wrote {target}")
    if run.state is not None and is_complete:
        job.save(run.state)
        _say(err, f"wrote {run.state}")
    print_buckets(out, results, run.top)
    print_records(out, results, run.top)


def _notes(job: Job) -> list[str]:
    counts, size = job.counts, job.model_size_stats
    models = f"{size['model_bytes'] / 2**20:.1f} MiB of models ({size['memory_status']})"
    rows, buckets = counts["processed_record_count"], counts["bucket_count"]
    notes = [f"{rows:,} rows in {buckets:,} buckets, {models}"]
    for name, what in (
        ("invalid_date_count", "rows have a time that cannot be read"),
        ("out_of_order_timestamp_count", "rows came too late"),
        ("missing_field_count", "values are missing"),
    ):
        if counts[name]:
            notes.append(f"{counts[name]:,} {what}")
    failures = size["bucket_allocation_failures_count"]
    if failures:
        what = "a bucket" if failures == 1 else f"{failures:,} buckets"
        notes.append(f"new series of {what} were not modelled: model_memory_limit is reached")
    if buckets == 0:
        notes.append("no bucket has ended yet: there are no results")
    elif not len(job.results.records(size=1)):
        notes.append("nothing was unusual")
    return [*job.config.warnings, *notes]


def _say(err: Console, text: str) -> None:
    # File names and columns are text, never markup.
    err.print(Text(text, style="dim"), soft_wrap=True)
