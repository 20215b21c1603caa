"""Categories of messages: what belongs together, and that it stays so after a restart."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcore.errors import SnapshotError
from adcore.job import JobConfig
from adcore.job.message_filters import MessageFilters
from adcore.service.jobs.categorizer import Categorizer, expression_of
from adcore.service.jobs.category_stage import CategoryStage
from adcore.service.jobs.messages import words_of

LOGS = [
    "Node 1 started",
    "Node 2 started",
    "Failed to shutdown [error org.aaaa.bbbb.Cccc line 54 caused by foo exception]",
    "Failed to shutdown [error org.aaaa.bbbb.Cccc line 77 caused by baz exception]",
    "Node 3 stopped",
    "2016-02-08 13:14:15 Connection from 10.0.0.1:8080 closed by peer after 17ms",
    "2016-02-09 01:02:03 Connection from 10.9.8.7:1234 closed by peer after 3ms",
    "",
    "12345 67890",
]


def test_messages_with_other_numbers_are_of_one_category() -> None:
    found = Categorizer()
    assert [found.category_of(message) for message in LOGS] == [1, 1, 2, 2, 3, 4, 4, 5, 5]


def test_what_a_category_is_told_as() -> None:
    found = Categorizer(examples=1)
    for message in LOGS[2:4]:
        found.category_of(message)
    (category,) = found.take_changed()
    words = ["Failed", "to", "shutdown", "error", "org.aaaa.bbbb.Cccc", "line", "caused", "by",
             "exception"]  # fmt: skip
    assert category.words == words
    assert category.examples == [LOGS[2]]
    assert (category.matches, category.longest) == (2, len(LOGS[2]))
    assert found.take_changed() == []
    expression = re.compile(expression_of(words))
    assert all(expression.fullmatch(message) for message in LOGS[2:4])


def test_filters_cut_out_what_says_nothing() -> None:
    (cut,) = MessageFilters([r"\[SQL: .*\]"]).cut(
        ["Query [SQL: select a from b] failed on Tuesday"]
    )
    assert words_of(cut) == ("Query", "failed", "on")


def test_each_filter_sees_what_those_before_it_left() -> None:
    assert MessageFilters(["b", "ac"]).cut(["abcd", "b\0é", ""]) == ["d", "\0é", ""]


LETTERS = st.text("xy1_.:/ -\\é\n,", max_size=40)


@given(LETTERS)
def test_words_begin_with_a_letter(message: str) -> None:
    """As one expression has it, which no text of many marks may be given to: it tries each."""
    word = re.compile(r"[^\W\d_][\w.:/\\-]*|[\w.:/\\-]*\d[\w.:/\\-]*")
    lines = (
        [each.rstrip(".:/\\-") for each in word.findall(line)] for line in message.splitlines()
    )
    kept = ([each for each in line if not re.search(r"\d", each)] for line in lines)
    assert words_of(message) == tuple(next(filter(None, kept), ()))


@pytest.mark.parametrize("text", ["." * 10_000, "_.:" * 3_000, "a" * 10_000 + "!"])
def test_no_message_is_slow_to_read(text: str) -> None:
    """Both would try for hours where texts are tried again from each of their letters."""
    job = {
        "data_description": {}, "analysis_config": {
            "bucket_span": "1h", "categorization_field_name": "message",
            "categorization_filters": ["(a+)+$", "(.*)*,"],
            "detectors": [{"function": "count", "by_field_name": "mlcategory"}],
        },
    }  # fmt: skip
    found = CategoryStage(JobConfig.from_api("slow", job))
    body = "\n".join(json.dumps({"message": text + str(i)}) for i in range(100)).encode()
    assert len(found.records(body)) == 100


def test_partitions_have_categories_of_their_own() -> None:
    found = Categorizer()
    assert found.category_of("Disk is full", "a") == 1
    assert found.category_of("Disk is full", "b") == 2
    assert found.category_of("Disk is full", "a") == 1
    assert [category.partition for category in found.take_changed()] == ["a", "b"]


def test_figures() -> None:
    found = Categorizer()
    for number in range(200):
        found.category_of(f"Node {number} started")
    found.category_of("Once only")
    assert found.stats() == {
        "categorized_doc_count": 201,
        "total_category_count": 2,
        "frequent_category_count": 1,
        "rare_category_count": 1,
        "dead_category_count": 0,
        "failed_category_count": 0,
        "categorization_status": "ok",
    }


def test_messages_that_are_never_the_same_are_told() -> None:
    found = Categorizer()
    words = [a + b + c for a in "klmno" for b in "klmno" for c in "klmnop"]
    for first, second in zip(words, reversed(words), strict=True):
        found.category_of(f"{first}{second}q {second}{first}z")
    assert found.stats()["categorization_status"] == "warn"


@given(
    st.lists(
        st.lists(st.sampled_from(["node", "disk", "started", "full", "error", "7", "of"]))
        .map(" ".join),
        max_size=40,
    ),
    st.integers(0, 40),
)  # fmt: skip
def test_a_restart_changes_nothing(messages: list[str], cut: int) -> None:
    whole, first, second = Categorizer(), Categorizer(), Categorizer()
    expected = [whole.category_of(message) for message in messages]
    found = [first.category_of(message) for message in messages[:cut]]
    second.restore(first.to_bytes())
    found += [second.category_of(message) for message in messages[cut:]]
    assert found == expected
    assert second.to_bytes() == whole.to_bytes()


def test_bytes_of_something_else() -> None:
    with pytest.raises(SnapshotError, match="categories of a job cannot be read"):
        Categorizer().restore(b"nothing")
