"""The whole life of a job by one version of the Elasticsearch client; prints what it saw as JSON.

Run with the client on the path: ``python job_life.py URL``. The scripts of people who have one of
the three versions look like this; where the versions differ, `Ml` says how.
"""

from __future__ import annotations

import json
import math
import random
import sys
from typing import Any

import elasticsearch

HOUR = 3_600_000
START = 1_454_976_000_000  # 2016-02-09
DAYS = 14
AIRLINES = ("AAL", "BA", "KLM")
SURPRISE = 300
MAJOR = elasticsearch.__version__[0]
REFUSED = elasticsearch.TransportError if MAJOR == 7 else elasticsearch.ApiError


class Ml:
    """The calls of a client: version 7 takes bodies and parameters, later ones take keywords."""

    def __init__(self, client: Any) -> None:
        self._ml = client.ml

    def __call__(self, name: str, body: Any = None, params: Any = None, **path: Any) -> Any:
        method = getattr(self._ml, name)
        if MAJOR == 7:
            sent = {} if body is None else {"body": body}
            return method(**path, **sent, params=params or {})
        fields = {"data": body} if name == "post_data" else dict(body or {})
        fields |= {("from_" if key == "from" else key): v for key, v in (params or {}).items()}
        return method(**path, **fields).body


def records() -> list[dict[str, Any]]:
    """Response times by airline: a day's wave, noise, and a surprise of one of them."""
    rng = random.Random(7)  # noqa: S311 -- noise, the same each time
    rows = []
    for hour in range(DAYS * 24):
        for airline in AIRLINES:
            for minute in (5, 20, 35, 50):
                value = 100 + 30 * math.sin(hour / 24 * 2 * math.pi) + rng.gauss(0, 4)
                if airline == "AAL" and hour == SURPRISE:
                    value += 600
                time = START + hour * HOUR + minute * 60_000
                rows.append({"time": time, "airline": airline, "responsetime": round(value, 3)})
    return rows


JOB = {
    "description": "Response times by airline",
    "groups": ["flights"],
    "analysis_config": {
        "bucket_span": "1h",
        "detectors": [
            {"function": "mean", "field_name": "responsetime", "by_field_name": "airline"}
        ],
        "influencers": ["airline"],
    },
    "data_description": {"time_field": "time", "time_format": "epoch_ms"},
}


def refused(call: Any) -> list[Any]:
    """Status and type of an error, as the client raises it."""
    try:
        call()
    except REFUSED as error:
        return [error.status_code, error.error if MAJOR == 7 else error.body["error"]["type"]]
    return []


def of(rows: list[dict[str, Any]], first: int, last: int) -> list[dict[str, Any]]:
    return [row for row in rows if START + first * HOUR <= row["time"] < START + last * HOUR]


def life(client: Any) -> dict[str, Any]:
    ml = Ml(client)
    seen: dict[str, Any] = {"version": int(client.info()["version"]["number"].split(".")[0])}
    made = ml("put_job", JOB, job_id="fares")
    seen["made"] = [made["job_id"], made["analysis_config"]["detectors"][0]["function"]]
    seen["twice"] = refused(lambda: ml("put_job", JOB, job_id="fares"))
    seen["closed"] = refused(lambda: ml("post_data", [{"time": 1}], job_id="fares"))
    seen["opened"] = ml("open_job", job_id="fares")["opened"]

    rows = records()
    counts = ml("post_data", of(rows, 0, 250), job_id="fares")
    seen["posted"] = [counts[name] for name in ("processed_record_count", "bucket_count")]
    before = scores(ml)
    for day in range(250, DAYS * 24 - 12, 24):
        ml("post_data", of(rows, day, min(day + 24, DAYS * 24 - 12)), job_id="fares")
    ml("post_data", of(rows, DAYS * 24 - 12, DAYS * 24)[:-6], job_id="fares")
    seen["renormalised"] = renormalised(before, scores(ml))
    seen["interim"] = interim(ml)
    seen |= reads(ml)
    seen["forecast"] = forecast(client, ml)
    stats = ml("get_job_stats", job_id="flights")["jobs"][0]
    seen["stats"] = [stats["state"], stats["data_counts"]["processed_record_count"]]
    seen["open"] = refused(lambda: ml("delete_job", job_id="fares"))
    seen["ended"] = ml("close_job", job_id="fares")["closed"]
    snapshots = ml("get_model_snapshots", job_id="fares")["model_snapshots"]
    seen["snapshots"] = len(snapshots)
    seen["deleted"] = ml("delete_job", job_id="fares")["acknowledged"]
    seen["gone"] = refused(lambda: ml("get_jobs", job_id="fares"))
    return seen


def scores(ml: Ml) -> dict[str, dict[str, Any]]:
    """The records of the first 200 hours, by where and of whom they are."""
    body = {"sort": "timestamp", "desc": False, "end": str(START + 200 * HOUR)}
    found = ml("get_records", body, {"size": 1000}, job_id="fares")["records"]
    return {f"{each['timestamp']} {each['by_field_value']}": each for each in found}


def renormalised(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What later data changed of records, and what it left."""
    changed = [name for name, old in before.items() if after[name] != old]
    score = {"record_score": 0}
    return {
        "same": before.keys() == after.keys(),
        "changed": len(changed) > 0,
        "scores": all(before[n]["record_score"] != after[n]["record_score"] for n in changed),
        "kept": all(before[n] | score == after[n] | score for n in changed),
    }


def interim(ml: Ml) -> dict[str, Any]:
    """A flush with interim results, which final ones then replace."""
    end = START + (DAYS * 24 - 1) * HOUR
    flushed = ml("flush_job", {"calc_interim": True}, job_id="fares")
    found = ml("get_buckets", {"start": str(end)}, job_id="fares")["buckets"]
    hidden = ml("get_buckets", {"start": str(end), "exclude_interim": True}, job_id="fares")
    ml("flush_job", {"advance_time": str(end + HOUR)}, job_id="fares")
    final = ml("get_buckets", {"start": str(end)}, job_id="fares")["buckets"]
    return {
        "end": (flushed["last_finalized_bucket_end"] - START) // HOUR,
        "interim": [bucket["is_interim"] for bucket in found],
        "hidden": hidden["count"],
        "final": [bucket["is_interim"] for bucket in final],
    }


def reads(ml: Ml) -> dict[str, Any]:
    """Results in every documented way."""
    best = ml("get_records", {"sort": "record_score", "desc": True}, {"size": 1}, job_id="fares")
    record = best["records"][0]
    at = START + SURPRISE * HOUR
    one = ml("get_buckets", {"expand": True}, job_id="fares", timestamp=str(at))["buckets"][0]
    severe = ml("get_buckets", {"anomaly_score": 50, "sort": "anomaly_score"}, job_id="fares")
    influencers = ml("get_influencers", {"influencer_score": 50}, job_id="fares")
    overall = ml("get_overall_buckets", {"overall_score": 50, "bucket_span": "1d"}, job_id="fl*")
    page = ml("get_buckets", None, {"from": 10, "size": 2}, job_id="fares")
    return {
        "best": [(record["timestamp"] - START) // HOUR, record["by_field_value"],
                 record["record_score"] > 75, record["airline"]],
        "bucket": [len(one["records"]), one["event_count"], one["bucket_influencers"][0][
            "influencer_field_name"] in ("airline", "bucket_time")],
        "severe": (severe["buckets"][-1]["timestamp"] - START) // HOUR,
        "influencers": influencers["influencers"][0]["influencer_field_value"],
        "overall": [(o["timestamp"] - START) // HOUR // 24 for o in overall["overall_buckets"]],
        "page": [page["count"], [(b["timestamp"] - START) // HOUR for b in page["buckets"]]],
    }  # fmt: skip


def forecast(client: Any, ml: Ml) -> dict[str, Any]:
    """A forecast of a day, found by a search among the results, and deleted."""
    made = ml("forecast", {"duration": "12h"}, job_id="fares")
    query = {"term": {"forecast_id": made["forecast_id"]}}
    points = [hit["_source"] for hit in search(client, query) if hit["_source"]["result_type"]
              == "model_forecast"]  # fmt: skip
    ml("delete_forecast", job_id="fares", forecast_id=made["forecast_id"])
    inside = [p["forecast_lower"] <= p["forecast_prediction"] <= p["forecast_upper"]
              for p in points]  # fmt: skip
    return {
        "points": len(points) // len(AIRLINES),
        "ordered": all(inside),
        "left": len(search(client, query)),
    }


def search(client: Any, query: dict[str, Any]) -> Any:
    body = {"query": query, "size": 1000}
    index = ".ml-anomalies-*"
    found = client.search(index=index, body=body) if MAJOR == 7 else client.search(
        index=index, **body
    )  # fmt: skip
    return found["hits"]["hits"]


if __name__ == "__main__":
    print(json.dumps(life(elasticsearch.Elasticsearch(sys.argv[1]))))
