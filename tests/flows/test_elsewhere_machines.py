"""A machine and a volume brought to another region: what is copied there is timed, restored, and gone again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.aws.access.permissions import calls_of
from dr_orchestrator.aws.access.policies import drill_policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.machines import bringing
from dr_orchestrator.domain.copy import TERMINAL, Copy, CopyState
from dr_orchestrator.domain.drill import Allowed
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.resources import TYPES
from dr_orchestrator.wiring import opening
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import elsewhere, volumes, web, workspace
from tests.support.dying import deaths, killed_at, killed_in, resumed, swept
from tests.support.elsewhere import ALIAS, AWAY, READER, SUBNET, copied
from tests.support.estate import REGION, Estate
from tests.support.passing import passing
from tests.support.shop import GREEN, fresh, run
from tests.support.shop import swept as swept_by_hand

DECLARED = web.DRILLED + elsewhere.MACHINE_DRILL.removeprefix("\n")
BOTH = DECLARED.replace("\n  web:", volumes.DRILLED.partition("drills:")[0] + "  web:", 1) + elsewhere.VOLUME_DRILL[1:]
SHOP = workspace.SHOP.replace("\ndrills:\n", BOTH, 1)
DRILLS = ("web-away", "share-away")
MADE = {"web-away": ("ec2-image", "ec2-instance"), "share-away": ("ebs-snapshot", "ebs-volume")}
ASKS = {"web-away": ("CopyImage", "RunInstances"), "share-away": ("CopySnapshot", "CreateVolume")}


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    elsewhere.prepared(shop.lab)
    fresh(shop)
    dead = mock.patch.object(opening, "_last_seen", lambda *_: shop.clock.now())
    with wiring.using(workspace.world(home, shop.clock, shop=SHOP)) as made, dead:
        yield made


def asked(shop: Estate, heard: int, drill: str) -> list[dict[str, Any]]:
    return [each.params for each in shop.lab.journal[heard:] if each.action in ASKS[drill] and each.status == 200]


@pytest.mark.parametrize("drill", DRILLS)
def test_it_is_brought_and_restored_there(shop: Estate, here: wiring.App, drill: str) -> None:
    """First the copy of the point, under the key of the place and the run's tags, then what is made of it."""
    heard, before = len(shop.lab.journal), shop.inventory()
    found = run(here, drill)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert [(row.copy.type, row.copy.region, row.state) for row in found.copies] == [
        (of, AWAY, CopyState.DELETED) for of in MADE[drill]
    ]
    assert copied() == []
    assert shop.inventory() == before
    brought, made = asked(shop, heard, drill)
    assert brought["SourceRegion"] == REGION
    assert (brought["KmsKeyId"], str(brought["Encrypted"]).lower()) == (ALIAS, "true")
    assert "dr-drill:run" in brought.values()
    place = {"web-away": ("NetworkInterface.1.SubnetId", SUBNET), "share-away": ("AvailabilityZone", f"{AWAY}a")}[drill]
    assert made[place[0]] == place[1]
    assert made.get("ImageId") != brought.get("SourceImageId") or made["SnapshotId"] != brought["SourceSnapshotId"]


@pytest.mark.parametrize("drill", DRILLS)
def test_the_copying_is_a_step_of_its_own_and_counts(here: wiring.App, drill: str) -> None:
    """Its time is in the RTA, and how far it was is observed."""
    found = run(here, drill)
    steps = {each.name: each for each in found.steps}
    bring = next(each for name, each in steps.items() if name.startswith("create ") and AWAY in name)
    wait = next(each for name, each in steps.items() if name.startswith("wait for ") and AWAY in name)
    took = wait.ended_at - bring.started_at  # type: ignore[operator]
    assert took > timedelta(minutes=3)
    assert found.closing is not None
    rta = found.closing.measures.rta
    assert rta is not None
    assert rta > took
    far = [each.state for each in found.observations if each.copy.endswith("-brought")]
    assert far[-1] in ("completed", "available")
    if drill == "share-away":  # of an image EC2 tells no more than that it is pending
        assert any(each.startswith("pending, ") for each in far), far


@pytest.mark.parametrize("drill", DRILLS)
def test_it_is_planned_there(here: wiring.App, drill: str) -> None:
    """What would be made, in which region, with the looks at that."""
    made = plan(here, drill)
    assert [each.partition(" named")[0] for each in made.creates] == list(MADE[drill])
    assert all(f" in {AWAY}" in each for each in made.creates)
    assert made.blockers == []
    looks = {each.name: each.words for each in made.preflight.looks}
    assert f"arn:aws:kms:{AWAY}" in looks["key of what is copied"]
    assert looks["snapshots being copied"].startswith("0 snapshots of 20")


@pytest.mark.parametrize("drill", DRILLS)
def test_it_calls_what_is_declared(here: wiring.App, drill: str) -> None:
    """Nothing that a policy of `dro iam` would deny."""
    with passing() as passed:
        run(here, drill)
    declared = calls_of(TYPES, here.drill(drill))
    assert passed <= declared.all, passed - declared.all
    besides = TYPES[here.drill(drill).resource.type].elsewhere[here.drill(drill).kind]
    assert besides.all - passed <= {"ec2:DeleteSnapshot"}


@pytest.mark.parametrize("drill", DRILLS)
def test_policies_let_it_work_there(here: wiring.App, drill: str) -> None:
    """The copy is made under the run's tag, and what wears none is neither deregistered nor deleted."""
    scope = Scope(TYPES, [here.drill(drill)], Allowed())
    assert scope.regions == [AWAY, REGION]
    said = [each for policy in drill_policies(scope) for each in policy["Statement"]]
    allowed = next(each for each in said if f"ec2:{ASKS[drill][0]}" in each["Action"] and each["Effect"] == "Allow")
    assert "aws:RequestTag/dr-drill:run" in json.dumps(allowed["Condition"])
    denied = next(each for each in said if each["Sid"] == "NeverTouchTheUntagged")
    assert "ec2:DeleteSnapshot" in denied["Action"]


def test_what_lacks_there_is_told_before_anything_starts(shop: Estate, home: Path) -> None:
    """A key, a region that is enabled, the subnet, the machine that reads."""
    elsewhere.prepared(shop.lab)
    bad = [
        ("web-away", f"kms_key: {ALIAS}\n", "kms_key: alias/nobody\n", "alias/nobody"),
        ("web-away", f"      kms_key: {ALIAS}\n", "", f"no key of {AWAY} is named for the copy"),
        ("share-away", f"reader: {READER}", "reader: i-0ccccccccccccccc0", "no machine i-0ccccccccccccccc0"),
        ("web-away", SUBNET, "subnet-0cccccccccccccccc", "no subnet subnet-0cccccccccccccccc"),
    ]
    for number, (drill, was, becomes, why) in enumerate(bad):
        fresh(shop)
        assert was in SHOP
        with wiring.using(workspace.world(home / str(number), shop.clock, shop=SHOP.replace(was, becomes, 1))) as here:
            heard = len(shop.lab.journal)
            found = run(here, drill)
            assert found.closing is not None
            assert found.closing.verdict in (Verdict.FAILED, Verdict.INCONCLUSIVE)
            assert why in found.closing.reasons[0]
            assert asked(shop, heard, drill) == []


@pytest.mark.parametrize(("drill", "status"), [("share-away", "error"), ("web-away", "failed")])
def test_a_copying_that_fails_ends_the_drill_clean(shop: Estate, here: wiring.App, drill: str, status: str) -> None:
    """Never green, and nothing is left."""
    shop.lab.faults.add({"kind": "ends-as", "service": "ec2", "action": ASKS[drill][0], "status": status})
    found = run(here, drill)
    shop.lab.faults.clear()
    assert found.closing is not None
    assert found.closing.verdict is Verdict.FAILED
    assert f"ended as '{status}'" in found.closing.reasons[0]
    assert found.closing.cleanup is Cleanup.CLEAN
    assert copied() == []


KILLS = [(drill, *each) for drill in DRILLS for each in deaths((ASKS[drill][0], 1), (ASKS[drill][1], 1))]


def _taken(shop: Estate, heard: int, drill: str) -> list[str]:
    return [each.action for each in shop.lab.journal[heard:] if each.action in ASKS[drill] and each.status == 200]


@pytest.mark.campaign(1)
@pytest.mark.parametrize(("drill", "operation", "number", "after"), KILLS)
def test_killed_on_the_way_it_goes_on(
    here: wiring.App, shop: Estate, drill: str, operation: str, number: int, after: bool
) -> None:
    """What was asked for is adopted: no second snapshot is copied, though EC2 takes no token for one."""
    heard = len(shop.lab.journal)
    found: Run = resumed(here, killed_in(here, drill, killed_at(operation, number, after)))
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert _taken(shop, heard, drill) == list(ASKS[drill])
    assert copied() == []


@pytest.mark.campaign(1)
@pytest.mark.parametrize(("drill", "operation", "number", "after"), KILLS)
def test_killed_on_the_way_a_sweep_takes_all_of_it_down(
    here: wiring.App, shop: Estate, drill: str, operation: str, number: int, after: bool
) -> None:
    """In the region where it stands; nothing beside the source was made, or is gone."""
    before = shop.inventory()
    found = swept(here, drill, killed_at(operation, number, after), shop.clock, 3600.0)
    assert {row.copy.region for row in found.copies} == {AWAY}
    assert all(row.state in TERMINAL for row in found.copies)
    assert copied() == []
    assert shop.inventory() == before


def test_a_snapshot_that_a_lost_answer_made_twice_goes_with_the_first(shop: Estate, here: wiring.App) -> None:
    """It wears the same tags, and is of this run: no teardown is done while it is there."""
    made: list[str] = []
    backend, copy = type(volumes.backend()), type(volumes.backend()).copy_snapshot

    def twice(self: Any, *given: Any, **more: Any) -> Any:
        made.append(copy(self, *given, **more).id)
        return copy(self, *given, **more)

    def tagged(self: Any, tags: dict[str, str]) -> None:
        add(self, tags)
        for each in made:
            if each in self.ec2_backend.snapshots and each != self.id:
                add(self.ec2_backend.snapshots[each], tags)

    kind = type(volumes.snapshots()[0])
    add = kind.add_tags
    with mock.patch.object(backend, "copy_snapshot", twice), mock.patch.object(kind, "add_tags", tagged):
        found = run(here, "share-away")
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN
    assert len(made) == 1
    assert copied() == []


@pytest.mark.campaign(2)
@pytest.mark.parametrize("lost", ["dr-drill:run", "Name"])
@pytest.mark.parametrize("drill", DRILLS)
def test_what_lost_a_tag_is_told_as_left_and_never_as_deleted(
    shop: Estate, here: wiring.App, drill: str, lost: str
) -> None:
    """AWS shows it by the id that the ledger knows: it is not proven any more, and stays."""
    ec2, made, destroy = elsewhere.client(shop.lab, "ec2"), list[str](), bringing.Brought.destroy

    def robbed(self: bringing.Brought, copy: Copy) -> CopyState:
        (id,) = {
            row.identity.unique_id
            for row in here.ledger.queries.run(copy.run).copies
            if row.copy.id == copy.id and row.identity
        }
        made.append(id)
        ec2.delete_tags(Resources=[id], Tags=[{"Key": lost}])
        return destroy(self, copy)

    with mock.patch.object(bringing.Brought, "destroy", robbed):
        found = run(here, drill)
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.LEFTOVERS
    brought = next(row for row in found.copies if row.copy.id.endswith("-brought"))
    assert brought.state is CopyState.LEFTOVER
    worn = [{"Key": "dr-drill:run", "Value": found.header.id}, {"Key": "Name", "Value": brought.copy.id}]
    ec2.create_tags(Resources=[made[0]], Tags=worn)
    swept_by_hand(here)
    assert copied() == []
