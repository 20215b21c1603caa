"""Queries to SQL conditions over the table of an index."""

# Each of these teaches `condition` its kinds of queries.
from adcore.query.compile import compound, fields, query_string, strings, terms, text
from adcore.query.compile.dispatch import condition

__all__ = ["compound", "condition", "fields", "query_string", "strings", "terms", "text"]
