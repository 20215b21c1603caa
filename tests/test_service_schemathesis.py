"""The service against its own description: schemathesis reads /openapi.json and asks.

Every endpoint is asked what its description allows and what it forbids. No answer may be a fault
of the service, and each must look as described. The same requests every time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from adcore.service import create_app
from adcore.store import Store

EXAMPLES = 2
# The same handlers under other prefixes, and with a slash at the end, are not asked again.
TWINS = r"^/_anomaly_detection/|^/_opendistro/|.+/$"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@schemathesis.serializer("application/x-ndjson")
def in_lines(context: schemathesis.SerializationContext, value: Any) -> bytes:
    """What is no list of lines is one line."""
    del context
    lines = value if isinstance(value, list) else [value]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def listed() -> list[tuple[str, str]]:
    """The path and the method of every endpoint."""
    with Store.open(None) as store:
        schema = schemathesis.openapi.from_asgi("/openapi.json", create_app(store))
        chosen = schema.exclude(path_regex=TWINS)
        found = list(chosen.get_all_operations())
        assert all(isinstance(each, Ok) for each in found)
        operations = [each.ok() for each in found if isinstance(each, Ok)]
        return [(operation.path, operation.method.upper()) for operation in operations]


@pytest.fixture(scope="module")
def schema() -> Iterator[schemathesis.BaseSchema]:
    with Store.open(None) as store:
        for i in range(20):
            document = {"n": i, "k": f"k{i % 3}", "t": 1_700_000_000_000 + i}
            store.documents.index("data", document, str(i))
        yield schemathesis.openapi.from_asgi("/openapi.json", create_app(store))


@pytest.mark.parametrize(("path", "method"), listed())
def test_an_endpoint_answers_as_described(
    schema: schemathesis.BaseSchema, path: str, method: str
) -> None:
    @given(case=schema[path][method].as_strategy())
    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def ask(case: Case[Any]) -> None:
        case.call_and_validate(checks=CHECKS)

    ask()


def test_the_list_is_that_of_the_service() -> None:
    assert len(listed()) > 100
    assert ("/_bulk", "POST") in listed()
