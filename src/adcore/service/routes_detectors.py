"""The endpoints of the Anomaly Detection API."""

from __future__ import annotations

from typing import Any

from adcore.query.intervals import parse_duration
from adcore.service.context import Context
from adcore.service.detectors import suggestions
from adcore.service.detectors.changeable import changeable_settings
from adcore.service.detectors.endpoints import DetectionHandlers, answered, at
from adcore.service.detectors.figures import DetectorFigures
from adcore.service.detectors.service import DetectionService
from adcore.service.detectors.top_anomalies import top_anomalies
from adcore.service.detectors.users import user_of
from adcore.service.requests import Call
from adcore.service.responses import Reply
from adcore.service.routes_insights import insight_endpoints
from adcore.service.routing import Body, Endpoint, endpoints
from adcore.service.system_index import Stored

__all__ = ["detection_endpoints", "routes"]

_DASHBOARDS = "OpenSearch Dashboards"
_WRITE = ("refresh", "if_seq_no", "if_primary_term")
_PROFILE = ("_all", "entity", "category_field")


def routes(context: Context) -> list[Endpoint]:
    """The endpoints over a service that works while the app runs."""
    settings = context.settings.detection
    service = DetectionService(context.store, context.clock, context.node.id, settings)
    context.cluster_settings.register(changeable_settings(service.settings))
    schedulers = service.scheduler, service.insights.scheduler
    context.at_start += [service.recover, *(scheduler.start for scheduler in schedulers)]
    context.at_end.append(service.close)
    context.collectors.append(DetectorFigures(service))
    context.plugins["opensearch-anomaly-detection"] = "Detectors, as the plugin of this name has"
    return detection_endpoints(service)


def detection_endpoints(service: DetectionService) -> list[Endpoint]:
    """The endpoints over a service, whoever starts and ends it."""
    handlers = _Handlers(service)
    return [
        *_of_configurations(handlers),
        *_of_starts(handlers),
        *_of_searches(handlers),
        *_of_figures(handlers),
        *insight_endpoints(service),
    ]


class _Handlers(DetectionHandlers):
    """From a call to what the service answers."""

    @answered("Fail to create detector")
    def create(self, call: Call) -> Reply:
        call.refresh()
        stored = self.service.create(call.object(), user_of(call.user))
        location = f"{call.path.rstrip('/')}/{stored.id}"
        return Reply(_written(stored), 201, {"location": location})

    @answered("Fail to update detector")
    def update(self, call: Call) -> Any:
        call.refresh()
        conditions = call.long("if_seq_no"), call.long("if_primary_term")
        user = user_of(call.user)
        stored = self.service.update(call.value("id"), call.object(), user, *conditions)
        return _written(stored)

    @answered("Fail to get detector")
    def get(self, call: Call) -> Any:
        return self.service.get(
            call.value("id"), job=call.boolean("job"), task=call.boolean("task")
        )

    @answered("Fail to get detector")
    def exists(self, call: Call) -> Reply:
        self.service.get(call.value("id"), job=False, task=False)
        return Reply()

    @answered("Fail to delete detector")
    def delete(self, call: Call) -> Any:
        return self.service.delete(call.value("id"))

    @answered("Fail to validate detector")
    def validate(self, call: Call) -> Any:
        return self.service.validation.validate(
            call.object(), call.optional_value("type") or "detector"
        )

    @answered("Fail to preview detector")
    def preview(self, call: Call) -> Any:
        return self.service.previews.preview(call.object(), call.optional_value("id"))

    @answered("Fail to suggest parameters")
    def suggest(self, call: Call) -> Any:
        return suggestions.suggest(self.service.parts, call.value("types"), call.object())

    @answered("Fail to run detector")
    def run_once(self, call: Call) -> Any:
        return suggestions.run_once(self.service.parts, call.value("id"), call.optional_object())

    @answered("Fail to start detector")
    def start(self, call: Call) -> Any:
        user = user_of(call.user)
        if call.content().strip():
            return self.service.start_historical(call.value("id"), call.object(), user)
        return self.service.start(call.value("id"), user)

    @answered("Fail to stop detector")
    def stop(self, call: Call) -> Any:
        user = user_of(call.user)
        if call.boolean("historical"):
            return self.service.stop_historical(call.value("id"), user)
        return self.service.stop(call.value("id"), user)

    @answered()
    def search(self, call: Call) -> Any:
        shows_ui = _is_dashboards(call)
        return self.service.searches.detectors(call.json(), call.cursor, shows_ui=shows_ui)

    @answered()
    def search_tasks(self, call: Call) -> Any:
        shows_ui = _is_dashboards(call)
        return self.service.searches.tasks(call.json(), call.cursor, shows_ui=shows_ui)

    @answered()
    def search_results(self, call: Call) -> Any:
        return self.service.searches.results(
            call.json(),
            call.cursor,
            call.optional_value("index"),
            only_custom=call.boolean("only_query_custom_result_index"),
        )

    @answered("Fail to delete anomaly result")
    def delete_results(self, call: Call) -> Any:
        return self.service.searches.delete_results(call.json())

    @answered()
    def top_anomalies(self, call: Call) -> Any:
        return top_anomalies(
            self.service.parts, call.value("id"), call.json(),
            historical=call.boolean("historical"),
        )  # fmt: skip

    @answered("Fail to get detector info")
    def count(self, call: Call) -> Any:
        del call
        return {"count": self.service.parts.registry.count()}

    @answered("Fail to get detector info")
    def match(self, call: Call) -> Any:
        return {"match": self.service.parts.registry.matches(call.text("name"))}

    @answered("Fail to get stats")
    def stats(self, call: Call) -> Any:
        if call.has("timeout"):
            parse_duration("timeout", call.text("timeout"))
        return self.service.stats.stats(
            call.path, call.optional_value("node"), call.optional_value("stat")
        )

    @answered("Fail to get detector")
    def profile(self, call: Call) -> Any:
        types = call.optional_value("types")
        listed = None if types is None else [name.strip() for name in types.split(",")]
        if call.has("_all") and call.boolean("_all"):
            listed = ["_all"]
        return self.service.profile(call.value("id"), listed, _entity(call))


def _entity(call: Call) -> Any:
    """The entity of a request: in its body, or as older clients name it."""
    if call.has("entity"):
        return [{"name": call.text("category_field"), "value": call.text("entity")}]
    return call.optional_object().get("entity")


def _written(stored: Stored) -> dict[str, Any]:
    return {
        "_id": stored.id,
        "_version": stored.version,
        "_seq_no": stored.seq_no,
        "anomaly_detector": stored.source,
        "_primary_term": stored.primary_term,
    }


def _is_dashboards(call: Call) -> bool:
    return _DASHBOARDS in call.headers.get("user-agent", "")


def _of_configurations(do: _Handlers) -> list[Endpoint]:
    json: Body = "json"
    return [
        *endpoints("POST", at("detectors"), do.create, parameters=_WRITE,
                   summary="Create a detector.", writes=True, body=json),
        *endpoints("PUT", at("detectors/{id}"), do.update, parameters=_WRITE,
                   summary="Replace a detector.", writes=True, body=json),
        *endpoints("GET", at("detectors/{id}"), do.get, parameters=("job", "task"),
                   summary="A detector, its job and its tasks."),
        *endpoints("HEAD", at("detectors/{id}"), do.exists, parameters=("job", "task"),
                   summary="Whether a detector exists."),
        *endpoints("DELETE", at("detectors/{id}"), do.delete, writes=True,
                   summary="Delete a detector."),
        *endpoints("POST", at("detectors/_validate", "detectors/_validate/{type}"), do.validate,
                   summary="The first issue of a detector.", body=json),
        *endpoints("POST", at("detectors/_preview", "detectors/{id}/_preview"), do.preview,
                   summary="What a detector would find.", body=json, refuses_in_text=True),
        *endpoints("POST", at("detectors/_suggest/{types}"), do.suggest,
                   summary="What suits the data.", body=json),
        *endpoints("GET", at("detectors/count"), do.count, summary="How many detectors."),
        *endpoints("GET", at("detectors/match"), do.match, parameters=("name",),
                   summary="Whether a name is in use."),
    ]  # fmt: skip


def _of_starts(do: _Handlers) -> list[Endpoint]:
    return [
        *endpoints("POST", at("detectors/{id}/_start"), do.start, writes=True, body="json",
                   summary="Start a detector; with a range of time, an analysis of it."),
        *endpoints("POST", at("detectors/{id}/_stop"), do.stop, parameters=("historical",),
                   writes=True, summary="Stop a detector, or its analysis."),
        *endpoints("POST", at("detectors/{id}/_run"), do.run_once, body="json",
                   summary="The result of one interval.", refuses_in_text=True),
    ]  # fmt: skip


def _of_searches(do: _Handlers) -> list[Endpoint]:
    results = at("detectors/results/_search", "detectors/results/_search/{index}")
    return [
        *endpoints("GET POST", at("detectors/_search"), do.search, body="json",
                   summary="Search detectors."),
        *endpoints("GET POST", at("detectors/tasks/_search"), do.search_tasks, body="json",
                   summary="Search tasks."),
        *endpoints("GET POST", results, do.search_results, body="json",
                   parameters=("only_query_custom_result_index",), summary="Search results."),
        *endpoints("DELETE", at("detectors/results"), do.delete_results, body="json",
                   parameters=("source",), writes=True, summary="Delete results of a query."),
        *endpoints("GET POST", at("detectors/{id}/results/_topAnomalies"), do.top_anomalies,
                   body="json", parameters=("historical",), summary="The worst entities."),
    ]  # fmt: skip


def _of_figures(do: _Handlers) -> list[Endpoint]:
    stats = at("stats", "stats/{stat}", "{node}/stats", "{node}/stats/{stat}")
    profiles = at("detectors/{id}/_profile", "detectors/{id}/_profile/{types}")
    return [
        *endpoints("GET", stats, do.stats, parameters=("timeout",), summary="Figures."),
        *endpoints("GET POST", profiles, do.profile, parameters=_PROFILE, body="json",
                   summary="What a detector, or one of its entities, is doing."),
    ]  # fmt: skip
