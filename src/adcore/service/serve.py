"""A service as a process of its own: from options to the end."""

from __future__ import annotations

import gc
import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from adcore.errors import InvalidArgumentError
from adcore.service.app import create_app
from adcore.service.exposure import allowed_hosts, check_exposure
from adcore.service.logs import set_up_logs
from adcore.service.protocol import BoundedProtocol
from adcore.service.security import KnownUsers
from adcore.service.settings import Settings
from adcore.service.users_file import read_users
from adcore.store.clock import Clock, system_clock
from adcore.store.store import Store

__all__ = ["ServeOptions", "serve"]

_log = logging.getLogger("adcore.service")
_CONNECTIONS = 1_024
_IDLE_SECONDS = 65
_LAST_SECONDS = 30


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What the command line says.

    Attributes
    ----------
    data : Path or None
        The directory of the store; None: in memory.
    port : int
        0: any that is free.
    """

    data: Path | None
    host: str = "127.0.0.1"
    port: int = 9200
    certificate: Path | None = None
    key: Path | None = None
    users: Path | None = None
    is_insecure: bool = False
    allowed_hosts: tuple[str, ...] = ()
    memory_limit: str = "2GB"
    threads: int | None = None
    log_level: str = "info"
    settings: Settings = Settings()  # noqa: RUF009 -- it cannot be changed


def serve(options: ServeOptions, clock: Clock = system_clock) -> None:
    """Serve until told to stop by a signal.

    Raises
    ------
    InvalidArgumentError
        If the options contradict each other, or the port cannot be had.
    StoreError
        If the directory cannot be had.
    """
    check_exposure(
        options.host,
        certificate=options.certificate,
        key=options.key,
        users=options.users,
        is_insecure=options.is_insecure,
    )
    users = None if options.users is None else KnownUsers(read_users(options.users))
    set_up_logs(options.log_level)
    with _listening(options.host, options.port) as listener:
        settings = _settings(options, listener)
        with Store.open(
            options.data, clock=clock, memory_limit=options.memory_limit, threads=options.threads
        ) as store:
            app = create_app(store, settings=settings, clock=clock, users=users)
            config = _config(app, options)
            _say_where(options, settings)
            with _set_aside():
                _run(uvicorn.Server(config), listener)
    _log.info("stopped")


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=2_048)
    except (OSError, OverflowError) as error:
        raise InvalidArgumentError(f"cannot listen on {host} port {port}: {error}") from error
    with listener:
        yield listener


def _settings(options: ServeOptions, listener: socket.socket) -> Settings:
    name = f"[{options.host}]" if ":" in options.host else options.host
    hosts = allowed_hosts(
        options.host, has_users=options.users is not None, given=options.allowed_hosts
    )
    address = f"{name}:{listener.getsockname()[1]}"
    return replace(options.settings, address=address, allowed_hosts=hosts)


def _config(app: ASGIApp, options: ServeOptions) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=BoundedProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=_LAST_SECONDS,
        ssl_certfile=options.certificate,
        ssl_keyfile=options.key,
    )


@contextmanager
def _set_aside() -> Iterator[None]:
    """What is there for good need not be looked through for garbage, as large bulks make it be."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()  # at the end of the process it is garbage too


def _say_where(options: ServeOptions, settings: Settings) -> None:
    scheme = "http" if options.certificate is None else "https"
    fields = {
        "url": f"{scheme}://{settings.address}",
        "data": None if options.data is None else str(options.data.absolute()),
        "users": options.users is not None,
    }
    _log.info("listening", extra={"fields": fields})


def _run(server: uvicorn.Server, listener: socket.socket) -> None:
    # The server ends its work at these signals and then raises them again, for whoever waited
    # for them before; here that is nobody, and the store is still to be closed.
    before = {each: signal.signal(each, _ignore) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        server.run(sockets=[listener])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore(number: int, frame: object) -> None:
    del number, frame
