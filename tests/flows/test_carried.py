"""A replica in an account of its own has its database from a snapshot that is copied, shared and copied again there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from moto.kms.models import kms_backends
from moto.rds.models import rds_backends

from dr_orchestrator import wiring
from dr_orchestrator.aws.access.permissions import HELD, calls_of, lends_of
from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.domain.copy import Copy, Place
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources import TYPES, passwords
from dr_orchestrator.resources.cloudformation_stack.restore import CloudFormationStack
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import elsewhere
from tests.support import shop as hurt
from tests.support.apart import OTHER, beating_as_of, stand_apart
from tests.support.born_shop import put
from tests.support.dying import deaths, gone_on, killed_at, swept
from tests.support.estate import INSTANCE, REGION, Estate
from tests.support.estate import estate as lab_of
from tests.support.iam.heard import heard
from tests.support.passing import passing
from tests.support.shop import ended, everything, fresh, run

DRILL = "shop-replica"
GREEN = (Verdict.PASSED_WITH_FINDINGS, Cleanup.CLEAN)
"""Where instants cannot be brought, snapshots alone are the rhythm of backups: that is a finding."""
COPY, SHARE = "CopyDBSnapshot", "ModifyDBSnapshotAttribute"


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with lab_of(tmp_path_factory.mktemp("lab")) as made:
        fresh(made)
        yield made


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    """A workspace whose replica has a database, and an account of its own; its heartbeat is that of the snapshot."""
    rds = shop.client("rds")
    taken = max(each["SnapshotDatabaseTime"] for each in rds.describe_db_snapshots()["DBSnapshots"])
    with hurt.world(shop, home) as made, beating_as_of(taken):
        put(home / "drills")
        stand_apart(home / "drills")
        yield made


def snapshots(account: str) -> list[str]:
    return [name for name in rds_backends[account][REGION].database_snapshots if name.startswith("dro-")]


def of_aws(shop: Estate) -> None:
    """The source, and what is taken of it, is encrypted with a key of AWS's own."""
    for key in kms_backends[ACCOUNT][REGION].keys.values():
        key.key_manager = "AWS"


def lends_key(tiers: Path) -> str:
    """A key that may be shared, and that the workspace names."""
    key: str = kms_backends[ACCOUNT][REGION].create_key("", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "lent", []).arn
    tiers.write_text(tiers.read_text().replace("replica: {", f"replica: {{key: '{key}', "))
    elsewhere.lets_in(OTHER, REGION)
    return key


def test_its_database_is_made_of_a_snapshot_that_was_brought_there(shop: Estate, here: wiring.App) -> None:
    """Two copies, one in each account, are of the run; the stack is made from the second, and nothing is left."""
    before = everything(shop)

    found = run(here, DRILL)

    assert ended(found) == GREEN, found.closing
    lead = f"dro-{found.header.id}"
    shared, there = f"{lead}-shared-orders-prod", f"{lead}-orders-prod"
    copies = {row.copy.id: row.copy.place for row in found.copies if row.copy.type == "rds-snapshot"}
    assert copies == {shared: Place("", REGION), there: Place(OTHER, REGION)}
    point = next(each.id for each in found.points if each.store == "orders-db")
    first, second = shop.calls(COPY)
    assert (first["SourceDBSnapshotIdentifier"], first["TargetDBSnapshotIdentifier"]) == (point, shared)
    assert first["KmsKeyId"].startswith(f"arn:aws:kms:{REGION}:{ACCOUNT}:")
    assert second["SourceDBSnapshotIdentifier"] == f"arn:aws:rds:{REGION}:{ACCOUNT}:snapshot:{shared}"
    assert (second["TargetDBSnapshotIdentifier"], second["KmsKeyId"]) == (there, "alias/aws/rds")
    (lent,) = shop.calls(SHARE)
    assert (lent["DBSnapshotIdentifier"], lent["AttributeName"], lent["ValuesToAdd.AttributeValue.1"]) == (
        shared,
        "restore",
        OTHER,
    )
    assert found.template is not None
    given = {each.property: each.becomes for each in found.template.edits if each.resource == "Database"}
    assert given["DBSnapshotIdentifier"] == there
    assert (snapshots(ACCOUNT), snapshots(OTHER)) == ([], [])
    assert everything(shop) == before


def test_such_a_drill_calls_what_is_declared(here: wiring.App) -> None:
    """Nothing that a policy of `dro iam` would deny, and nothing declared for the snapshot's way that is not used."""
    with passing() as passed:
        run(here, DRILL)

    declared, of = calls_of(TYPES, here.drill(DRILL)), TYPES[INSTANCE.type]
    assert passed <= declared.all, passed - declared.all
    used = of.born | of.carried
    unmet = (HELD, passwords.WHEN)
    instants = {"rds:DescribeDBInstanceAutomatedBackups"}  # cannot be brought into another account
    assert not {each for each in used.all - passed - instants if not used.only_when.get(each, "").startswith(unmet)}


def test_it_is_drilled_whole_by_the_rights_that_it_uses_beside_production(shop: Estate, here: wiring.App) -> None:
    """Under the policies that are printed nothing is denied, and every change that they are printed for is made."""
    with heard(shop, DRILL) as iam:
        found = run(here, DRILL)
    assert ended(found) == GREEN, (found.closing, iam.denied)
    assert iam.denied == []
    assert iam.changes == lends_of(TYPES, here.drill(DRILL))


@pytest.mark.parametrize("key", ["", "lent"])
def test_what_is_encrypted_with_a_key_of_awss_own_needs_one_that_can_be_shared(
    shop: Estate, here: wiring.App, key: str
) -> None:
    """Without one the plan says which line to write, and a run makes nothing; with one it is copied under that."""
    of_aws(shop)
    if not key:
        told, found = plan(here, DRILL), run(here, DRILL)
        assert any("a key of AWS's own, which no other account may use" in each for each in told.blockers)
        assert ended(found) == (Verdict.FAILED, Cleanup.CLEAN)
        assert found.copies == ()
        assert shop.calls(COPY) == []
        return
    lent = lends_key(here.settings.drills / "tiers.yaml")

    found = run(here, DRILL)

    assert ended(found) == GREEN, found.closing
    assert shop.calls(COPY)[0]["KmsKeyId"] == lent


@pytest.mark.parametrize("key", ["", "alias/none"])
def test_a_key_that_the_other_account_may_not_use_is_told(shop: Estate, here: wiring.App, key: str) -> None:
    """Or that nobody has: by the plan, and a run makes nothing, where the copy there would have been refused late."""
    elsewhere.lets_in(ACCOUNT, REGION)  # and nobody else
    tiers = here.settings.drills / "tiers.yaml"
    if key:
        tiers.write_text(tiers.read_text().replace("replica: {", f"replica: {{key: {key}, "))
    why = f"cannot be shared under {key}" if key else f"account {OTHER} may not use arn:aws:kms:"
    told, found = plan(here, DRILL), run(here, DRILL)
    assert any(why in each for each in told.blockers), told.blockers
    assert ended(found) == (Verdict.FAILED, Cleanup.CLEAN)
    assert (found.copies, shop.calls(COPY)) == ((), [])


def test_a_snapshot_on_its_way_is_no_backup(shop: Estate, here: wiring.App) -> None:
    """A drill beside this one does not take what a drill copied for a backup of production's."""
    seen: list[str] = []
    ready = CloudFormationStack.ready

    def looked(stack: CloudFormationStack, copy: Copy) -> Any:
        seen.extend(snapshots(ACCOUNT))
        seen.extend(each.id for each in run(here, "orders-snapshot").points)
        return ready(stack, copy)

    with mock.patch.object(CloudFormationStack, "ready", looked):
        run(here, DRILL)

    assert [each.startswith("dro-") for each in seen] == [True, False]


def test_nothing_is_shared_with_an_account_in_which_no_copy_stands(shop: Estate, here: wiring.App) -> None:
    """Whatever the code asks: the guard does not send it, and the run takes down what it made."""
    call = Api.call

    def lead_astray(api: Api, operation: str, **given: Any) -> Any:
        changed = {**given, "ValuesToAdd": ["999999999999"]} if operation == SHARE else given
        return call(api, operation, **changed)

    with mock.patch.object(Api, "call", lead_astray):
        found = run(here, DRILL)

    assert found.closing is not None
    assert "no copy of this run stands in 999999999999" in found.closing.reasons[0]
    assert ended(found)[1] is Cleanup.CLEAN
    assert shop.calls(SHARE) == []
    assert (snapshots(ACCOUNT), snapshots(OTHER)) == ([], [])


@pytest.mark.parametrize("account", [ACCOUNT, OTHER])
def test_a_snapshot_of_that_name_that_is_anothers_is_let_be(shop: Estate, here: wiring.App, account: str) -> None:
    """It is told before anything is made, and stands there afterwards."""
    name = ""
    source = next(iter(rds_backends[ACCOUNT][REGION].database_snapshots.values()))

    def namesake(api: Api, operation: str, **given: Any) -> Any:
        nonlocal name
        if not name and operation == "DescribeDBSnapshots" and "dro-" in str(given.get("DBSnapshotIdentifier")):
            run_id = here.ledger.queries.runs(1)[0].header.id
            name = f"dro-{run_id}-{'shared-' if account == ACCOUNT else ''}orders-prod"
            rds_backends[account][REGION].database_snapshots[name] = other = type(source)(
                rds_backends[account][REGION], source.database, name, "manual", []
            )
            other.tags = []
        return call(api, operation, **given)

    call = Api.call
    with mock.patch.object(Api, "call", namesake):
        found = run(here, DRILL)

    assert ended(found) == (Verdict.FAILED, Cleanup.CLEAN)
    assert found.closing is not None
    assert f"a snapshot {name} exists already and is not of this run" in found.closing.reasons[0]
    assert snapshots(account) == [name]


@pytest.mark.parametrize("failing", [1, 2])
def test_a_copy_that_fails_is_told_and_taken_down(shop: Estate, here: wiring.App, failing: int) -> None:
    """Whichever of the two: FAILED with its state, no stack asked for, and nothing left in either account."""
    call, copied = Api.call, []

    def failed(api: Api, operation: str, **given: Any) -> Any:
        answer = call(api, operation, **given)
        if operation == COPY:
            copied.append(given["TargetDBSnapshotIdentifier"])
            if len(copied) == failing:
                account = ACCOUNT if failing == 1 else OTHER
                rds_backends[account][REGION].database_snapshots[copied[-1]].status = "failed"
        return answer

    with mock.patch.object(Api, "call", failed):
        found = run(here, DRILL)

    assert ended(found) == (Verdict.FAILED, Cleanup.CLEAN), found.closing
    assert found.closing is not None
    assert "failed" in found.closing.reasons[0]
    assert shop.calls("CreateChangeSet") == []
    assert (snapshots(ACCOUNT), snapshots(OTHER)) == ([], [])


DEATHS = deaths((COPY, 1), (SHARE, 1), (COPY, 2))


@pytest.mark.campaign(1)
@pytest.mark.parametrize("death", DEATHS, ids=lambda each: "-".join(map(str, each)))
def test_a_dead_run_is_gone_on_with(shop: Estate, here: wiring.App, death: tuple[str, int, bool]) -> None:
    """Whenever its process dies: what was copied is adopted, and copied no second time."""
    before = everything(shop)

    gone_on(here, DRILL, killed_at(*death), shop.clock, 0)

    assert len({each["TargetDBSnapshotIdentifier"] for each in shop.calls(COPY)}) == 2
    assert (snapshots(ACCOUNT), snapshots(OTHER)) == ([], [])
    assert everything(shop) == before


@pytest.mark.campaign(1)
@pytest.mark.parametrize("death", DEATHS, ids=lambda each: "-".join(map(str, each)))
def test_a_dead_run_is_swept(shop: Estate, here: wiring.App, death: tuple[str, int, bool]) -> None:
    """Whenever its process dies: nothing stays in either account, and the sweep proves it."""
    before = everything(shop)

    swept(here, DRILL, killed_at(*death), shop.clock, 7200)

    assert (snapshots(ACCOUNT), snapshots(OTHER)) == ([], [])
    assert everything(shop) == before
