"""What a service is told when it starts: its name, its limits, who it says it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from adcore.service.detectors.settings import DetectionSettings
from adcore.service.jobs.settings import JobSettings

__all__ = ["Distribution", "Principal", "ServiceLimits", "Settings"]

Distribution = Literal["auto", "opensearch", "elasticsearch"]


@dataclass(frozen=True, slots=True)
class Principal:
    """Whose request it is; detectors keep it as their ``user``.

    Attributes
    ----------
    tenant : str or None
        The ``user_requested_tenant`` of the API.
    """

    name: str = "admin"
    backend_roles: tuple[str, ...] = ("admin",)
    roles: tuple[str, ...] = ("own_index", "all_access")
    custom_attribute_names: tuple[str, ...] = ()
    tenant: str | None = "__user__"


@dataclass(frozen=True, slots=True)
class ServiceLimits:
    """How much clients may ask for.

    Attributes
    ----------
    body_bytes : int
        The most bytes of one body, also of one that comes compressed.
    pending_body_bytes : int
        The most bytes of all bodies that are being worked on.
    requests : int
        The most requests at a time; more are answered with 429.
    readers, writers : int
        Threads for requests that read, and for those that write.
    json_depth : int
        How deep objects and arrays of a request may stand in each other.
    body_seconds : float
        How long a client may take to send a body.
    request_seconds : float
        How long a search may run before it is stopped.
    """

    body_bytes: int = 100 * 1024 * 1024
    pending_body_bytes: int = 512 * 1024 * 1024
    requests: int = 256
    readers: int = 8
    writers: int = 4
    json_depth: int = 250
    body_seconds: float = 60.0
    request_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a service.

    Attributes
    ----------
    distribution : {"auto", "opensearch", "elasticsearch"}
        Which API's clients shall find their own kind: it decides what ``GET /`` says. ``auto``:
        each client its own, see `adcore.service.dialect`.
    version : str or None
        The version that ``GET /`` names; None: one that the client accepts.
    address : str
        Where clients reach the service, as host and port, for those that ask the nodes for it.
    allowed_hosts : tuple of str or None
        The names that the ``Host`` of a request may have, which protects a service without users
        from web pages that give its address a name of theirs; None: any.
    principal : Principal or None
        Whose requests those without a user are.
    detection : DetectionSettings
        Limits and defaults of detectors.
    jobs : JobSettings
        Limits and defaults of jobs.
    """

    name: str = "adcore"
    cluster_name: str = "adcore"
    distribution: Distribution = "auto"
    version: str | None = None
    address: str = "127.0.0.1:9200"
    allowed_hosts: tuple[str, ...] | None = None
    principal: Principal | None = field(default_factory=Principal)
    limits: ServiceLimits = field(default_factory=ServiceLimits)
    detection: DetectionSettings = field(default_factory=DetectionSettings)
    jobs: JobSettings = field(default_factory=JobSettings)
