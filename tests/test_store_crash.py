"""kill -9 at random moments: what was acknowledged is there, and nothing is there by half.

Twenty rounds in a normal run; ``ADCORE_CRASH_ROUNDS=500`` asks for more.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from store_writer import BATCH, KEYS, blobs, write_until_killed

from adcore.store import Store

ROUNDS = int(os.environ.get("ADCORE_CRASH_ROUNDS", "20"))
# A machine that does much else lets the writer wait.
SECONDS_TO_OPEN = 180
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["store_writer"])


class Ledger:
    """What is known of one directory: the greatest number acknowledged of each kind."""

    def __init__(self) -> None:
        self.acknowledged = {"bulk": 0, "config": 0, "single": 0, "checkpoint": 0}
        self.rounds_with_writes = 0

    def hear(self, listen: Connection) -> None:
        try:
            while listen.poll(0):
                kind, number = listen.recv()
                if kind in self.acknowledged:
                    self.acknowledged[kind] = number
        except (EOFError, OSError):
            return  # killed in the middle of a word, which then was no acknowledgement

    def durable_writes(self) -> int:
        """Of documents: those of checkpoints are many times as many."""
        return self.acknowledged["bulk"] + self.acknowledged["single"]

    def next_numbers(self, store: Store) -> dict[str, int]:
        """One more than what is stored, which may be one more than what was acknowledged."""
        return {
            "bulk": stored_bulks(store) + 1,
            "config": stored_config(store) + 1,
            "checkpoint": stored_checkpoint(store) + 1,
        }


def ask(store: Store, query: str) -> list[tuple[Any, ...]]:
    cursor = store.documents.cursor()
    rows: list[tuple[Any, ...]] = cursor.execute(query).fetchall()
    cursor.close()
    return rows


def stored_bulks(store: Store) -> int:
    """The number of the last bulk, all of whose documents must be there."""
    if not store.documents.exists("events"):
        return 0
    table = store.documents.entry("events").relation
    counts = dict(ask(store, f"SELECT batch, count(*) FROM {table} WHERE batch > 0 GROUP BY batch"))
    numbers = sorted(int(str(number)) for number in counts)
    assert numbers == list(range(1, len(numbers) + 1))
    assert set(counts.values()) <= {BATCH}
    last = store.documents.get("events", "last")
    assert last is not None
    assert last.source == b'{"batch_of_last":%d}' % len(numbers)
    assert last.version == len(numbers)
    gone = ask(store, f"SELECT _id FROM {table} WHERE _id LIKE 'gone-%'")
    assert gone == [(f"gone-{len(numbers)}",)]
    mapping = store.documents.mapping("events")
    for number in numbers:
        if number % 5 == 0:
            assert mapping.fields[f"extra_{number % 50}"].is_multi_valued
            assert f"tags.n{number % 20}" in mapping.fields
    ((rows, distinct, highest),) = ask(
        store, f"SELECT count(*), count(DISTINCT _seq_no), max(_seq_no) FROM {table}"
    )
    assert rows == distinct == len(numbers) * BATCH + 2
    assert highest == len(numbers) * (BATCH + 3) - 1
    return len(numbers)


def stored_config(store: Store) -> int:
    if not store.documents.exists("configs"):
        return 0
    found = store.documents.get("configs", "only")
    assert found is not None
    number = found.version
    assert found.source == b'{"number":%d}' % number
    assert found.seq_no == number - 1
    return number


def stored_singles(store: Store) -> int:
    if not store.documents.exists("singles"):
        return 0
    table = store.documents.entry("singles").relation
    ((rows, highest),) = ask(store, f"SELECT count(*), max(number) FROM {table}")
    assert rows == len(ask(store, f"SELECT DISTINCT _id FROM {table}"))
    return int(str(highest))


def stored_checkpoint(store: Store) -> int:
    found = store.checkpoints.get_many([f"model_{i}" for i in range(KEYS)])
    if not found:
        return 0
    number = int(found["model_0"].partition(b":")[0])
    assert found == blobs(number)
    return number


def check(store: Store, ledger: Ledger) -> None:
    for kind, stored in (
        ("bulk", stored_bulks(store)),
        ("config", stored_config(store)),
        ("checkpoint", stored_checkpoint(store)),
    ):
        acknowledged = ledger.acknowledged[kind]
        assert acknowledged <= stored <= acknowledged + 1, kind
        ledger.acknowledged[kind] = stored
    # A round killed between the configuration and its single document skips that one number.
    assert stored_singles(store) >= ledger.acknowledged["single"]


def run_and_kill(directory: Path, ledger: Ledger, chance: random.Random) -> None:
    with Store.open(directory, threads=1) as store:
        check(store, ledger)
        first = ledger.next_numbers(store)
    before = dict(ledger.acknowledged)
    listen, tell = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=write_until_killed, args=(str(directory), first, tell))
    process.start()
    tell.close()
    assert listen.poll(SECONDS_TO_OPEN), "the writer did not open the store"
    # Some are killed at once, some in the middle of their work however slow the machine is.
    enough = ledger.durable_writes() + chance.choice((0, 1, 3, 6))
    while ledger.durable_writes() < enough and process.is_alive():
        ledger.hear(listen)
        time.sleep(0.001)
    time.sleep(chance.choice((0.0, 0.02, 0.1)) * chance.random())
    process.kill()
    process.join()
    ledger.hear(listen)
    listen.close()
    ledger.rounds_with_writes += ledger.acknowledged != before


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    chance = random.Random(20231114)
    ledger = Ledger()
    for _ in range(ROUNDS):
        run_and_kill(tmp_path / "store", ledger, chance)
    with Store.open(tmp_path / "store") as store:
        check(store, ledger)
    # The run was not trivial: writes were under way when the process died.
    assert ledger.rounds_with_writes > ROUNDS // 4
    assert min(ledger.acknowledged.values()) >= ROUNDS // 4
