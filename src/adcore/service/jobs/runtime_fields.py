"""Runtime fields of a datafeed: values of documents, read as a type that the index does not give.

One that only declares a type is read from the documents; for those with a script see
`computed_fields`.
"""

from __future__ import annotations

from typing import Any

from adcore.job.errors import illegal_argument
from adcore.job.fields import Field, raw_object
from adcore.query.computed.readers import RUNTIME_TYPES

__all__ = ["read_runtime_mappings"]


def read_runtime_mappings(field: Field, value: Any) -> dict[str, dict[str, Any]]:
    """The mappings, each with its type, and perhaps a script.

    >>> read_runtime_mappings(Field("datafeed_config"), {"fare": {"type": "double"}})
    {'fare': {'type': 'double'}}
    """
    found = raw_object(field, value)
    for name, mapping in found.items():
        inner = field.inner(name)
        given = raw_object(inner, mapping)
        for key in given.keys() - {"type", "script"}:
            raise inner.inner(key).unknown()
        if given.get("type") not in RUNTIME_TYPES:
            raise illegal_argument(
                f"runtime field [{name}] of type [{given.get('type')}]: the type must be one of "
                f"[{', '.join(RUNTIME_TYPES)}]"
            )
    return found
