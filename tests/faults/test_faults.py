"""Whatever AWS does to a drill, it ends: judged, told, clean or swept clean, with nothing made twice or touched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from moto.cloudformation.models import cloudformation_backends
from moto.dynamodb.models import dynamodb_backends

from dr_orchestrator import wiring
from dr_orchestrator.domain.outline import exit_code
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.lab.cloud import lifecycle
from dr_orchestrator.lab.cloud.world import ACCOUNT
from tests.support import shop as shops
from tests.support.estate import REGION, Estate, seen_as_ever
from tests.support.shop import ALL, CREATES, DELETES, FULL, GREEN, Strike, rules

RDS, REPLICA = ("orders-snapshot", "orders-pitr"), ("shop-replica",)
UNSURE = (Verdict.INCONCLUSIVE,)
SHAKEN = (*GREEN, *UNSURE)
"""Where one call in many fails five times running: never red, and told by name."""
RED = (Verdict.FAILED,)
ENDS = {Verdict.FAILED: Exit.FAILED, Verdict.INCONCLUSIVE: Exit.INCONCLUSIVE}


@dataclass(frozen=True)
class Case:
    """A fault that befalls a drill before the step that begins with `at`, what comes of it, and what tells of it."""

    fault: str
    drill: str
    strike: Strike
    verdicts: tuple[Verdict, ...]
    told: str
    at: str = ""
    cleanup: Cleanup = Cleanup.CLEAN
    long: bool = False

    def __str__(self) -> str:
        return f"{self.fault}: {self.drill}"


def on(drill: str) -> dict[str, str]:
    """A rule about the call that creates a drill's copy."""
    service, action = CREATES[drill]
    return {"service": service, "action": action}


def deleting(drill: str) -> dict[str, str]:
    service = CREATES[drill][0]
    return {"service": service, "action": DELETES[service]}


def protect(shop: Estate) -> None:
    """Somebody else in the account protects every copy, as a well-meant policy does."""
    for name in shop.inventory()["instances"]:
        shop.client("rds").modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=True)
    for stack in cloudformation_backends[ACCOUNT][REGION].stacks.values():
        stack.enable_termination_protection = True  # moto knows no call for it
    for name in shop.inventory()["tables"]:
        if name.startswith("dro-") and "interim" not in name and not name.endswith("-config"):
            shop.client("dynamodb").update_table(TableName=name, DeletionProtectionEnabled=True)


def relent(shop: Estate) -> None:
    """The faults are over, what was stuck moves on, and the copies' protection is taken off by hand."""
    shop.lab.faults.clear()
    shop.clock.sleep(7200)
    for name, table in dynamodb_backends[ACCOUNT][REGION].tables.items():
        if name.startswith("dro-"):
            table.timeline = lifecycle.settled("ACTIVE")  # type: ignore[attr-defined]
            table.deletion_protection_enabled = False
    for name in shop.inventory()["instances"]:
        if name.startswith("dro-"):
            shop.client("rds").modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False)
    for stack in cloudformation_backends[ACCOUNT][REGION].stacks.values():
        stack.enable_termination_protection = False


def cases() -> Iterator[Case]:  # noqa: PLR0915 (a table)
    """The table of tests/faults/README.md."""
    for drill in ALL:
        service, action = CREATES[drill]
        again = f"asked again after {service}:{action}"
        lost: dict[str, Any] = {"kind": "lost-response", "times": 1, **on(drill)}
        hidden = {"kind": "not-found", "service": service, "resource": "dro-*"}
        kept = Cleanup.LEFTOVERS
        yield Case("the answer to a creation is lost", drill, rules(lost), GREEN, again)
        cut = {"kind": "reset", **on(drill)}
        yield Case("every answer to a creation is lost", drill, rules(lost, cut), UNSURE, f"{service}:{action}")
        yield Case("not found right after its creation", drill, rules({**hidden, "times": 5}), GREEN, "'absent'")
        blink = rules({**hidden, "times": 2, "after": 2})
        yield Case("not found for a moment later", drill, blink, GREEN, "'absent'", at="wait")
        throttled = rules({"kind": "throttle", "share": 0.5})
        yield Case("half of all calls throttled", drill, throttled, SHAKEN, "Throttling")
        broken = rules({"kind": "server-error", "share": 0.3})
        yield Case("a third of all calls broken", drill, broken, SHAKEN, "Internal")
        cuts = rules({"kind": "reset", "share": 0.2})
        yield Case("a fifth of all connections reset", drill, cuts, SHAKEN, "Connection")
        expired = rules({"kind": "expired-token"})
        yield Case("the token expires in mid-wait", drill, expired, UNSURE, "log in again", "wait", kept)
        opened = kept if service != "cloudformation" else Cleanup.CLEAN
        yield Case("protection is put on the copy", drill, protect, GREEN, "rotect", "verify", opened)
    for drill in RDS:
        flaps = rules({"kind": "flaps", "status": "rebooting", **on(drill)})
        yield Case("its state flaps", drill, flaps, GREEN, "'rebooting'")
        yield Case("it stays in creating", drill, rules({"kind": "stuck", **on(drill)}), RED, "still 'creating'")
        odd = rules({"kind": "ends-as", "status": "quantum-locked", **on(drill)})
        yield Case("a state that nobody knows", drill, odd, RED, "quantum-locked (unknown state)", long=True)
        dead = rules({"kind": "ends-as", "status": "incompatible-restore", **on(drill)})
        yield Case("incompatible-restore", drill, dead, RED, "ended as 'incompatible-restore'")
        untagged = rules({"kind": "access-denied", **on(drill)})
        yield Case("tags are denied", drill, untagged, UNSURE, "AccessDenied")
        busy = {"kind": "error", "code": "InvalidDBInstanceState", "times": 2, **deleting(drill)}
        yield Case("deletion is refused twice", drill, rules(busy), GREEN, "the deletion was refused")
    for drill in ("sessions-pitr",):
        flaps = rules({"kind": "flaps", "status": "UPDATING", **on(drill)})
        yield Case("its state flaps", drill, flaps, GREEN, "'ACTIVE'")
        stuck = rules({"kind": "stuck", **on(drill)})
        yield Case("it stays in creating", drill, stuck, RED, "still 'CREATING'", "", Cleanup.LEFTOVERS, long=True)
        odd = rules({"kind": "ends-as", "status": "DREAMING", **on(drill)})
        yield Case("a state that nobody knows", drill, odd, RED, "DREAMING (unknown", cleanup=Cleanup.LEFTOVERS)
        untagged = rules({"kind": "access-denied", "action": "TagResource"})
        yield Case("tags are denied", drill, untagged, GREEN, "the copy wears no tag: dynamodb:TagResource")
        busy = {"kind": "error", "code": "ResourceInUseException", "times": 2, **deleting(drill)}
        yield Case("deletion is refused twice", drill, rules(busy), GREEN, "the deletion was refused")
    for drill in REPLICA:
        making = {"service": "cloudformation", "action": "ExecuteChangeSet"}
        yield Case("it stays in creating", drill, rules({"kind": "stuck", **making}), RED, "CREATE_IN_PROGRESS")
        back = {"kind": "ends-as", "status": "ROLLBACK_COMPLETE", **making}
        yield Case("it is rolled back", drill, rules(back), RED, "ROLLBACK")
        untagged = rules({"kind": "access-denied", "action": "TagResource"})
        yield Case("tags are denied", drill, untagged, GREEN, "the copy wears no tag: dynamodb:TagResource")
        busy = {"kind": "ends-as", "status": "DELETE_FAILED", "times": 2, **deleting(drill)}
        yield Case("deletion fails twice", drill, rules(busy), GREEN, "the deletion failed")


def short() -> Iterator[Case]:
    """Each fault once, each at another drill than the one before: what meets it is the code that all kinds share."""
    befallen: dict[str, list[Case]] = {}
    for case in cases():
        befallen.setdefault(case.fault, []).append(case)
    for at, alike in enumerate(befallen.values()):
        tried = [case for case in alike if not case.long and case.drill != "orders-pitr"]
        yield tried[at % len(tried)]


@pytest.mark.campaign(6)
@pytest.mark.parametrize("case", list(cases() if FULL else short()), ids=str)
def test_a_fault_is_overcome_or_told(
    shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    """It ends with the verdict that it earns, and in the reports; nothing is made twice, left for good, or touched."""
    shops.fresh(shop)
    before = shops.everything(shop)
    shops.disrupted_at(monkeypatch, shop, case.at, case.strike)

    with seen_as_ever():  # some last for seconds
        found = shops.run(here, case.drill)

    _ended(found, case)
    assert case.told in shops.told(here, found)
    assert max(shops.made(shop, found.header.id).values(), default=0) <= 1
    relent(shop)
    shops.swept(here)
    assert shops.everything(shop) == before


def _ended(found: Run, case: Case) -> None:
    assert found.closing is not None
    reasons = [*found.closing.reasons, *found.closing.cleanup_reasons, *(step.detail for step in found.steps)]
    assert found.closing.verdict in case.verdicts, reasons
    assert found.closing.cleanup is case.cleanup, reasons
    clean = case.cleanup is Cleanup.CLEAN
    assert exit_code([found]) == (ENDS.get(found.closing.verdict, Exit.PASSED) if clean else Exit.LEFTOVERS)
