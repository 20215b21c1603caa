"""What all handlers of a service share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from prometheus_client.registry import Collector

from adcore.query.limits import DEFAULT_LIMITS, Limits
from adcore.service.cluster_settings import ClusterSettings
from adcore.service.node import Node
from adcore.service.settings import Settings
from adcore.service.snapshots import Snapshots
from adcore.store.clock import Clock
from adcore.store.store import Store

__all__ = ["Context"]


@dataclass(slots=True)
class Context:
    """The parts of a running service.

    Attributes
    ----------
    store : Store
        Owned by whoever made the app, who closes it.
    clock : callable
        The present time in epoch milliseconds.
    node : Node
        Who this service is.
    started : int
        When it was made, by the clock.
    cluster_settings : ClusterSettings
        What clients may change while it runs.
    snapshots : Snapshots
        States that are kept for clients that read page by page.
    at_start, at_end : list of callables
        What modules of routes want to be called when the app starts and when it ends, in a thread
        where they may block; those of the end in reverse order.
    collectors : list of Collector
        What modules of routes tell Prometheus.
    plugins : dict of str to str
        What modules of routes answer beside documents: the plugins by whose names clients look for
        it, each with a description.
    """

    store: Store
    settings: Settings
    clock: Clock
    node: Node
    started: int
    cluster_settings: ClusterSettings
    query_limits: Limits = DEFAULT_LIMITS
    snapshots: Snapshots = field(default_factory=Snapshots)
    at_start: list[Callable[[], None]] = field(default_factory=list)
    at_end: list[Callable[[], None]] = field(default_factory=list)
    collectors: list[Collector] = field(default_factory=list)
    plugins: dict[str, str] = field(default_factory=dict)
