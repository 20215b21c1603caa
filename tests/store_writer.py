"""A process that writes to a store until it is killed, and tells what was acknowledged.

Three threads write at once, one reads. Every kind of write tells its number after the store has
returned, so that whoever listens knows the least that must be there after a kill.
"""

from __future__ import annotations

import random
import threading
from multiprocessing.connection import Connection

from adcore.store import Action, Store, WriteResult

BATCH = 40
KEYS = 60


def bulk_actions(number: int) -> list[Action]:
    """New documents, a replacement, a deletion, a new field now and then, several values."""
    documents: list[dict[str, object]] = [
        {"batch": number, "at": 1_700_000_000_000 + i, "host": f"host-{i % 7}", "value": i / 4}
        for i in range(BATCH)
    ]
    if number % 5 == 0:
        documents[3][f"extra_{number % 50}"] = ["one", "two"]
        documents[4]["tags"] = [{"name": "é", f"n{number % 20}": number}]
    actions = [Action("index", "events", None, document) for document in documents]
    actions.append(Action("index", "events", "last", {"batch_of_last": number}))
    actions.append(Action("delete", "events", f"gone-{number - 1}"))
    actions.append(Action("index", "events", f"gone-{number}", {"gone": number}))
    return actions


def blobs(number: int) -> dict[str, bytes]:
    return {f"model_{i}": b"%d:" % number + b"x" * (50 * i) for i in range(KEYS)}


def _write_bulks(store: Store, first: int, tell: Connection, lock: threading.Lock) -> None:
    number = first
    while True:
        results = store.documents.bulk(bulk_actions(number))
        assert all(isinstance(result, WriteResult) for result in results)
        _tell(tell, lock, "bulk", number)
        number += 1


def _write_config(store: Store, first: int, tell: Connection, lock: threading.Lock) -> None:
    number = first
    while True:
        present = (
            store.documents.get("configs", "only") if store.documents.exists("configs") else None
        )
        seq_no = None if present is None else present.seq_no
        term = None if present is None else 1
        store.documents.index("configs", {"number": number}, "only", "index", seq_no, term)
        _tell(tell, lock, "config", number)
        store.documents.index("singles", {"number": number}, f"single-{number}", "create")
        _tell(tell, lock, "single", number)
        number += 1


def _write_checkpoints(store: Store, first: int, tell: Connection, lock: threading.Lock) -> None:
    number = first
    while True:
        store.checkpoints.put_many(blobs(number))
        _tell(tell, lock, "checkpoint", number)
        number += 1


def _read(store: Store) -> None:
    while True:
        for expression in ("events", "singles*"):
            for _ in store.documents.scan(expression + "*", ["_id", "batch"]):
                pass


def _tell(tell: Connection, lock: threading.Lock, kind: str, number: int) -> None:
    with lock:
        tell.send((kind, number))


def write_until_killed(directory: str, first: dict[str, int], tell: Connection) -> None:
    """Go on from the numbers of each kind that come next."""
    store = Store.open(directory, threads=1)
    # The database moves its log into its file once the log is so long: let that be often.
    limit = random.choice((16 << 20, 200_000, 20_000))
    store.set_log_limit(limit)
    lock = threading.Lock()
    tell.send(("open", 0))
    threads = [
        threading.Thread(target=_write_bulks, args=(store, first["bulk"], tell, lock)),
        threading.Thread(target=_write_config, args=(store, first["config"], tell, lock)),
        threading.Thread(target=_write_checkpoints, args=(store, first["checkpoint"], tell, lock)),
        threading.Thread(target=_read, args=(store,)),
    ]
    random.shuffle(threads)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
