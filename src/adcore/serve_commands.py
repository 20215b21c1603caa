"""The ``serve`` and ``users`` commands: their options. What they do is imported when they run."""

from __future__ import annotations

import os
import sys
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, cast

import typer

from adcore.config import parse_bytes
from adcore.errors import AdcoreError, InvalidArgumentError

if TYPE_CHECKING:
    from adcore.service.settings import Distribution

__all__ = ["EXIT_CODES", "serve", "users"]

EXIT_CODES = """Exit codes: 0 stopped by a signal; 2 the command line is wrong or the port is \
taken; 3 the data directory cannot be had."""
_NEEDED = ("anyio", "httptools", "prometheus_client", "starlette", "uvicorn")


def serve(
    data: Annotated[
        Path, typer.Option(metavar="DIR", help="Where everything is kept. Made if need be.")
    ] = Path("adcore-data"),
    in_memory: Annotated[
        bool, typer.Option("--in-memory", help="Keep nothing when it ends.")
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 9200,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Others than this machine need TLS and users.")
    ] = "127.0.0.1",
    tls_certificate: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Certificate with its chain, PEM.")
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Private key of it, PEM.")
    ] = None,
    users: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Who may use it; see adcore users.")
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Allow other machines without TLS and users.")
    ] = False,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A name that clients may call it by. Repeatable."),
    ] = None,
    cluster_name: Annotated[str, typer.Option(help="The name that clients see.")] = "adcore",
    distribution: Annotated[
        str,
        typer.Option(help="Whose clients find their kind: auto (each), opensearch, elasticsearch."),
    ] = "auto",
    api_version: Annotated[
        str | None, typer.Option(metavar="X.Y.Z", help="The version that clients see.")
    ] = None,
    max_body_mb: Annotated[int, typer.Option(min=1, help="The largest body, in MiB.")] = 100,
    memory_limit: Annotated[
        str, typer.Option(metavar="SIZE", help="What searches may take, such as 2GB.")
    ] = "2GB",
    threads: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Of one search, and of one look at the models of many entities. By default one "
            "per processor.",
        ),
    ] = None,
    model_memory: Annotated[
        str,
        typer.Option(
            metavar="SIZE",
            help="What the models of detectors with category fields may take, such as 4GB; "
            "those that do not fit wait on disk.",
        ),
    ] = "4GB",
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "info",
) -> None:
    """Serve documents, searches and detectors over HTTP."""
    _need_service()
    from adcore.options import MAXIMUM_THREADS  # noqa: PLC0415 -- the help stays quick
    from adcore.service.detectors.settings import DetectionSettings  # noqa: PLC0415
    from adcore.service.serve import ServeOptions  # noqa: PLC0415
    from adcore.service.serve import serve as run  # noqa: PLC0415
    from adcore.service.settings import ServiceLimits, Settings  # noqa: PLC0415

    if distribution not in ("auto", "opensearch", "elasticsearch"):
        _fail(f"--distribution must be auto, opensearch or elasticsearch, got {distribution!r}", 2)
    if log_level not in ("debug", "info", "warning", "error"):
        _fail(f"--log-level must be debug, info, warning or error, got {log_level!r}", 2)
    detection = DetectionSettings(
        model_memory=_size("--model-memory", model_memory),
        threads=min(threads or os.cpu_count() or 1, MAXIMUM_THREADS),
    )
    body_bytes = max_body_mb * 1024 * 1024
    limits = ServiceLimits(body_bytes=body_bytes, pending_body_bytes=5 * body_bytes)
    settings = Settings(
        cluster_name=cluster_name,
        distribution=cast("Distribution", distribution),
        version=api_version,
        limits=limits,
        detection=detection,
    )
    options = ServeOptions(
        None if in_memory else data, host, port, tls_certificate, tls_key, users, insecure,
        tuple(allow_host or ()), memory_limit, threads, log_level, settings,
    )  # fmt: skip
    try:
        run(options)
    except InvalidArgumentError as error:
        _fail(str(error), 2)
    except AdcoreError as error:
        _fail(str(error), 3)


users = typer.Typer(help="Those who may use a service.", no_args_is_help=True)
_File = Annotated[Path, typer.Option("--users", metavar="FILE", help="The file of the users.")]


@users.command()
def add(name: str, file: _File) -> None:
    """Add a user, or change the password of one. It is read from the terminal or standard input."""
    _need_service()
    from adcore.service.users_file import add_user  # noqa: PLC0415

    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline().rstrip(os.linesep)
    try:
        add_user(file, name, password)
    except InvalidArgumentError as error:
        _fail(str(error), 2)


@users.command()
def key(name: str, file: _File) -> None:
    """Give a user a new API key. It is printed once, as clients send it, and kept nowhere."""
    _need_service()
    import base64  # noqa: PLC0415

    from adcore.service.users_file import add_key  # noqa: PLC0415

    try:
        id_, secret = add_key(file, name)
    except InvalidArgumentError as error:
        _fail(str(error), 2)
    typer.echo(base64.b64encode(f"{id_}:{secret}".encode()).decode())


def _size(option: str, text: str) -> int:
    try:
        return parse_bytes(text, name=option)
    except InvalidArgumentError as error:
        _fail(str(error), 2)


def _need_service() -> None:
    missing = [name for name in _NEEDED if util.find_spec(name) is None]
    if missing:
        _fail(f"the service needs {', '.join(missing)}: pip install 'adcore[service]'", 2)


def _fail(text: str, code: int) -> NoReturn:
    typer.echo(f"error: {text}", err=True)
    raise typer.Exit(code)
