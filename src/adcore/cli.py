"""The ``adcore`` command."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from adcore import _core
from adcore.commands import ExitCode, Job, run_job
from adcore.detect.forests import ForestOptions
from adcore.detect.plan import Request
from adcore.detect.terminal import Terminal
from adcore.job_commands import EXIT_CODES as JOB_EXIT_CODES
from adcore.job_commands import job
from adcore.serve_commands import EXIT_CODES as SERVE_EXIT_CODES
from adcore.serve_commands import serve, users

__all__ = ["app", "main"]

_EXIT_CODES = """Exit codes: 0 done; 2 the command line is wrong; 3 the data cannot be used; \
4 a result cannot be written; 130 interrupted (results so far are in files marked "partial")."""

app = typer.Typer(
    name="adcore",
    help="Streaming anomaly detection.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"adcore {_core.__version__}")
        raise typer.Exit


app.command(epilog=JOB_EXIT_CODES)(job)
app.command(epilog=SERVE_EXIT_CODES)(serve)
app.add_typer(users, name="users")


@app.callback()
def _adcore(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Streaming anomaly detection."""
    del version


@app.command(epilog=_EXIT_CODES)
def detect(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="CSV, NDJSON or Parquet, also with .gz or .zst; - is the standard input.",
        ),
    ],
    time_field: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The column of times. Guessed by default.")
    ] = None,
    time_format: Annotated[
        str | None,
        typer.Option(
            metavar="FORMAT",
            help="How it is written: iso, s, ms, us, ns (since 1970), or a pattern like "
            "'%d/%m/%Y %H:%M'. Guessed by default.",
        ),
    ] = None,
    value: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN",
            help="A column to watch by its mean. Repeatable. By default all that are numeric.",
        ),
    ] = None,
    feature: Annotated[
        list[str] | None,
        typer.Option(
            metavar="EXPRESSION",
            help="What to watch, per interval: 'mean(latency)'; also sum, min, max, count, "
            "distinct, median, p99, variance, mad. Repeatable.",
        ),
    ] = None,
    entity: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN", help="One series per value of this column, or of several. Repeatable."
        ),
    ] = None,
    interval: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="One result per so long: 30s, 5m, 1h, 1d. Guessed by default."
        ),
    ] = None,
    lateness: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="How late rows may come in one pass; later ones make a second, sorted pass. "
            "By default one interval.",
        ),
    ] = None,
    skip_bad_values: Annotated[
        bool,
        typer.Option("--skip-bad-values", help="Text in a column of numbers is missing, no error."),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="All results: .parquet, .csv or .jsonl (.gz, .zst)."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="An HTML page to look at, offline.")
    ] = None,
    top: Annotated[int, typer.Option(min=0, help="Anomalies to print.")] = 10,
    preset: Annotated[
        str, typer.Option(help="Settings of the forest: default, opensearch or aws.")
    ] = "default",
    shingle_size: Annotated[
        int, typer.Option(min=1, help="Consecutive intervals that are judged together.")
    ] = 8,
    trees: Annotated[int, typer.Option(min=1, help="Trees per forest.")] = 50,
    sample_size: Annotated[int, typer.Option(min=1, help="Points that each tree keeps.")] = 256,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same data: same results.")] = 42,
    threads: Annotated[
        int | None,
        typer.Option(min=1, help="Entities worked on at a time. By default one per processor."),
    ] = None,
) -> None:
    """Find anomalies in a file of rows, one random cut forest per entity."""
    request = Request(
        time_field, time_format, tuple(value or ()), tuple(feature or ()), tuple(entity or ()),
        interval, lateness, skip_bad_values,
    )  # fmt: skip
    options = ForestOptions(preset, shingle_size, trees, sample_size, seed, threads)
    job = Job(file, request, options, output, report, top)
    code = run_job(job, Terminal(), Terminal(stderr=True))
    if code is not ExitCode.DONE:
        raise typer.Exit(int(code))


def main() -> None:
    """Run the command and leave with its exit code."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(int(ExitCode.INTERRUPTED))
    except OSError as error:
        with contextlib.suppress(OSError):
            typer.echo(f"error: {error}", err=True)
        sys.exit(int(ExitCode.NOT_WRITTEN))
    finally:
        _give_up_on_closed_pipes()


def _give_up_on_closed_pipes() -> None:
    """What a full or closed standard output still holds back would be an error when Python ends."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
