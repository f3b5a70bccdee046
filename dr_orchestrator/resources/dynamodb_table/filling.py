"""Writes every item of one table into another: page by page, and of more than a page in segments side by side."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.waiting.aside import all_aside

BATCH = 25
"""The most items that BatchWriteItem takes."""

SEGMENTS = 8
"""How many parts of a table are read and written at once: as many connections as a client of AWS has to spare."""

BACK_OFF = 2.0
TOLD_EVERY = 30.0
"""Drill seconds between two words on how far it is."""

Item = dict[str, Any]


class Filling:
    """The filling of a table, the environment's own, from a restored one, which may be another account's.

    Items are held a page at a time, however many there are. Each is put whole under its key, so that a filling which
    was cut off is begun anew.
    """

    def __init__(self, restored: Api, made: Api, toolkit: Toolkit, source: str, target: Copy) -> None:
        """`restored` reads the table `source`, `made` writes into the `target`."""
        self._restored, self._made, self._toolkit = restored, made, toolkit
        self._source, self._target = source, target
        self._lock, self._written = threading.Lock(), 0
        self._over = threading.Event()
        self._told_at = toolkit.clock.monotonic()

    def fill(self) -> int:
        """Write every item; return how many there were. What fits into a page needs no others beside it."""
        first = self._restored.call("Scan", TableName=self._source, ConsistentRead=True)
        if not first.get("LastEvaluatedKey"):
            self._write(first["Items"])
            return self._written
        parts = [partial(self._segment, number) for number in range(SEGMENTS)]
        try:
            all_aside(parts, at_once=SEGMENTS, what=f"the items of {self._source}")
        finally:
            self._over.set()  # what is given up by a stop, or by a segment that failed, writes nothing more
        return self._written

    def _segment(self, number: int) -> None:
        given = {"TableName": self._source, "ConsistentRead": True, "Segment": number, "TotalSegments": SEGMENTS}
        page: list[Item] = []
        for item in self._restored.pages("Scan", "Items", **given):
            page.append(item)
            if len(page) == BATCH:
                self._write(page)
                page = []
        self._write(page)

    def _write(self, items: Sequence[Item]) -> None:
        for start in range(0, len(items), BATCH):
            batch = items[start : start + BATCH]
            self._put(batch)
            self._tell(len(batch))

    def _raise_if_over(self) -> None:
        if self._over.is_set():
            raise NotMeasured(f"the filling of {self._target.id} was given up")

    def _put(self, batch: Iterable[Item]) -> None:
        """Put a batch, and what the table did not take of it again; NotMeasured where it never does."""
        name, clock = self._target.id, self._toolkit.clock
        pending: dict[str, Any] = {name: [{"PutRequest": {"Item": item}} for item in batch]}
        started = clock.monotonic()
        while pending:
            self._raise_if_over()
            asked = pending
            answer = self._toolkit.retry_transient(lambda asked=asked: self._ask(asked))  # type: ignore[misc]
            pending = answer.get("UnprocessedItems", {})
            if pending and clock.monotonic() - started > self._toolkit.ceiling:
                raise NotMeasured(f"{name} does not take the items", call="dynamodb:BatchWriteItem")
            if pending:
                clock.sleep(BACK_OFF)

    def _ask(self, items: dict[str, Any]) -> dict[str, Any]:
        return dict(self._made.call("BatchWriteItem", RequestItems=items))

    def _tell(self, written: int) -> None:
        """Count what was written, and tell now and then how far it is: one thread at a time."""
        with self._lock:
            self._written += written
            if (now := self._toolkit.clock.monotonic()) - self._told_at >= TOLD_EVERY:
                self._told_at = now
                self._toolkit.context.observe(self._target, f"{counted(self._written, 'item')} written")
