"""JSON to the syntax tree of a whole search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adcore.query.computed.request import RuntimeField, parse_runtime_mappings
from adcore.query.errors import illegal_argument, parsing_error
from adcore.query.limits import DEFAULT_LIMITS, Limits
from adcore.query.syntax.aggregations import Aggregation
from adcore.query.syntax.parse_aggregation import parse_aggregations
from adcore.query.syntax.parse_query import parse_query
from adcore.query.syntax.queries import MatchAll, Query
from adcore.query.syntax.reader import (
    Json,
    JsonObject,
    boolean,
    integer,
    number,
    text,
    token,
)
from adcore.query.syntax.sort import SortKey, parse_sort
from adcore.query.syntax.source import DEFAULT_DOCUMENTS, DocumentOptions, parse_documents

__all__ = ["SearchRequest", "parse_request"]

# Understood, but of no consequence on one machine without shards, or left out of responses.
_WITHOUT_EFFECT = frozenset(
    {
        "timeout", "explain", "profile", "highlight", "stats", "indices_boost", "track_scores",
        "stored_fields", "ext", "terminate_after", "verbose_pipeline",
        "include_named_queries_score",
        "preference",
    }
)  # fmt: skip
_KNOWN = _WITHOUT_EFFECT | {
    "query", "from", "size", "sort", "search_after", "track_total_hits", "_source", "fields",
    "docvalue_fields", "version", "seq_no_primary_term", "aggs", "aggregations", "min_score",
    "post_filter", "collapse", "script_fields", "runtime_mappings", "derived", "suggest",
    "rescore", "pit", "slice",
}  # fmt: skip
# Only nothing at all may be asked of these.
_EMPTY_ONLY = (
    "derived", "suggest", "rescore", "pit", "slice",
)  # fmt: skip
DEFAULT_TOTAL = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """A search.

    Attributes
    ----------
    counted_hits : int or None
        How far hits are counted; None: all of them; 0: not at all.
    post_filter : Query or None
        What hits, but not aggregations, must match.
    runtime_fields : mapping
        The fields that are computed beside those of the index, by name.
    """

    query: Query
    start: int = 0
    size: int = 10
    sort: tuple[SortKey, ...] = ()
    search_after: tuple[Json, ...] | None = None
    counted_hits: int | None = DEFAULT_TOTAL
    documents: DocumentOptions = DEFAULT_DOCUMENTS
    aggregations: tuple[Aggregation, ...] = ()
    min_score: float | None = None
    post_filter: Query | None = None
    collapse: str | None = None
    track_scores: bool = False
    runtime_fields: Mapping[str, RuntimeField] = field(default_factory=dict)


def parse_request(content: Json, limits: Limits = DEFAULT_LIMITS) -> SearchRequest:
    """The syntax tree of a search; None or ``{}`` asks for any ten documents.

    Raises
    ------
    SearchError
        Type and reason as the API gives them.

    Examples
    --------
    >>> parse_request({"size": 3}).size
    3
    """
    body = _body(content)
    sort = parse_sort(body["sort"]) if body.get("sort") else ()
    aggregations = body.get("aggs", body.get("aggregations"))
    request = SearchRequest(
        query=_query(body.get("query"), limits),
        start=_count(body, "from", 0),
        size=_count(body, "size", 10),
        sort=sort,
        search_after=_search_after(body.get("search_after"), sort),
        counted_hits=_counted(body.get("track_total_hits")),
        documents=parse_documents(body),
        aggregations=() if aggregations is None else parse_aggregations(aggregations, limits),
        min_score=_optional_number(body, "min_score"),
        post_filter=None
        if not body.get("post_filter")
        else parse_query(body["post_filter"], limits),
        collapse=_collapse(body.get("collapse")),
        track_scores=boolean(body.get("track_scores") or False),
        runtime_fields=parse_runtime_mappings(body.get("runtime_mappings")),
    )
    _check_window(request, limits)
    return request


def _body(content: Json) -> JsonObject:
    if content is None:
        return {}
    if not isinstance(content, Mapping):
        raise parsing_error(f"Expected [START_OBJECT] but found [{token(content)}]")
    for key, item in content.items():
        if key not in _KNOWN:
            raise parsing_error(f"Unknown key for a {token(item)} in [{key}].")
    for key in _EMPTY_ONLY:
        if content.get(key):
            raise illegal_argument(f"[{key}] is not supported")
    return content


def _query(content: Json, limits: Limits) -> Query:
    return MatchAll() if content is None else parse_query(content, limits)


def _count(body: JsonObject, key: str, default: int) -> int:
    content = body.get(key)
    if content is None:
        return default
    found = integer("search", key, content)
    if found == -1 and key == "from":
        return default
    if found < 0:
        raise illegal_argument(f"[{key}] parameter cannot be negative, found [{found}]")
    return found


def _optional_number(body: JsonObject, key: str) -> float | None:
    return None if body.get(key) is None else number("search", key, body[key])


def _counted(content: Json) -> int | None:
    if content is None:
        return DEFAULT_TOTAL
    if isinstance(content, bool) or content in ("true", "false"):
        return None if boolean(content) else 0
    found = integer("search", "track_total_hits", content)
    if found < -1:
        raise illegal_argument(
            f"[track_total_hits] parameter must be positive or equals to -1, got {found}"
        )
    return None if found == -1 else found


def _search_after(content: Json, sort: tuple[SortKey, ...]) -> tuple[Json, ...] | None:
    if content is None:
        return None
    if not isinstance(content, (list, tuple)):
        raise parsing_error(
            f"Expected [START_ARRAY] in [search_after] but found [{token(content)}]"
        )
    if not content:
        raise illegal_argument("Values must contains at least one value.")
    if not sort:
        raise illegal_argument("Sort must contain at least one field.")
    if len(content) != len(sort):
        raise illegal_argument(
            f"search_after has {len(content)} value(s) but sort has {len(sort)}."
        )
    return tuple(content)


def _collapse(content: Json) -> str | None:
    if content is None:
        return None
    if not isinstance(content, Mapping) or "field" not in content:
        raise parsing_error("[collapse] requires a field")
    if content.get("inner_hits"):
        raise illegal_argument("[collapse] inner_hits is not supported")
    return text("collapse", "field", content["field"])


def _check_window(request: SearchRequest, limits: Limits) -> None:
    if request.search_after is not None and request.start > 0:
        raise illegal_argument("`from` parameter must be set to 0 when `search_after` is used.")
    window = request.start + request.size
    if window > limits.result_window:
        raise illegal_argument(
            "Result window is too large, from + size must be less than or equal to: "
            f"[{limits.result_window}] but was [{window}]. See the scroll api for a more efficient "
            "way to request large data sets. This limit can be set by changing the "
            "[index.max_result_window] index level setting."
        )
