"""A drill that is stopped in the middle of a call: what AWS had taken by then is found, and taken down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.aws.calls import exchange
from dr_orchestrator.domain.run import Role
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.waiting import stops
from tests.support import shop as shops
from tests.support.estate import Estate


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    with shops.world(shop, home) as made:
        yield made


def stopped_when_taken(here: wiring.App, monkeypatch: pytest.MonkeyPatch, operation: str) -> list[str]:
    """From the moment that AWS took a call, and before its answer is there, somebody stops the drills; calls made."""
    original, made = exchange._Answers.send, list[str]()

    def send(self: Any, request: Any) -> Any:
        call, _ = exchange._call.get()
        answer = original(self, request)
        made.append(call)
        if call.endswith(f":{operation}"):
            here.stop.set()
            stops.look()
        return answer

    monkeypatch.setattr(exchange._Answers, "send", send)
    return made


@pytest.mark.parametrize(
    ("drill", "operation"),
    [
        ("orders-snapshot", "RestoreDBInstanceFromDBSnapshot"),
        ("sessions-pitr", "RestoreTableToPointInTime"),
        ("shop-replica", "CreateChangeSet"),
    ],
)
def test_a_copy_that_was_asked_for_is_found(
    shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch, drill: str, operation: str
) -> None:
    """The answer is given up, the restore goes on in AWS: the intent is in the ledger, and the copy is taken down."""
    shops.fresh(shop)
    before = shops.everything(shop)
    made = stopped_when_taken(here, monkeypatch, operation)

    found = shops.run(here, drill)

    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.ABORTED, Cleanup.CLEAN)
    assert sum(call.endswith(f":{operation}") for call in made) == 1
    assert shops.everything(shop) == before
    assert all(step.outcome is not None for step in found.steps)
    waited = [step for step in found.steps if step.role is not Role.DESTROY]
    assert not any("asked again" in step.detail for step in waited)  # a stop is no fault in passing


@pytest.mark.parametrize("operation", ["DeleteTable", "ListTagsOfResource"])
def test_a_stop_in_the_teardown_leaves_no_proof_out(
    shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    """What is taken down already is taken down to its end, and the drill keeps its verdict."""
    shops.fresh(shop)
    before = shops.everything(shop)
    made = stopped_when_taken(here, monkeypatch, operation)

    found = shops.run(here, "sessions-pitr")

    assert here.stop.is_set()
    assert any(call.endswith(":DeleteTable") for call in made)
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN
    assert shops.everything(shop) == before


def test_a_stop_is_no_finding_of_a_check(shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped while a check reads: the drill is ABORTED, and the check found nothing out."""
    shops.fresh(shop)
    stopped_when_taken(here, monkeypatch, "Query")
    stopped_when_taken(here, monkeypatch, "GetItem")

    found = shops.run(here, "sessions-pitr")

    assert found.closing is not None
    assert found.closing.verdict is Verdict.ABORTED
    assert found.checks == ()
    verify = next(step for step in found.steps if step.name.startswith("verify"))
    assert verify.outcome is Outcome.ABORTED
