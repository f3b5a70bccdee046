"""How many calls a finding costs its tracker, and how long a sync of 500 takes, over HTTP on loopback, in SQLite."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import pytest

from dr_orchestrator.domain.findings.acts import Note
from tests.support.tracked import found
from tests.support.trackers.worlds import KINDS, World, world

MANY = 500


def main() -> None:
    """Print, for each tracker: making 500 tickets, a sync that finds nothing to do, and one comment each."""
    for kind in KINDS:
        patched = pytest.MonkeyPatch.context()
        with tempfile.TemporaryDirectory() as folder, patched as patch, world(kind, Path(folder), patch) as there:
            names = [f"drill-{number:03}" for number in range(MANY)]
            there.find(*names)
            _timed(there, "made")
            _timed(there, "nothing to do")
            there.clock.sleep(3600)
            keys = [(found(name).fingerprint, False) for name in names]
            there.here.ledger.findings.act(keys, Note("news"), "ada", there.clock.now())
            _timed(there, "one comment each")
            there.here.ledger.close()


def _timed(there: World, what: str) -> None:
    calls = len(there.server.calls) if there.server else 0
    began = time.perf_counter()
    assert there.sync().in_line
    spent = time.perf_counter() - began
    asked = (len(there.server.calls) if there.server else 0) - calls
    print(f"{there.kind:18}{what:18}{asked:6} calls{asked / MANY:8.3f} a finding{spent:8.1f} s")  # noqa: T201
