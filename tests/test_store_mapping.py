"""Mappings: read, shown, merged, and the columns of their fields."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcore.store.document_parser import DocumentParser
from adcore.store.errors import MapperParsingError, MappingError, StrictDynamicMappingError
from adcore.store.mapping import FieldType, Mapping

TEXT = {"type": "text", "fields": {"keyword": {"type": "keyword", "ignore_above": 256}}}
SLASHES = "yyyy/MM/dd HH:mm:ss Z||yyyy/MM/dd Z"
RESULTS: dict[str, Any] = {
    "dynamic": "false",
    "properties": {
        "detector_id": {"type": "keyword"},
        "data_start_time": {"type": "date", "format": "strict_date_time||epoch_millis"},
        "anomaly_score": {"type": "double"},
        "entity": {
            "type": "nested",
            "properties": {"name": {"type": "keyword"}, "value": {"type": "keyword"}},
        },
        "expected_values": {
            "type": "nested",
            "properties": {
                "likelihood": {"type": "double"},
                "value_list": {
                    "type": "nested",
                    "properties": {"feature_id": {"type": "keyword"}, "data": {"type": "double"}},
                },
            },
        },
        "user": {
            "type": "nested",
            "properties": {
                "name": TEXT,
            },
        },
    },
}


def parse(mapping: Mapping, document: dict[str, Any]) -> tuple[dict[str, Any], Mapping]:
    parser = DocumentParser(mapping)
    return parser.parse(document, "1").values, parser.mapping


def dynamic(document: dict[str, Any], **options: Any) -> dict[str, Any]:
    """The properties that a document gives an empty mapping."""
    shown = parse(Mapping.from_json(options), document)[1].to_json()
    properties: dict[str, Any] = shown.get("properties", {})
    return properties


def test_a_mapping_is_shown_as_it_was_given() -> None:
    shown = Mapping.from_json(RESULTS).to_json()
    assert shown == RESULTS
    assert list(shown["properties"]) == sorted(RESULTS["properties"])
    assert Mapping.from_json().to_json() == {}


def test_fields_and_their_columns() -> None:
    mapping = Mapping.from_json(RESULTS)
    assert mapping.fields["data_start_time"].type is FieldType.DATE
    assert mapping.fields["data_start_time"].date_format.parse("1970-01-01T00:00:01.000Z") == 1000
    inner = mapping.fields["expected_values.value_list.data"]
    assert (inner.nested_path, inner.column) == ("expected_values.value_list", "data")
    assert mapping.nested["expected_values.value_list"].parent_path == "expected_values"
    keyword = mapping.fields["user.name.keyword"]
    assert (keyword.column, keyword.ignore_above, keyword.parent_path) == ("name", 256, "user.name")
    assert mapping.fields["user.name"].subfields == ("user.name.keyword",)


def test_a_sub_field_of_another_kind_has_a_column_of_its_own() -> None:
    number = {"type": "keyword", "fields": {"number": {"type": "long"}}}
    mapping = Mapping.from_json({"properties": {"a": number}})
    assert mapping.fields["a.number"].column == "a.number"
    assert parse(mapping, {"a": "12"})[0] == {"a": "12", "a.number": 12}


def test_names_that_sql_would_mix_up_get_different_columns() -> None:
    first = Mapping.from_json({"properties": {"o": {"properties": {"x": {"type": "long"}}},
                                              "O.Y": {"type": "long"}}})  # fmt: skip
    second = first.merge({"properties": {"o": {"properties": {"y": {"type": "long"}}},
                                         "O.y": {"type": "long"}}})  # fmt: skip
    columns = {path: f.column for path, f in second.fields.items()}
    assert columns["O.Y"] == "O.Y"  # the older keeps its column, wherever the newer stands
    assert len({column.lower() for column in columns.values()}) == 4
    assert Mapping.from_state(second.to_state()).fields == second.fields


def test_an_alias_reads_the_column_of_its_field() -> None:
    given_ = {"t": {"type": "date"}, "time": {"type": "alias", "path": "t"}}
    mapping = Mapping.from_json({"properties": given_})
    assert (mapping.fields["time"].column, mapping.fields["time"].type) == ("t", FieldType.DATE)
    with pytest.raises(MapperParsingError, match="Cannot write to a field alias"):
        parse(mapping, {"time": 5})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, {"type": "boolean"}),
        (5, {"type": "long"}),
        (2.5, {"type": "float"}),
        ("2020-01-01T00:00:00Z", {"type": "date"}),
        ("2020-01-01", {"type": "date"}),
        ("2020/01/02 03:04:05 +01:00", {"type": "date", "format": SLASHES}),
        ("2020", TEXT),
        ("10.0.0.1", TEXT),
        ([[None, []], [3]], {"type": "long"}),
        ({"b": 1}, {"properties": {"b": {"type": "long"}}}),
        ([{"b": 1}, {"c": True}],
         {"properties": {"b": {"type": "long"}, "c": {"type": "boolean"}}}),
        ({}, {"type": "object"}),
    ],
)  # fmt: skip
def test_dynamic_mapping(value: Any, expected: dict[str, Any]) -> None:
    assert dynamic({"a": value}) == {"a": expected}


@pytest.mark.parametrize("value", [None, [], [None]])
def test_nothing_maps_nothing(value: Any) -> None:
    assert dynamic({"a": value}) == {}


def test_a_dotted_name_is_a_path() -> None:
    assert dynamic({"a.b": 1, "a": {"c": 2}}) == dynamic({"a": {"b": 1, "c": 2}})


def test_dynamic_false_keeps_silent_and_strict_refuses() -> None:
    assert parse(Mapping.from_json({"dynamic": "false"}), {"a": 1}) == (
        {}, Mapping.from_json({"dynamic": "false"}),
    )  # fmt: skip
    strict = Mapping.from_json({"dynamic": "strict", "properties": {"o": {"type": "object"}}})
    with pytest.raises(StrictDynamicMappingError) as caught:
        parse(strict, {"o": {"b": 1}})
    assert str(caught.value) == (
        "mapping set to strict, dynamic introduction of [b] within [o] is not allowed"
    )
    loose = Mapping.from_json({"dynamic": "strict", "properties": {"o": {"dynamic": True}}})
    assert parse(loose, {"o": {"b": 1}})[0] == {"o.b": 1}


def test_a_disabled_object_is_kept_in_the_source_only() -> None:
    mapping = Mapping.from_json({"properties": {"ui": {"type": "object", "enabled": False}}})
    assert parse(mapping, {"ui": {"b": [1, {"c": "x"}]}}) == ({}, mapping)


def test_dynamic_templates() -> None:
    templates = [
        {"ids": {"match": "*_id", "unmatch": "no_*", "mapping": {"type": "keyword"}}},
        {"texts": {"match_mapping_type": "string", "path_match": "raw.*",
                   "mapping": {"type": "{dynamic_type}", "index": False}}},
    ]  # fmt: skip
    document = {"user_id": 5, "no_id": 5, "raw": {"a": "x"}}
    assert dynamic(document, dynamic_templates=templates) == {
        "user_id": {"type": "keyword"},
        "no_id": {"type": "long"},
        "raw": {"properties": {"a": {"type": "text", "index": False}}},
    }


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        ("long", "12", 12), ("long", 12.7, 12), ("long", "12.7", 12), ("long", "", None),
        ("long", 2**63 - 1, 2**63 - 1), ("byte", -128, -128),
        ("unsigned_long", 2**64 - 1, 2**64 - 1),
        ("double", "1e3", 1000.0), ("double", 5, 5.0), ("half_float", 1.5, 1.5),
        ("boolean", "true", True), ("boolean", "", False), ("boolean", False, False),
        ("keyword", 5, "5"), ("keyword", True, "true"), ("text", 2.5, "2.5"),
        ("ip", "10.0.0.1", "10.0.0.1"), ("ip", "2001:DB8:0::1", "2001:db8::1"),
        ("date", 5, 5), ("date", "1970-01-02", 86_400_000), ("date", 1e3, 1000),
        ("flattened", {"a": {"b": 1}}, '{"a":{"b":1}}'),
        ("geo_point", {"lat": 1.5, "lon": 2}, '{"lat":1.5,"lon":2}'),
    ],
)  # fmt: skip
def test_values_are_read_by_type(kind: str, value: Any, stored: Any) -> None:
    mapping = Mapping.from_json({"properties": {"a": {"type": kind}}})
    values = parse(mapping, {"a": value})[0]
    assert values == ({} if stored is None else {"a": stored})
    assert stored is None or type(values["a"]) is type(stored)


@pytest.mark.parametrize(
    ("kind", "value", "shown", "cause"),
    [
        ("long", "abc", "abc", 'For input string: "abc"'),
        ("long", {"b": 1}, "{b=1}", "Cannot parse object as number"),
        ("long", 2**63, str(2**63), f"Value [{2**63}] is out of range for the type of the field"),
        ("byte", 128, "128", "Value [128] is out of range for the type of the field"),
        ("long", True, "true", 'For input string: "true"'),
        ("double", "NaN", "NaN", "supports only finite values, but got [NaN]"),
        ("boolean", "yes", "yes",
         "Failed to parse value [yes] as only [true] or [false] are allowed."),
        ("boolean", 1, "1", "Failed to parse value [1] as only [true] or [false] are allowed."),
        ("ip", "10.0.0", "10.0.0", "'10.0.0' is not an IP string literal."),
        ("date", "then", "then",
         "failed to parse date field [then] with format [strict_date_optional_time||epoch_millis]"),
        ("keyword", {"b": [1, None]}, "{b=[1, null]}", "Can't get text on a START_OBJECT"),
    ],
)  # fmt: skip
def test_values_that_do_not_fit(kind: str, value: Any, shown: str, cause: str) -> None:
    mapping = Mapping.from_json({"properties": {"a": {"type": kind}}})
    with pytest.raises(MapperParsingError) as caught:
        parse(mapping, {"a": value})
    assert str(caught.value) == (
        f"failed to parse field [a] of type [{kind}] in document with id '1'. "
        f"Preview of field's value: '{shown}'"
    )
    assert caught.value.caused_by is not None
    assert caught.value.caused_by[1] == cause


def test_parameters_of_fields() -> None:
    properties = {
        "a": {"type": "long", "null_value": 7},
        "b": {"type": "long", "ignore_malformed": True},
        "c": {"type": "long", "coerce": False},
    }
    mapping = Mapping.from_json({"properties": properties})
    assert parse(mapping, {"a": None, "b": "x", "c": 1})[0] == {"a": 7, "c": 1}
    with pytest.raises(MapperParsingError):
        parse(mapping, {"c": "1"})


def test_several_values() -> None:
    values, mapping = parse(
        Mapping.from_json(), {"a": [3, [None, 4]], "o": [{"b": "x"}, {"b": "y"}]}
    )
    assert values == {"a": 3, "a[]": "[3,4]", "o.b": "x", "o.b[]": '["x","y"]'}
    assert mapping.fields["o.b.keyword"].is_multi_valued
    assert mapping.fields["a"].list_column == "a[]"
    assert parse(mapping, {"a": [5]})[0] == {"a": 5}


def test_a_refused_document_leaves_the_mapping_alone() -> None:
    mapping = Mapping.from_json({"properties": {"a": {"type": "long"}}})
    parser = DocumentParser(mapping)
    for wrong in ({"new": 1, "a": "x"}, {"new": [1, 2], "a": {"b": 1}}, {"a.b": 1, "new": 2}):
        with pytest.raises(MapperParsingError):
            parser.parse(wrong, "1")
        assert parser.mapping is mapping


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        (b"", "Input data was truncated"),
        (b"[1]", None),
        (b'{"a":1,"a":2}', "Duplicate field 'a'"),
        (b'{"a":{"b" :1,"b"\n:2}}', "Duplicate field 'b'"),
        (b'{"a":[{"b":":"},{"c":1,"c":"\\":"}]}', "Duplicate field 'c'"),
        (b'{"a":' * 100_000, "the document is nested too deeply"),
        (b'{"a":' * 500 + b"1" + b"}" * 500, "the document is nested too deeply"),
        (b'{"a":"\xff"}', None),
    ],
)
def test_what_is_no_document(source: bytes, cause: str | None) -> None:
    with pytest.raises((MapperParsingError, MappingError)) as caught:
        DocumentParser(Mapping.from_json()).parse(source, "1")
    if cause is not None and caught.value.caused_by is not None:
        assert caught.value.caused_by[1] == cause


@pytest.mark.parametrize(
    "source", [b'{"a" : 1, "b":2}', b'{"a":":", "b":"\\":"}', b'{"a":[{"b":1},{"b":2}],"c":{}}']
)
def test_keys_that_only_look_twice_are_fine(source: bytes) -> None:
    assert DocumentParser(Mapping.from_json()).parse(source, "1").source == source


def test_limits() -> None:
    wide = {f"f{i}": 1 for i in range(1001)}
    with pytest.raises(MappingError, match=r"Limit of total fields \[1000\] has been exceeded"):
        parse(Mapping.from_json(), wide)
    parse(Mapping.from_json(), dict(list(wide.items())[:1000]))
    deep: dict[str, Any] = {"x": 1}
    for _ in range(25):
        deep = {"x": deep}
    with pytest.raises(MappingError, match=r"Limit of mapping depth \[20\] has been exceeded"):
        parse(Mapping.from_json(), deep)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ({"type": "long"}, {"type": "keyword"},
         "mapper [a] cannot be changed from type [long] to [keyword]"),
        ({"type": "long"}, {"properties": {"b": {"type": "long"}}},
         "can't merge a non object mapping [a] with an object mapping"),
        ({"type": "nested"}, {"type": "object"},
         "cannot change object mapping from nested to non-nested: [a]"),
    ],
)  # fmt: skip
def test_fields_keep_their_type(before: Any, after: Any, message: str) -> None:
    mapping = Mapping.from_json({"properties": {"a": before}})
    with pytest.raises(MappingError) as caught:
        mapping.merge({"properties": {"a": after}})
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "wrong",
    [{"properties": {"a": {"type": "fish"}}}, {"properties": {"a": {}}}, {"fields": {}},
     {"properties": {"": {"type": "long"}}}, {"properties": {"a": 5}}, {"dynamic": "maybe"},
     {"properties": {"a": {"type": "date", "format": "bogus_form"}}},
     {"properties": {"a": {"type": "alias", "path": "b"}}}],
)  # fmt: skip
def test_what_is_no_mapping(wrong: dict[str, Any]) -> None:
    with pytest.raises(MappingError) as caught:
        Mapping.from_json(wrong)
    assert caught.value.type == "mapper_parsing_exception"


SCALARS = st.one_of(
    st.booleans(), st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
)  # fmt: skip
NAMES = st.text("abAB.é\" ", min_size=1, max_size=4).filter(
    lambda n: n.strip() and not n.startswith(".") and not n.endswith(".") and ".." not in n
    and all(part.strip() for part in n.split("."))
)  # fmt: skip
DOCUMENTS = st.recursive(
    st.dictionaries(NAMES, SCALARS, max_size=4),
    lambda inner: st.dictionaries(
        NAMES, st.one_of(SCALARS, inner, st.lists(inner, max_size=3)), max_size=4
    ),
    max_leaves=8,
)


@given(st.lists(DOCUMENTS, max_size=5))
def test_a_mapping_survives_its_state_and_its_json(documents: list[dict[str, Any]]) -> None:
    parser = DocumentParser(Mapping.from_json())
    for document in documents:
        before = parser.mapping
        try:
            parser.parse(document, "1")
        except (MapperParsingError, MappingError):
            assert parser.mapping is before or parser.mapping == before
            continue
        assert parser.parse(document, "1").values is not None
        for path, kept in before.fields.items():
            assert parser.mapping.fields[path].column == kept.column
    mapping = parser.mapping
    assert Mapping.from_state(mapping.to_state()).fields == mapping.fields
    columns = [f.column.lower() for f in mapping.leaves()]
    assert len(set(columns)) == len(columns)
    assert Mapping.from_json(mapping.to_json()).to_json() == mapping.to_json()
