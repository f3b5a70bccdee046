"""How fast a replica's table gets its items: written by one, in segments side by side, or imported as AWS restored it.

A lab of this process stands for AWS, and each call takes AWAY_S longer, as AWS is that far away: the ratios count, and
not the figures. `DRO_ITEMS=100,10000` measures other sizes.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from moto.dynamodb.models import dynamodb_backends

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.domain.run import Run
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources.dynamodb_table import filling
from dr_orchestrator.runner.session import Session
from tests.support import imported
from tests.support.estate import REGION, TABLE, Estate, estate
from tests.support.shop import fresh

SIZES = [int(size) for size in os.environ.get("DRO_ITEMS", "100,10000,100000").split(",")]
COPIED = 4000
"""Items that are written one by one, of a kilobyte each."""

TEXT = "x" * 1000
AWAY_S = 0.01
_CALL = Api.call


def main() -> None:
    mb = COPIED * len(TEXT) / 1e6
    alone, beside = (_seconds(COPIED, "items", segments, "fill Config") for segments in (1, filling.SEGMENTS))
    print(f"{COPIED:,} items of 1 kB written by one segment: {alone:.2f} s, {mb / alone:.2f} MB/s")  # noqa: T201
    print(f"the same by {filling.SEGMENTS}: {beside:.2f} s, {mb / beside:.2f} MB/s, {alone / beside:.2f} times as fast")  # noqa: T201
    first = 0.0
    for size in SIZES:
        took = _seconds(size, "import", 1, "import ")
        first = first or took
        print(f"{size:>9,} items imported: {took:.2f} s, {took / first:.2f} times as long as {SIZES[0]:,}")  # noqa: T201


def _seconds(items: int, fill: str, segments: int, step: str) -> float:
    """The machine's seconds that a step of a drill took, with a table of so many items."""
    with _shop(items) as shop, tempfile.TemporaryDirectory() as home, _timed(step) as seconds:
        with mock.patch.object(filling, "SEGMENTS", segments):
            found = imported.drilled(shop, Path(home), fill=f"{{resource: sessions, fill: {fill}}}")
        _raise_unless_green(found)
        return sum(seconds)


@contextmanager
def _shop(items: int) -> Iterator[Estate]:
    with tempfile.TemporaryDirectory() as folder, estate(Path(folder)) as made:
        table = dynamodb_backends[ACCOUNT][REGION].tables[TABLE.id]
        for number in range(items):
            attributes = {"pk": {"S": f"session#{number}"}, "text": {"S": TEXT}}
            table.put_item(attributes)
        fresh(made)
        yield made


@contextmanager
def _timed(step: str) -> Iterator[list[float]]:
    """Within: what the step of that name takes of the machine's time."""
    seconds: list[float] = []
    original = Session.step

    def timed(session: Session, name: str, *args: object, **given: object) -> None:
        began = time.perf_counter()
        try:
            original(session, name, *args, **given)  # type: ignore[arg-type]
        finally:
            if name.startswith(step):
                seconds.append(time.perf_counter() - began)

    with mock.patch.object(Session, "step", timed), mock.patch.object(Api, "call", _away):
        yield seconds


def _away(api: Api, operation: str, **given: object) -> object:
    time.sleep(AWAY_S)
    return _CALL(api, operation, **given)


def _raise_unless_green(run: Run) -> None:
    if run.closing is None or not run.closing.verdict.green:
        raise SystemExit(f"the drill ended otherwise: {run.closing}")
