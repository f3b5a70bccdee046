"""A replica's database is made from the newest recovery point: chosen before, kept with the run, taken down whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.aws.access.permissions import HELD, calls_of
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.reporting.export import run_json
from dr_orchestrator.resources import TYPES, passwords
from dr_orchestrator.resources.cloudformation_stack.restore import CloudFormationStack
from dr_orchestrator.resources.rds_instance.origin import InstanceOrigin
from dr_orchestrator.runner.session import Session
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import shop as hurt
from tests.support.born_shop import BORN_TEMPLATE, DEATHS, put
from tests.support.dying import die, gone_on, in_turns, swept
from tests.support.estate import INSTANCE, Estate
from tests.support.estate import estate as lab_of
from tests.support.passing import passing
from tests.support.shop import ended, everything, fresh, run

DRILL = "shop-replica"
NAMED = "      DBInstanceIdentifier: orders-prod\n"
READER = """  Reader:
    Type: AWS::RDS::DBInstance
    Properties: {SourceDBInstanceIdentifier: orders-prod, DBSubnetGroupName: !Ref Subnets}
Outputs:"""


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with lab_of(tmp_path_factory.mktemp("lab")) as made:
        fresh(made)
        yield made


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    with hurt.world(shop, home) as made:
        put(home / "drills")
        yield made


def restored(found: Run) -> dict[str, str]:
    """What the stack was asked to make its database from, as the edits of the template tell."""
    of_point = ("DBSnapshotIdentifier", "SourceDbiResourceId", "SourceDBInstanceIdentifier", "RestoreTime")
    assert found.template is not None
    return {each.property: each.becomes for each in found.template.edits if each.property in of_point}


def test_a_database_is_made_from_the_newest_instant(shop: Estate, here: wiring.App) -> None:
    """By an id that AWS never uses again and the instant that was chosen; edits are kept, production is as it was."""
    before, heard = everything(shop), len(shop.lab.journal)

    found = run(here, DRILL)

    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing
    assert everything(shop) == before
    source = shop.client("rds").describe_db_instances(DBInstanceIdentifier=INSTANCE.id)["DBInstances"][0]
    orders = next(each for each in found.points if each.store == "orders-db")
    instant = f"{orders.data_time:%Y-%m-%dT%H:%M:%SZ}"
    assert restored(found) == {"SourceDbiResourceId": source["DbiResourceId"], "RestoreTime": instant}
    told = {(each["resource"], each["property"]): each for each in run_json(found)["template"]["edits"]}
    assert "newest recovery point of orders-db" in told[("Database", "RestoreTime")]["why"]
    assert told[("Database", "DBName")]["becomes"] == "the recovery point's own"
    assert run_json(found)["template"]["left_out"] == []
    (member,) = (each.copy for each in found.copies if each.copy.type == INSTANCE.type)
    assert member.parent in {each.copy.id for each in found.copies}
    named = [each.action for each in shop.lab.journal[heard:] if INSTANCE.id in map(str, each.params.values())]
    assert [each for each in named if not each.startswith("Describe")] == []


def test_such_a_drill_calls_what_is_declared(here: wiring.App) -> None:
    """Nothing that a policy of `dro iam` would deny, and nothing declared for the database that is not used."""
    with passing() as passed:
        run(here, DRILL)

    declared = calls_of(TYPES, here.drill(DRILL))
    assert passed <= declared.all, passed - declared.all
    born = TYPES[INSTANCE.type].born
    unmet = (HELD, passwords.WHEN, "a snapshot is the newest")
    assert not {each for each in born.all - passed if not born.only_when.get(each, "").startswith(unmet)}


def test_without_continuous_backup_it_is_the_newest_snapshot(shop: Estate, here: wiring.App) -> None:
    """Where instants are switched off the newest snapshot is taken, and CloudFormation is given its name."""
    shop.client("rds").modify_db_instance(DBInstanceIdentifier=INSTANCE.id, BackupRetentionPeriod=0)
    newest = max(
        shop.client("rds").describe_db_snapshots(DBInstanceIdentifier=INSTANCE.id)["DBSnapshots"],
        key=lambda each: each["SnapshotCreateTime"],
    )["DBSnapshotIdentifier"]

    found = run(here, DRILL)

    assert [each.id for each in found.points if each.store == "orders-db"] == [newest]
    assert restored(found) == {"DBSnapshotIdentifier": newest}
    assert ended(found)[1] is Cleanup.CLEAN


def test_no_recovery_point_is_told_before_anything_is_made(shop: Estate, here: wiring.App) -> None:
    """FAILED with what is missing of both kinds; no copy was intended, and the plan says the same."""
    rds = shop.client("rds")
    rds.modify_db_instance(DBInstanceIdentifier=INSTANCE.id, BackupRetentionPeriod=0)
    for each in rds.describe_db_snapshots(DBInstanceIdentifier=INSTANCE.id)["DBSnapshots"]:
        rds.delete_db_snapshot(DBSnapshotIdentifier=each["DBSnapshotIdentifier"])

    told = plan(here, DRILL)
    found = run(here, DRILL)

    assert any("no recovery point of orders-prod" in each for each in told.blockers)
    assert ended(found) == (Verdict.FAILED, Cleanup.CLEAN)
    assert found.closing is not None
    assert "point-in-time restore is switched off for orders-prod" in found.closing.reasons[0]
    assert found.copies == ()
    assert shop.calls("CreateChangeSet") == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (("Engine: postgres", "Engine: mysql"), "Database has Engine mysql: orders-db, from which it is to be made"),
        (
            ("DBName: orders", "DBClusterIdentifier: boards"),
            "Database has DBClusterIdentifier: it is an instance of a cluster",
        ),
        (
            (
                "Outputs:",
                READER,
            ),
            "Reader would change 'orders-prod'",
        ),
    ],
    ids=["another engine", "an instance of a cluster", "a replica of production"],
)
def test_what_cannot_be_made_so_is_refused_before_anything_is(
    shop: Estate, here: wiring.App, wrong: tuple[str, str], told: str
) -> None:
    """FAILED with file and line; restoring a store lets no other part of the template touch production."""
    template = BORN_TEMPLATE.replace(NAMED, "").replace(*wrong)
    (here.settings.drills / "infrastructure" / "shop.template.yaml").write_text(template)
    before = everything(shop)

    found = run(here, DRILL)

    assert found.closing is not None
    assert ended(found) == (Verdict.FAILED, Cleanup.CLEAN)
    assert told in found.closing.reasons[0]
    assert "infrastructure/shop.template.yaml:" in found.closing.reasons[0]
    assert shop.calls("CreateChangeSet") == []
    assert everything(shop) == before


@pytest.mark.campaign(1)
@pytest.mark.parametrize("death", in_turns(DEATHS, 0))
def test_a_resumed_run_makes_it_from_the_point_that_was_chosen(shop: Estate, here: wiring.App, death: str) -> None:
    """Whenever its process dies: the next one asks for no other stack, and takes no newer point."""
    before = everything(shop)

    dead, found = gone_on(here, DRILL, mock.patch.object(*DEATHS[death], die), shop.clock, 1200)

    assert [each for each in found.points if each.store == "orders-db"] == [
        each for each in dead.points if each.store == "orders-db"
    ]
    assert len(shop.calls("CreateChangeSet")) == 1
    assert dead.template in (None, found.template)
    assert everything(shop) == before


@pytest.mark.parametrize("death", in_turns(DEATHS, 1))
def test_a_sweep_takes_it_down_with_its_stack(shop: Estate, here: wiring.App, death: str) -> None:
    """Whenever its process dies: nothing of the run stays, and the sweep proves it."""
    before = everything(shop)

    swept(here, DRILL, mock.patch.object(*DEATHS[death], die), shop.clock, 7200)

    assert everything(shop) == before


def test_what_outlived_its_stack_is_taken_down_as_a_copy(shop: Estate, here: wiring.App) -> None:
    """A stack that somebody deleted by force left the database: proven by its row, its tag and its identity."""
    drills, alone = here.settings.drills, BORN_TEMPLATE[: BORN_TEMPLATE.index("  Network:")]
    database = BORN_TEMPLATE[BORN_TEMPLATE.index("  Database:") :]
    in_default = "\n".join(each for each in database.splitlines() if "Subnets" not in each and "Group.G" not in each)
    (drills / "infrastructure" / "shop.template.yaml").write_text(f"{alone}{in_default}\n")
    file, stores = drills / "shop.yaml", "      stores: {Config"
    file.write_text(file.read_text().replace(stores, f"      allow: {{Database: it is a lab}}\n{stores}"))
    before = everything(shop)
    destroy = CloudFormationStack.destroy

    def by_force(stack: CloudFormationStack, copy: Any) -> Any:
        shop.force(copy.run, kept=("Database",))
        return destroy(stack, copy)

    with mock.patch.object(CloudFormationStack, "destroy", by_force):
        found = run(here, DRILL)

    assert ended(found)[1] is Cleanup.CLEAN, found.closing.cleanup_reasons if found.closing else ""
    assert everything(shop)["instances"] == before["instances"]


def test_a_flow_that_chooses_no_point_is_told(shop: Estate, here: wiring.App) -> None:
    """A script from before databases could be made so hands over none: FAILED with the file to take, nothing made."""
    with mock.patch.object(Session, "born", ()):
        found = run(here, DRILL)

    assert found.closing is not None
    assert "no recovery point was chosen for orders-db" in found.closing.reasons[0]
    assert shop.calls("CreateChangeSet") == []


def test_one_that_is_less_protected_than_its_source_is_asked_nothing(shop: Estate, here: wiring.App) -> None:
    """Whatever made it public: the run ends before any check, and takes it down."""
    made = InstanceOrigin.birth

    def opened(origin: InstanceOrigin, point: Any) -> Any:
        birth = made(origin, point)
        return type(birth)(**{**vars(birth), "given": {**birth.given, "PubliclyAccessible": "true"}})

    with mock.patch.object(InstanceOrigin, "birth", opened):
        found = run(here, DRILL)

    assert ended(found) == (Verdict.FAILED, Cleanup.CLEAN)
    assert found.closing is not None
    assert "it can be reached from the internet" in found.closing.reasons[0]
    assert found.checks == ()


def test_a_login_that_rds_manages_is_managed_in_the_copy_too(shop: Estate, here: wiring.App) -> None:
    """CloudFormation has RDS make it a secret of its own, which the template's code finds, and which goes with it."""
    wanted = "      ManageMasterUserPassword: true\n"
    template = "".join(
        wanted if "MasterUserPassword:" in line else line for line in BORN_TEMPLATE.splitlines(keepends=True)
    )
    told = "  Login: {Value: !GetAtt Database.MasterUserSecret.SecretArn}\n"
    (here.settings.drills / "infrastructure" / "shop.template.yaml").write_text(template + told)
    before, secrets = everything(shop), shop.client("secretsmanager").list_secrets()["SecretList"]
    seen: list[str] = []
    isolated = InstanceOrigin.isolated

    def note(origin: InstanceOrigin, member: Any) -> Any:
        described = shop.client("rds").describe_db_instances(DBInstanceIdentifier=member.id)["DBInstances"][0]
        stack = shop.client("cloudformation").describe_stacks(StackName=member.parent)["Stacks"][0]
        outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
        assert outputs["Login"] == described["MasterUserSecret"]["SecretArn"]
        seen.append(outputs["Login"])
        return isolated(origin, member)

    with mock.patch.object(InstanceOrigin, "isolated", note):
        found = run(here, DRILL)

    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing
    assert len(seen) == 1
    assert "ManageMasterUserPassword" not in {each["property"] for each in run_json(found)["template"]["edits"]}
    assert everything(shop) == before
    assert shop.client("secretsmanager").list_secrets()["SecretList"] == secrets
