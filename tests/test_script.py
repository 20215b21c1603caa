"""Scripts about one document: what they compute and refuse, and that nothing else happens."""

from __future__ import annotations

import operator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcore.script import Moment, Script, ScriptError

DOCUMENT: dict[str, list[Any]] = {
    "whole": [2_048], "half": [2.5], "host": [" Web-1 "], "port": [80], "ok": [True],
    "several": [1, 5, 9], "none": [],
}  # fmt: skip


LEAP = 1_454_979_723_004  # Tuesday 2016-02-09T01:02:03.004Z
DATES: dict[str, list[Any]] = {
    "t": [Moment(LEAP)], "first": [Moment(0)], "last": [Moment(1_454_198_400_000)],  # 2016-01-31
}  # fmt: skip


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("doc['t'].value.getHour()", 1),
        ("doc['t'].value.hour + doc['t'].value.minute * 100 + doc['t'].value.second * 10000",
         30201),
        ("doc['t'].value.getNano()", 4_000_000),
        ("doc['t'].value.year + '-' + doc['t'].value.monthValue", "2016-2"),
        ("doc['t'].value.getDayOfMonth() * 1000 + doc['t'].value.dayOfYear", 9_040),
        ("doc['t'].value.dayOfWeekEnum.value", 2),
        ("doc['t'].value.getDayOfWeekEnum().getValue()", 2),
        ("doc['t'].value.dayOfWeek.toString()", "TUESDAY"),
        ("doc['t'].value.month", "FEBRUARY"),
        ("doc['t'].value.toInstant().toEpochMilli()", LEAP),
        ("doc['t'].value.millis - doc['t'].value.toEpochSecond() * 1000", 4),
        ("doc['t'].value", "2016-02-09T01:02:03.004Z"),
        ("'at ' + doc['first'].value", "at 1970-01-01T00:00Z"),
        ("doc['last'].value.plusMonths(1).minusDays(1)", "2016-02-28T00:00:00.000Z"),
        ("doc['last'].value.plusYears(-47).getYear()", 1969),
        ("doc['last'].value.isBefore(doc['t'].value) && doc['t'].value.isAfter(doc['last'].value)",
         True),
        ("doc['t'].value == doc['t'].value.plusHours(24).minusDays(1)", True),
        ("ChronoUnit.DAYS.between(doc['t'].value, doc['last'].value)", -9),
        ("def a = ZonedDateTime.parse('2016-02-08T23:30:00-01:00');"  # noqa: ISC004
         "return ChronoUnit.HOURS.between(a, doc['t'].value)", 0),
        ("def d = doc['t'].value; if (d.hour >= 22 || d.hour < 6) return 'night'; return 'day';",
         "night"),
        ("Instant.ofEpochMilli(5).compareTo(doc['first'].value.toInstant())", 1),
        # Of another type, beyond the calendar, or of no field at all there is no value.
        ("doc['t'].value + 1", None), ("doc['t'].value < doc['last'].value", None),
        ("doc['t'].value.plusYears(9000)", None), ("doc['t'].value.plusDays(99999999)", None),
        ("doc['t'].value.plusDays(0.5)", None), ("(1 + 1).getHour()", None),
        ("doc['t'].value.isAfter(doc['t'].value.toInstant())", None),
        ("ZonedDateTime.parse('yesterday')", None),
    ],
)  # fmt: skip
def test_dates(source: str, value: Any) -> None:
    assert Script(source)(lambda name: DATES.get(name, [])) == ([] if value is None else [value])


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999))
@settings(max_examples=100, deadline=None)
def test_dates_are_those_of_the_calendar(milliseconds: int) -> None:
    at = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=milliseconds)
    parts = ["year", "monthValue", "dayOfMonth", "hour", "minute", "second", "dayOfYear"]
    source = " + ' ' + ".join(f"doc['t'].value.{part}" for part in parts)
    found = Script(source)(lambda _: [Moment(milliseconds)])
    assert found == [" ".join(str(each) for each in (*at.timetuple()[:6], at.timetuple()[7]))]


def run(source: Any) -> list[Any]:
    return Script(source)(lambda name: DOCUMENT.get(name, []))


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("doc['whole'].value + doc['half'].value", 2_050.5),
        ("doc['whole'].value / 1024", 2),
        ("doc['whole'].value / 1000", 2),
        ("-7 / 2", -3),
        ("-7 % 2", -1),
        ("7.5 % 2", 1.5),
        ("(double) doc['whole'].value / 1000", 2.048),
        ("1 - 2 - 3 * -4", 11),
        ("doc['host'].value.trim() + '_' + doc['port'].value", "Web-1_80"),
        ('"a\\"b" + \'\\\'\' + 1e10 + true + null', "a\"b'1.0E10truenull"),
        ("doc['host'].value.trim().toLowerCase().substring(0, 3).replace('w', 'W')", "Web"),
        ("doc['host'].value.contains('Web') && !doc['host'].value.isEmpty()", True),
        ("doc['host'].value.indexOf('W') == 1 ? 'yes' : 'no'", "yes"),
        ("doc['none'].size() == 0 ? 0 : doc['none'].value", 0),
        ("doc['none'].empty || doc['none'].value > 3", True),
        ("doc.containsKey('none') ? 1 : 2", 2),
        ("doc['several'][2] + doc['several'].size()", 12),
        ("Math.max(doc['whole'].value, Math.abs(-3.5))", 2_048),
        ("Math.round(Math.log(Math.exp(2.4))) + Math.min(1, 2)", 3),
        ("Math.floor(Math.PI)", 3.0),
        ("Double.parseDouble('1.5') + Long.parseLong('2')", 3.5),
        ("null ?: 'instead'", "instead"),
        ("return doc['ok'].value;", True),
        ("if (doc['none'].empty) { return -1; } return doc['none'].value;", -1),
        ("if (1 > 2) { 3 } else { def a = 4; return a }", 4),
        ("if (1 > 2) return 'a'; else if (2 > 1) { return 'b'; } else return 'c';", "b"),
        ("def a = doc['port'].value; double b = a; /* twice */ return a + b; // so", 160.0),
        ("9223372036854775807 + 1", -9223372036854775808),
        ("(int) 1e300", 2**63 - 1),
    ],
)  # fmt: skip
def test_values(source: str, value: Any) -> None:
    found = run(source)
    assert found == [value]
    assert type(found[0]) is type(value)


def test_emitted_values_and_parameters() -> None:
    assert run("emit(1); emit(doc['host'].value.length()); if (false) { emit(3); }") == [1, 7]
    script = {"source": "doc['whole'].value / params.unit + params['name']", "lang": "painless"}
    assert run(script | {"params": {"unit": 1024, "name": "kB"}}) == ["2kB"]
    assert Script("doc['a'].value + doc['b.c'][0]").fields == {"a", "b.c"}


@pytest.mark.parametrize(
    "source",
    [
        "doc['none'].value", "doc['unknown'].value + 1", "doc['several'][3]", "doc['several'][-1]",
        "1 / 0", "1 % 0", "1.0 / 0", "0.0 / 0", "Math.log(0)", "Math.sqrt(-1)", "Math.exp(1e9)",
        "'a' * 3", "'a' < 'b'", "1 + true", "!1", "1 && true", "'a' ? 1 : 2", "-'a'", "null",
        "doc['port'].value.trim()", "'abc'.substring(2, 1)", "'abc'.substring(0, 9)",
        "Integer.parseInt('1_0')", "Long.parseLong('9223372036854775808')", "(double) 'a'",
        "if (1 > 2) { def a = 1; } return a;", "if (1 > 2) { return 1; }", "",
    ],
)  # fmt: skip
def test_what_has_no_value(source: str) -> None:
    assert run(source) == []


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("while (true) { }", "[(true) { }] at line 1, column 7 is not supported"),
        ("for (int i = 0; i < 9; i++) { }", "at line 1, column 5 is not supported"),
        ("doc['a'].value.withHour(1)", "[withHour()] is not supported in scripts: functions are"),
        ("doc['a'].value.zone", "[.zone] is not supported in scripts"),
        ("ChronoUnit.DECADES.between(1, 2)", "[between()] is not supported in scripts"),
        ("doc['a'].value.__class__", "[.__class__] is not supported"),
        ("System.exit(0)", "[exit()] is not supported"),
        ("x + 1", "[x] is not supported in scripts: names are doc, params, and those"),
        ("doc[params.f].value", "[doc[...]] is not supported in scripts: fields are named"),
        ("1 +", "the script ends before it is complete"),
        ("'abc", "['abc] at line 1, column 1 is not supported"),
        ("ctx._source.a = 1", "is not supported in scripts"),
        ("Math.abs(1, 2)", "[Math.abs] takes other arguments"),
        ("params.x", "[params.x] is no number, text or truth value"),
        ("1" + "+1" * 200, "a script may have 2000 parts, 100 within each other"),
        ("-" * 200 + "1", "100 within each other"),
        ("x" * 10_001, "a script may have 10000 characters, this has 10001"),
        ({"source": "1", "lang": "mustache"}, "script_lang not supported [mustache]"),
        ({"id": "stored"}, "[id] is not supported of scripts"),
        ({"source": 1}, "a script must have a [source]"),
        (None, "a script is a text, or an object with [source]"),
    ],
)  # fmt: skip
def test_what_is_refused(source: Any, reason: str) -> None:
    with pytest.raises(ScriptError) as error:
        Script(source)
    assert reason in str(error.value)


def test_texts_do_not_grow_without_end() -> None:
    doubling = "def a = 'x';" + "".join(
        f"def b{i} = {'b' + str(i - 1) if i else 'a'} + {'b' + str(i - 1) if i else 'a'};"
        for i in range(60)
    )
    assert run(doubling + "return b59;") == []
    long = "'" + "x" * 3_000 + "'"
    assert run(f"{long}.replace('', {long}).replace('', {long})") == []


OPERATIONS = {"+": operator.add, "-": operator.sub, "*": operator.mul}


def combined(left: tuple[str, int], sign: str, right: tuple[str, int]) -> tuple[str, int]:
    value = OPERATIONS[sign](left[1], right[1])
    return f"({left[0]} {sign} {right[0]})", (value + 2**63) % 2**64 - 2**63


EXPRESSIONS = st.recursive(
    st.integers(0, 2**40).map(lambda x: (str(x), x)),
    lambda inner: st.builds(combined, inner, st.sampled_from("+-*"), inner),
    max_leaves=12,
)


@given(EXPRESSIONS)
@settings(max_examples=100, deadline=None)
def test_whole_numbers_have_64_bits(expression: tuple[str, int]) -> None:
    source, value = expression
    assert run(source) == [value]


@given(st.text(alphabet="doc['a].value+-*/?:(){};= <>!&|\"0123abreturnifemt\\\n", max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_text_is_run_or_refused(source: str) -> None:
    try:
        script = Script(source)
    except ScriptError:
        return
    assert isinstance(script(lambda _: [1]), list)
