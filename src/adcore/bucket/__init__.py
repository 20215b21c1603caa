"""Rows to buckets: one vector of features per interval and entity."""

from __future__ import annotations

from adcore.bucket.aggregator import BucketAggregator
from adcore.bucket.feature import BucketFeature
from adcore.bucket.table import BucketTable

__all__ = ["BucketAggregator", "BucketFeature", "BucketTable"]
