"""Any request of known words, however odd its fields and values, is answered or refused."""

# ruff: noqa: S311 -- seeded on purpose

from __future__ import annotations

import json
import random
from typing import Any

import duckdb
import pytest
from query_tables import NOW, make_target, random_documents

from adcore.query.errors import SearchError
from adcore.query.run import search

Json = Any

FIELDS = [
    "host", "tags", "message", "message.keyword", "count", "value", "time", "ok", "address",
    "entity", "entity.name", "entity.score", "nothing", "_id", "_index", "_seq_no", "_score",
]  # fmt: skip
VALUES: list[Json] = [
    1, -1.5, 2**70, 0, 1e300, True, None, [1], {"a": 1}, "", "a", "a b", "x*", "true", "10.0.0.1",
    "10.0.0.0/8", "::1", "now-1d", "2020-01-01", "é\ud800", "(", "a AND (b OR c)",
    "count:[1 TO 5] value:>2",
]  # fmt: skip
LINES = [
    "*x*", 'a~1 "b c"~2', "/a.*/", "host:(a b)^2", "_exists_:host", "*:*", "host:*",
    "count:* AND -ok:true", "value:{1 TO *}", "time:>now-1d", "f(", "message:dis*",
]  # fmt: skip
LEAVES = [
    "term", "prefix", "wildcard", "regexp", "fuzzy", "match", "match_phrase",
    "match_phrase_prefix", "match_bool_prefix",
]  # fmt: skip
MEASURES = [
    "max", "avg", "sum", "value_count", "cardinality", "stats", "extended_stats", "percentiles",
    "median_absolute_deviation",
]  # fmt: skip


class Requests:
    """Odd requests, one after the other."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)

    def field(self) -> str:
        return self.draw.choice(FIELDS)

    def value(self) -> Json:
        return self.draw.choice(VALUES)

    def query(self, depth: int = 0) -> Json:
        if depth < 3 and self.draw.random() < 0.3:
            return self._compound(depth + 1)
        odd: list[Json] = [
            {"terms": {self.field(): [self.value() for _ in range(self.draw.choice([1, 100]))]}},
            {"range": {self.field(): {"gte": self.value(), "lt": self.value()}}},
            {"exists": {"field": self.field()}},
            {"ids": {"values": [self.value()]}},
            {"multi_match": {"query": self.value(), "fields": [self.field(), "*"]}},
            {"query_string": {"query": self.draw.choice(LINES), "fields": [self.field()]}},
            {"query_string": {"query": self.draw.choice(LINES), "lenient": True}},
            {"simple_query_string": {"query": self.draw.choice(LINES)}},
        ]
        leaf = {self.draw.choice(LEAVES): {self.field(): self.value()}}
        return self.draw.choice([leaf, leaf, *odd])

    def _compound(self, depth: int) -> Json:
        return self.draw.choice(
            [
                {"bool": {"must": self.query(depth), "must_not": [self.query(depth)]}},
                {"bool": {"should": [self.query(depth), self.query(depth)]}},
                {"nested": {"path": self.draw.choice(["entity", "x"]), "query": self.query(depth)}},
                {"dis_max": {"queries": [self.query(depth)], "tie_breaker": 0.5}},
                {"constant_score": {"filter": self.query(depth)}},
            ]
        )

    def aggregation(self, depth: int = 0) -> Json:
        field = {"field": self.field()}
        missing = {**field, "missing": self.draw.choice([5, "2020-01-01", "a"])}
        time = {**field, "calendar_interval": "day", "time_zone": "Europe/Berlin"}
        measures: list[Json] = [
            {self.draw.choice(MEASURES): self.draw.choice([field, field, missing])},
            {"percentile_ranks": {**field, "values": [1, 2]}},
            {"weighted_avg": {"value": field, "weight": {"field": self.field()}}},
            {"top_hits": {"size": 1, "sort": [{self.field(): "desc"}]}},
        ]
        source = {"s": {"terms": {**field, "missing_bucket": True}}}
        composite = {"sources": [source, {"t": {"date_histogram": time}}]}
        buckets: list[Json] = [
            {"terms": self.draw.choice([field, missing, {**field, "include": "a.*"}])},
            {"filter": self.query(2)},
            {"filters": {"filters": [self.query(2)], "other_bucket": True}},
            {"missing": field},
            {"date_histogram": time},
            {"histogram": {**field, "interval": 2}},
            {"range": {**field, "ranges": [{"to": 1}, {"from": self.value()}]}},
            {"date_range": {**field, "ranges": [{"from": "now-1d/d"}, {"to": "now"}]}},
            {"composite": {**composite, "after": {"s": self.value(), "t": self.value()}}},
            {"composite": composite},
            {"nested": {"path": "entity"}},
            {"reverse_nested": {}},
            {"global": {}},
        ]
        if depth < 2 and self.draw.random() < 0.7:
            return {**self.draw.choice(buckets), "aggs": {"below": self.aggregation(depth + 1)}}
        return self.draw.choice([*measures, *buckets])

    def request(self) -> Json:
        body: Json = {"size": self.draw.choice([0, 3]), "query": self.query()}
        if self.draw.random() < 0.6:
            body["aggs"] = {"top": self.aggregation()}
        if self.draw.random() < 0.3:
            body["sort"] = [{self.field(): {"unmapped_type": "long"}}, {self.field(): "desc"}]
        return body


@pytest.mark.parametrize("seed", range(3))
def test_a_request_is_answered_or_refused(seed: int) -> None:
    connection = duckdb.connect()
    fewer = [{"host": "a", "count": at} for at in range(5)]
    targets = [
        make_target(connection, "first", random_documents(30, seed=seed)),
        make_target(connection, "second", fewer),
    ]
    requests = Requests(seed)
    answered = refused = 0
    for _ in range(80):
        request = requests.request()
        try:
            response = search(targets, request, connection, lambda: NOW)
        except SearchError as error:
            assert json.dumps(error.body(), allow_nan=False)  # noqa: PT017
            refused += 1
        else:
            assert json.dumps(response, allow_nan=False)
            answered += 1
    assert min(answered, refused) > 10
