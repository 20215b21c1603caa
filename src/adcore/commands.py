"""The ``detect`` command from its first word to its exit code."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from adcore.detect.files import OutputError, check_writable, printing, with_mark
from adcore.detect.forests import ForestOptions
from adcore.detect.interrupts import Interrupt
from adcore.detect.notes import notes
from adcore.detect.plan import Request, make_plan
from adcore.detect.progress import ProgressBar
from adcore.detect.run import Outcome, run_detection
from adcore.detect.sources import open_source
from adcore.detect.sql import interruptible
from adcore.detect.terminal import print_anomalies
from adcore.detect.workspace import Workspace
from adcore.detect.writers import check_output_name, write_results
from adcore.errors import DataError, InvalidArgumentError
from adcore.report import check_report, write_report

__all__ = ["ExitCode", "Job", "run_job"]


class ExitCode(enum.IntEnum):
    """What a run ends with; documented in ``docs/detect.md`` and ``adcore detect --help``."""

    DONE = 0
    WRONG_USAGE = 2
    BAD_DATA = 3
    NOT_WRITTEN = 4
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Job:
    """Everything on the command line."""

    file: str
    request: Request
    options: ForestOptions
    output: Path | None = None
    report: Path | None = None
    top: int = 10


def run_job(job: Job, out: Console, err: Console) -> ExitCode:
    """Run a job, with results on ``out`` and all else on ``err``."""
    try:
        with interruptible(), Workspace() as workspace:
            return _run(job, workspace, out, err)
    except InvalidArgumentError as error:
        return _fail(err, error, ExitCode.WRONG_USAGE)
    except DataError as error:
        return _fail(err, error, ExitCode.BAD_DATA)
    except BrokenPipeError:
        # Whoever read the table or the messages has seen enough: there is nobody to tell.
        return ExitCode.NOT_WRITTEN
    except OutputError as error:
        return _fail(err, error, ExitCode.NOT_WRITTEN)
    except KeyboardInterrupt:
        err.print("stopped; nothing more was written", style="yellow")
        return ExitCode.INTERRUPTED


def _run(job: Job, workspace: Workspace, out: Console, err: Console) -> ExitCode:
    _check_outputs(job)
    job.options.make(1)
    source = open_source(workspace, job.file)
    plan = make_plan(workspace, source, job.request)
    # The number of features has a limit, which only the forest knows.
    job.options.make(len(plan.features))
    for guess in plan.guesses:
        _say(err, f"guessed: {guess}")
    # Up to here nothing is worth keeping, and Ctrl-C ends at once.
    with Interrupt() as interrupt:
        outcome = run_detection(workspace, plan, job.options, ProgressBar(err), interrupt)
        for note in notes(outcome):
            _say(err, note)
        _write(job, outcome, err)
    _print_strongest(job, outcome, out)
    return ExitCode.DONE if outcome.is_complete else ExitCode.INTERRUPTED


def _check_outputs(job: Job) -> None:
    """What can go wrong with the results is found out before the work, not after."""
    if job.output is not None:
        check_output_name(job.output)
        check_writable(job.output)
    if job.report is not None:
        check_report(job.report)
        check_writable(job.report)


def _write(job: Job, outcome: Outcome, err: Console) -> None:
    is_partial = not outcome.is_complete
    for path in (job.output, job.report):
        if path is None:
            continue
        target = with_mark(path, "partial") if is_partial else path
        if path is job.output:
            connection, plan, names = outcome.results.connection, outcome.plan, outcome.names
            write_results(connection, plan, names, target, is_partial=is_partial)
        else:
            write_report(outcome, target, job.options.shingle_size)
        _say(err, f"wrote {target}")


def _print_strongest(job: Job, outcome: Outcome, out: Console) -> None:
    apart = job.options.shingle_size * outcome.plan.interval
    strongest = outcome.results.strongest(job.top, apart)
    if strongest:
        with printing():
            print_anomalies(out, outcome.plan, outcome.names, strongest)
            out.file.flush()


def _say(err: Console, text: str) -> None:
    # File names and columns are text, never markup.
    err.print(Text(text, style="dim"), soft_wrap=True)


def _fail(err: Console, error: Exception, code: ExitCode) -> ExitCode:
    err.print(Text.assemble(("error: ", "bold red"), str(error)), soft_wrap=True)
    return code
