"""Where the service keeps what it knows."""

from __future__ import annotations

__all__ = [
    "ANALYSES", "CHECKPOINTS", "CUSTOM_RESULTS", "DETECTORS", "INSIGHTS", "INSIGHTS_FIRST",
    "INSIGHTS_HISTORY", "INSIGHTS_JOB", "JOBS", "OPENSEARCH_NAMES", "RESULTS", "RESULTS_FIRST",
    "RESULTS_HISTORY", "RESULTS_PATTERN", "RETENTION", "STATE",
]  # fmt: skip

DETECTORS = ".searchguard-ad-anomaly-detectors"
STATE = ".searchguard-ad-state"
JOBS = ".searchguard-ad-jobs"
# No indices of documents: prefixes of keys among the checkpoints of the store, and one key.
CHECKPOINTS = "detector:"
ANALYSES = "analysis:"
RETENTION = "retention"
# Results go to an alias of dated indices.
RESULTS = ".searchguard-ad-results"
RESULTS_FIRST = "<.searchguard-ad-results-history-{now/d}-1>"
RESULTS_HISTORY = ".searchguard-ad-results-history-*"
RESULTS_PATTERN = ".searchguard-ad-results*"
# What OpenSearch calls them: whoever reads them by these names finds them.
OPENSEARCH_NAMES = {
    DETECTORS: ".opendistro-anomaly-detectors",
    STATE: ".opendistro-anomaly-detection-state",
    JOBS: ".opendistro-anomaly-detector-jobs",
    RESULTS: ".opendistro-anomaly-results",
}
CUSTOM_RESULTS = ("searchguard-ad-result-", "opensearch-ad-plugin-result-")
# And so do insights, whose job stands among those of detectors.
INSIGHTS = "opensearch-ad-plugin-insights"
INSIGHTS_FIRST = "<opensearch-ad-plugin-insights-history-{now/d}-1>"
INSIGHTS_HISTORY = "opensearch-ad-plugin-insights-history-*"
INSIGHTS_JOB = "ad_insights_job"
