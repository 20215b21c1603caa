from __future__ import annotations

import pytest

from adcore.detector.model_id import hash_entity, model_id_of

# What other implementations of the API compute; a change here would orphan their results.
GOLDEN = [
    ({"service": "app_0"}, "2KWNSGl-JDQ_u9AB1gefsQ"),
    ({"service": "app_1"}, "vH5iAw2Z3nz6NspydtCcrw"),
    ({"service": "app_3"}, "nSv9-qN1UW8TkMJVwA4jGQ"),
    ({"service": "app_6"}, "wQ8Tgkt3JlsUVcG0TqRUYw"),
    ({"ip": "192.168.1.1", "error_type": "error8"}, "sM5Xw_J43sX8HNf2VlYXyA"),
]


@pytest.mark.parametrize(("entity", "expected"), GOLDEN)
@pytest.mark.trap(number=26)
def test_hashes_are_those_of_the_field(entity: dict[str, str], expected: str) -> None:
    assert hash_entity(entity) == expected


def test_the_order_of_the_fields_does_not_matter() -> None:
    assert hash_entity({"a": "1", "b": "2"}) == hash_entity({"b": "2", "a": "1"})


def test_other_alphabets_lose_as_many_bytes_as_the_field_loses() -> None:
    # "k=äx" is 5 bytes and 4 characters: the last byte is not hashed.
    assert hash_entity({"k": "äx"}) == hash_entity({"k": "äy"})
    assert hash_entity({"k": "ax"}) != hash_entity({"k": "ay"})


@pytest.mark.trap(number=26)
def test_names_of_models() -> None:
    assert model_id_of("d") == "d_model_rcf_0"
    assert model_id_of("d", {}) == "d_model_rcf_0"
    assert model_id_of("d", {"error_type": "error16"}) == "d_entity_error16"
    two = {"ip": "192.168.1.1", "error_type": "error8"}
    assert model_id_of("d", two) == "d_entity_sM5Xw_J43sX8HNf2VlYXyA"
