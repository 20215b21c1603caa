"""Formats of dates: what they read, write and refuse."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcore.dates.formats import DEFAULT_FORMAT, date_format, parse_zone
from adcore.errors import InvalidArgumentError

DAY = 86_400_000
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
TIMES = st.integers(-62_135_596_800_000, 253_402_300_799_999)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2020", 1_577_836_800_000, 1_609_459_199_999),
        ("2020-02", 1_580_515_200_000, 1_583_020_799_999),
        ("2020-02-03", 1_580_688_000_000, 1_580_774_399_999),
        ("2020-02-03T04", 1_580_702_400_000, 1_580_705_999_999),
        ("2020-02-03T04:05", 1_580_702_700_000, 1_580_702_759_999),
        ("2020-02-03T04:05:06", 1_580_702_706_000, 1_580_702_706_999),
        ("2020-02-03T04:05:06Z", 1_580_702_706_000, 1_580_702_706_999),
        ("2020-02-03T04:05:06.7", 1_580_702_706_700, 1_580_702_706_700),
        ("2020-02-03T04:05:06.789Z", 1_580_702_706_789, 1_580_702_706_789),
        ("2020-02-03T04:05:06.789999999Z", 1_580_702_706_789, 1_580_702_706_789),
        ("2020-02-03T04:05:06+02:00", 1_580_695_506_000, 1_580_695_506_999),
        ("2020-02-03T04:05:06-0530", 1_580_722_506_000, 1_580_722_506_999),
        ("1580702706789", 1_580_702_706_789, 1_580_702_706_789),
        ("-5", -5, -5),
    ],
)
def test_the_default_format_reads(text: str, first: int, last: int) -> None:
    form = date_format(DEFAULT_FORMAT)
    assert form.parse(text) == first
    assert form.parse(text, round_up=True) == last


@pytest.mark.parametrize(
    "text",
    ["", "x", "2020-13", "2020-02-30", "2020-2-3", "2020-02-03 04:05", "2020-02-03T24:00:00Z",
     "2020-02-03T04:60:00Z", "20-02-03", "2020-02-03T04:05:06.Z", "٢٠٢٠-02-03T04:05:06Z",
     "2020-W01-1T04:05:06Z", "9" * 20],
)  # fmt: skip
def test_the_default_format_refuses(text: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        date_format(DEFAULT_FORMAT).parse(text)
    assert str(caught.value) == (
        f"failed to parse date field [{text}] with format [strict_date_optional_time||epoch_millis]"
    )


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("epoch_second", "1.5", 1500),
        ("epoch_second", 12, 12_000),
        ("yyyy/MM/dd HH:mm:ss Z", "1970/01/02 00:00:00 +0100", DAY - 3_600_000),
        ("dd.MM.uuuu", "02.01.1970", DAY),
        ("d/M/yy", "2/1/00", 946_771_200_000),
        ("dd MMM yyyy", "02 Jan 1970", DAY),
        ("hh:mm a", "01:30 PM", 48_600_000),
        ("hh:mm a", "12:05 am", 300_000),
        ("yyyy-MM-dd'T'HH:mm:ss,SSS", "1970-01-01T00:00:01,250", 1250),
        ("basic_date", "19700102", DAY),
        ("basic_date_time", "19700102T000001.5Z", DAY + 1500),
        ("date_hour_minute_second", "1970-1-2T0:0:1", DAY + 1000),
        ("strict_ordinal_date", "1970-002", DAY),
        ("strict_week_date", "1970-W01-5", DAY),
        ("yyyy-MM-dd||epoch_millis", 7, 7),
        (DEFAULT_FORMAT, 2000, 2000),
        (DEFAULT_FORMAT, 2000.0, 2000),
        (DEFAULT_FORMAT, "2000", 946_684_800_000),
    ],
)
def test_other_formats_read(form: str, text: str | int, expected: int) -> None:
    assert date_format(form).parse(text) == expected


@pytest.mark.parametrize("form", ["bogus_date_form", "yyyy-'x", "yyyy[", "yyyy-yyyy"])
def test_what_is_no_format_is_refused(form: str) -> None:
    with pytest.raises(InvalidArgumentError, match="Invalid format"):
        date_format(form)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("strict_date_optional_time", "2009-02-13T23:31:30.123Z"),
        ("epoch_millis", "1234567890123"),
        ("epoch_second", "1234567890"),
        ("yyyy-MM-dd", "2009-02-13"),
        ("E d MMM yy, h 'o''clock' a", "Fri 13 Feb 09, 11 o'clock PM"),
        ("DDD w e", "044 7 5"),
    ],
)
def test_formats_write(form: str, expected: str) -> None:
    assert date_format(form).format(1_234_567_890_123) == expected


@given(TIMES)
def test_what_is_written_is_read(milliseconds: int) -> None:
    form = date_format("strict_date_optional_time")
    assert form.parse(form.format(milliseconds)) == milliseconds
    shifted = (
        form.format(milliseconds, timezone(timedelta(hours=5, minutes=30)))
        if (milliseconds < 253_000_000_000_000)
        else form.format(milliseconds)
    )
    assert form.parse(shifted) == milliseconds


@given(TIMES, st.sampled_from(["Z", "+00:00", ""]), st.sampled_from(["milliseconds", "seconds"]))
def test_reading_agrees_with_the_calendar(milliseconds: int, zone: str, spec: str) -> None:
    when = EPOCH + timedelta(milliseconds=milliseconds)
    text = when.replace(tzinfo=None).isoformat(timespec=spec) + zone
    kept = when if spec == "milliseconds" else when.replace(microsecond=0)
    expected = (kept - EPOCH) // timedelta(milliseconds=1)
    assert date_format(DEFAULT_FORMAT).parse(text) == expected


def test_zones() -> None:
    form = date_format(DEFAULT_FORMAT)
    assert form.parse("2020-07-01", zone=parse_zone("Europe/Berlin")) == 1_593_554_400_000
    assert form.parse("2020-07-01", zone=parse_zone("-05:00")) == 1_593_579_600_000
    assert date_format("yyyy-MM-dd HH:mm Z").format(0, parse_zone("Asia/Kolkata")) == (
        "1970-01-01 05:30 +0530"
    )
    for wrong in ("Mars/Base", "+25:00", "../etc/passwd"):
        with pytest.raises(InvalidArgumentError, match="unknown time zone"):
            parse_zone(wrong)
