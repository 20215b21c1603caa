"""Aggregations: trees of buckets and measures, one GROUP BY per level."""
