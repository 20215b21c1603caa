"""The ``job`` command: its options. What it does is imported when it runs."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from adcore.commands import ExitCode
from adcore.detect.files import OutputError
from adcore.errors import DataError, InvalidArgumentError

if TYPE_CHECKING:
    from adcore.job import Job

__all__ = ["EXIT_CODES", "job"]

EXIT_CODES = """Exit codes: 0 done; 2 the command line or the configuration is wrong; 3 the data \
cannot be used; 4 a result cannot be written; 130 interrupted (results so far are in files marked \
"partial")."""
_SUFFIXES = ".parquet, .csv or .jsonl (.gz, .zst)."


def job(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="CSV, NDJSON or Parquet, also with .gz or .zst; - is the standard input.",
        ),
    ],
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The job as JSON, as the API takes it. Or options:"),
    ] = None,
    detector: Annotated[
        list[str] | None,
        typer.Option(
            metavar="EXPRESSION",
            help="What to watch: 'mean(responsetime) by airline', 'rare by process', 'count'. "
            "Repeatable.",
        ),
    ] = None,
    bucket_span: Annotated[
        str | None, typer.Option(metavar="TIME", help="The length of a bucket. 5m by default.")
    ] = None,
    influencer: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="Whose values may be to blame. Repeatable."),
    ] = None,
    time_field: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The column of times: time by default.")
    ] = None,
    time_format: Annotated[
        str | None,
        typer.Option(
            metavar="FORMAT",
            help="epoch, epoch_ms, or a pattern like yyyy-MM-dd HH:mm:ss. Seen from the values by "
            "default.",
        ),
    ] = None,
    summary_count_field_name: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="For how many events a row stands. One by default."),
    ] = None,
    model_memory_limit: Annotated[
        str | None, typer.Option(metavar="SIZE", help="What models may take. 1024mb by default.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help=f"All records: {_SUFFIXES}")
    ] = None,
    buckets: Annotated[
        Path | None, typer.Option(metavar="FILE", help="All buckets, likewise.")
    ] = None,
    influencers: Annotated[
        Path | None, typer.Option(metavar="FILE", help="All influencers, likewise.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="An HTML page to look at, offline.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The job with its models, to go on from.")
    ] = None,
    load: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Go on with a job that --save wrote."),
    ] = None,
    top: Annotated[int, typer.Option(min=0, help="Records and buckets to print.")] = 10,
) -> None:
    """Find anomalies in a file of rows with an anomaly detection job."""
    from adcore.job import Job  # noqa: PLC0415
    from adcore.job.file_run import (  # noqa: PLC0415 -- the help stays quick
        JobRun,
        Report,
        plotted,
        read_job_config,
        run_job_file,
        saved_job,
    )
    from adcore.report import check_report  # noqa: PLC0415

    options = {
        "detectors": detector, "bucket_span": bucket_span, "influencers": influencer,
        "time_field": time_field, "time_format": time_format,
        "summary_count_field_name": summary_count_field_name,
        "model_memory_limit": model_memory_limit,
    }  # fmt: skip
    named = {"records": output, "buckets": buckets, "influencers": influencers}
    outputs = {kind: path for kind, path in named.items() if path is not None}
    err = Console(stderr=True)
    try:
        if load is None:
            made = Job(read_job_config(config, options))
        else:
            made = saved_job(load, {"config": config, **options})
        reports: dict[Path, Report] = {}
        if report is not None:
            check_report(report)
            made.update(plotted(made.config))
            reports[report] = partial(_write_report, None if file == "-" else Path(file).name)
        run = JobRun(file, made, outputs, save, reports, top)
        is_complete = run_job_file(run, Console(), err)
    except InvalidArgumentError as error:
        raise _failed(err, error, ExitCode.WRONG_USAGE) from None
    except DataError as error:
        raise _failed(err, error, ExitCode.BAD_DATA) from None
    except OutputError as error:
        raise _failed(err, error, ExitCode.NOT_WRITTEN) from None
    if not is_complete:
        raise typer.Exit(int(ExitCode.INTERRUPTED))


def _write_report(title: str | None, job: Job, path: Path, is_partial: bool) -> None:
    from adcore.report import job_view, write_job_report  # noqa: PLC0415

    write_job_report(job_view(job, title=title, is_partial=is_partial), path)


def _failed(err: Console, error: Exception, code: ExitCode) -> typer.Exit:
    err.print(Text.assemble(("error: ", "bold red"), str(error)), soft_wrap=True)
    return typer.Exit(int(code))
