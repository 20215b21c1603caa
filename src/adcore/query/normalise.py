"""How the API gives a stored query back: every option spelled out."""

from __future__ import annotations

from collections.abc import Mapping

from adcore.query.echo import Echo, echo_query
from adcore.query.limits import DEFAULT_LIMITS, Limits
from adcore.query.syntax import queries as q
from adcore.query.syntax.parse_query import parse_query
from adcore.query.syntax.reader import Json

__all__ = ["normalise_aggregations", "normalise_query"]


def normalise_query(content: Json, limits: Limits = DEFAULT_LIMITS) -> Echo:
    """A query in the form in which the API stores and returns it; ``{}`` and null match all.

    Examples
    --------
    >>> normalise_query({"term": {"host": "a"}})
    {'term': {'host': {'value': 'a', 'boost': 1}}}
    """
    if content is None or content == {}:
        return echo_query(q.MatchAll())
    return echo_query(parse_query(content, limits))


def normalise_aggregations(content: Json) -> Json:
    """Aggregations as the API returns them: as sent, but with their queries normalised.

    Examples
    --------
    >>> normalise_aggregations({"f": {"filter": {"term": {"a": 1}}}})
    {'f': {'filter': {'term': {'a': {'value': 1, 'boost': 1}}}}}
    """
    if not isinstance(content, Mapping):
        return content
    return {name: _aggregation(body) for name, body in content.items()}


def _aggregation(body: Json) -> Json:
    if not isinstance(body, Mapping):
        return body
    echo: Echo = {}
    for key, content in body.items():
        if key == "filter":
            echo[key] = normalise_query(content)
        elif key == "filters" and isinstance(content, Mapping):
            echo[key] = _filters(content)
        elif key in {"aggs", "aggregations"}:
            echo["aggregations"] = normalise_aggregations(content)
        else:
            echo[key] = content
    return echo


def _filters(content: Mapping[str, Json]) -> Echo:
    echo: Echo = dict(content)
    filters = content.get("filters")
    if isinstance(filters, Mapping):
        echo["filters"] = {name: normalise_query(query) for name, query in filters.items()}
    elif isinstance(filters, (list, tuple)):
        echo["filters"] = [normalise_query(query) for query in filters]
    return echo
