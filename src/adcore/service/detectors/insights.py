"""Insights: now and then, which anomalies of all detectors happened together."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Mapping
from typing import Any

from adcore.errors import AdcoreError
from adcore.service.detectors.errors import refusal
from adcore.service.detectors.insight_documents import insight_document
from adcore.service.detectors.names import INSIGHTS, INSIGHTS_JOB
from adcore.service.detectors.parts import Parts
from adcore.service.scheduler import Scheduler
from adcore.service.system_index import Stored, search_documents

__all__ = ["Insights", "InsightsRun"]

_log = logging.getLogger(__name__)

_MINUTE = 60_000
_FREQUENCY = re.compile(r"([0-9]{1,6})\s*([mhd]?)")
_UNITS = {"m": ("Minutes", _MINUTE), "h": ("Hours", 60 * _MINUTE), "d": ("Days", 1_440 * _MINUTE)}
# Detectors that were started together with it may have results by then.
_SECOND_LOOK = 5 * _MINUTE


class InsightsRun:
    """One start of the job: a look at once, one after five minutes, and one each interval.

    A look is at what was found in an interval before it. Looks that were missed are made up for by
    the one with which a process begins.

    Parameters
    ----------
    job : Stored
    parts : Parts
    """

    id = INSIGHTS_JOB

    def __init__(self, job: Stored, parts: Parts) -> None:
        self.is_stopped = False
        self.next_fire = parts.clock()
        self._parts = parts
        self._enabled_time = int(job.source["enabled_time"])
        self._interval = int(job.source["lock_duration_seconds"]) * 1_000

    def fire(self) -> None:
        """Look, and write what there is to say."""
        now = self._parts.clock()
        try:
            self._look(now)
        except AdcoreError:
            _log.exception("insights could not be made")
        finally:
            self.next_fire = self._after(now)

    def _after(self, now: int) -> int:
        passed = now - self._enabled_time
        if passed < 0:  # the clock was ahead when it was started
            return now + self._interval
        if passed < _SECOND_LOOK < self._interval:
            return self._enabled_time + _SECOND_LOOK
        return self._enabled_time + (passed // self._interval + 1) * self._interval

    def _look(self, now: int) -> None:
        parts, first = self._parts, now - self._interval
        configs = parts.registry.all()
        anomalies = parts.writer.anomalies(configs.values(), first, now)
        document = insight_document(anomalies, configs, first, now, now)
        if document is not None:
            parts.indices.ensure_insights()
            parts.store.documents.index(INSIGHTS, document)

    def stop(self) -> None:
        """Look no more."""
        self.is_stopped = True

    def close(self) -> None:
        """Look no more in this process."""
        self.is_stopped = True


class Insights:
    """The job that makes insights, of which there is one, and what it has found.

    Parameters
    ----------
    parts : Parts
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.scheduler = Scheduler[InsightsRun](parts.clock, "adcore-insights", workers=1)
        # Starts and stops take turns.
        self._lock = threading.Lock()

    def recover(self) -> None:
        """Go on if it ran when the process ended."""
        job = self._job()
        if job is not None and job.source["enabled"]:
            self.scheduler.add(InsightsRun(job, self._parts))

    def start(self, frequency: str, user: Mapping[str, Any] | None) -> str:
        """Start it, and say so.

        Parameters
        ----------
        frequency : str
            ``24h``, ``30m``, ``1d``; hours without a unit.

        Raises
        ------
        ApiError
            If it is none.
        """
        document = self._document(frequency, user)
        with self._lock:
            kept = self._job()
            if kept is not None and kept.source["enabled"]:
                return "Insights job is already running"
            self._parts.jobs.index.put(document, INSIGHTS_JOB)
            self.recover()
        done = "created" if kept is None else "restarted"
        return f"Insights job {done} successfully with frequency: {frequency}"

    def stop(self) -> str:
        """Stop it, and say so."""
        with self._lock:
            job = self._job()
            if job is None:
                return "Insights job is not running"
            if not job.source["enabled"]:
                return "Insights job is already stopped"
            self._parts.jobs.disable(INSIGHTS_JOB)
            self.scheduler.remove(INSIGHTS_JOB)
        return "Insights job stopped successfully"

    def status(self) -> dict[str, Any]:
        """Whether it runs, and since when."""
        job = self._job()
        source = {"enabled": False} if job is None else job.source
        shown = ("enabled", "enabled_time", "disabled_time", "last_update_time", "schedule")
        return {"job_name": INSIGHTS_JOB} | {k: source[k] for k in shown if k in source}

    def results(
        self, detector_id: str | None, index: str | None, first: int, size: int
    ) -> dict[str, Any]:
        """Insights, the newest first; those with a detector, or of an index of documents.

        Raises
        ------
        SearchError
        """
        if not self._parts.store.documents.exists(INSIGHTS):
            return {"total_hits": 0, "results": []}
        given = {"doc_detector_ids": detector_id, "doc_indices": index}
        terms = [{"term": {name: value}} for name, value in given.items() if value]
        body = {
            "query": {"bool": {"filter": terms}}, "from": first, "size": size,
            "sort": [{"generated_at": "desc"}], "track_total_hits": True,
        }  # fmt: skip
        parts = self._parts
        hits = search_documents(parts.store.documents, INSIGHTS, body, parts.clock)["hits"]
        return {
            "total_hits": hits["total"]["value"],
            "results": [hit["_source"] for hit in hits["hits"]],
        }

    def close(self) -> None:
        """Look no more in this process."""
        self.scheduler.close()

    def _job(self) -> Stored | None:
        return self._parts.jobs.get(INSIGHTS_JOB)

    def _document(self, frequency: str, user: Mapping[str, Any] | None) -> dict[str, Any]:
        count, unit, milliseconds = _frequency(frequency)
        now = self._parts.clock()
        job = {
            "name": INSIGHTS_JOB,
            "schedule": {"interval": {"start_time": now, "period": count, "unit": unit}},
            "window_delay": {"period": {"interval": 0, "unit": "Minutes"}},
            "enabled": True,
            "enabled_time": now,
            "last_update_time": now,
            "lock_duration_seconds": milliseconds // 1_000,
            "result_index": INSIGHTS,
            "type": "AD",
        }
        return job if user is None else job | {"user": dict(user)}


def _frequency(text: str) -> tuple[int, str, int]:
    match = _FREQUENCY.fullmatch(text.strip().lower())
    if match is None or int(match[1]) == 0:
        raise refusal(f"Failed to parse frequency [{text}]: it must be like 24h, 30m or 1d")
    unit, milliseconds = _UNITS[match[2] or "h"]
    return int(match[1]), unit, int(match[1]) * milliseconds
