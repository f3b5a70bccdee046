"""A replica's Aurora cluster is made from the newest recovery point, with the template's own instances in it."""

from __future__ import annotations

import itertools
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
from dr_orchestrator.resources.aurora_cluster.origin import ClusterOrigin
from dr_orchestrator.resources.cloudformation_stack.restore import CloudFormationStack
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import shop as hurt
from tests.support.aurora_drills import backend
from tests.support.born_cluster import CLUSTER, SNAPSHOT, TEMPLATE, cluster_estate, put
from tests.support.born_shop import DEATHS
from tests.support.dying import die, gone_on, in_turns, swept
from tests.support.estate import Estate
from tests.support.passing import passing
from tests.support.shop import ended, fresh, run

DRILL = "shop-replica"
POINTS = (
    "SnapshotIdentifier",
    "SourceDBClusterIdentifier",
    "SourceDbClusterResourceId",
    "RestoreToTime",
    "RestoreType",
)


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with cluster_estate(tmp_path_factory.mktemp("lab")) as made:
        fresh(made)
        yield made


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    with hurt.world(shop, home) as made:
        put(home / "drills")
        yield made


def everything(shop: Estate) -> dict[str, Any]:
    """All that is in the account, the clusters and their snapshots too."""
    rds, moving = shop.client("rds"), ("LatestRestorableTime", "EarliestRestorableTime")
    clusters = rds.describe_db_clusters()["DBClusters"]
    return {
        **hurt.everything(shop),
        "cluster rows": [{key: value for key, value in each.items() if key not in moving} for each in clusters],
        "cluster snapshots": [
            each["DBClusterSnapshotIdentifier"] for each in rds.describe_db_cluster_snapshots()["DBClusterSnapshots"]
        ],
    }


def restored(found: Run) -> dict[str, str]:
    """What the stack was asked to make its cluster from, as the edits of the template tell."""
    assert found.template is not None
    return {each.property: each.becomes for each in found.template.edits if each.property in POINTS}


def point_of(found: Run) -> Any:
    return next(each for each in found.points if each.store == "boards-db")


def test_a_cluster_is_made_from_the_newest_instant(shop: Estate, here: wiring.App) -> None:
    """By an id that AWS never uses again, whole and not as a clone; production and what the template says else stay."""
    before, heard = everything(shop), len(shop.lab.journal)

    found = run(here, DRILL)

    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing
    assert everything(shop) == before
    source = shop.client("rds").describe_db_clusters(DBClusterIdentifier=CLUSTER.id)["DBClusters"][0]
    assert restored(found) == {
        "SourceDbClusterResourceId": source["DbClusterResourceId"],
        "RestoreToTime": f"{point_of(found).data_time:%Y-%m-%dT%H:%M:%SZ}",
        "RestoreType": "full-copy",
    }
    told = {(each["resource"], each["property"]): each for each in run_json(found)["template"]["edits"]}
    of_point = ("DatabaseName", "EngineVersion", "MasterUsername", "StorageEncrypted")
    assert {told[("Boards", key)]["becomes"] for key in of_point} == {"the recovery point's own"}
    assert told[("Boards", "MasterUserPassword")]["becomes"] == "(not kept)"
    assert ("Boards", "ServerlessV2ScalingConfiguration") not in told
    (member,) = (each.copy for each in found.copies if each.copy.type == CLUSTER.type)
    assert member.parent in {each.copy.id for each in found.copies}
    named = [each.action for each in shop.lab.journal[heard:] if CLUSTER.id in map(str, each.params.values())]
    assert [each for each in named if not each.startswith("Describe")] == []
    steps = " ".join(step.detail for step in found.steps)
    assert "2 in it likewise; of no global cluster, replica of nothing" in steps


def test_such_a_drill_calls_what_is_declared(here: wiring.App) -> None:
    """Nothing that a policy of `dro iam` would deny, and nothing declared for the cluster that is not used."""
    with passing() as passed:
        run(here, DRILL)

    declared = calls_of(TYPES, here.drill(DRILL))
    assert passed <= declared.all, passed - declared.all
    born = TYPES[CLUSTER.type].born
    unmet = (HELD, passwords.WHEN, "a snapshot is the newest", "the environment held one that outlived it")
    assert not {each for each in born.all - passed if not born.only_when.get(each, "").startswith(unmet)}


def test_where_no_instant_can_be_restored_it_is_the_newest_snapshot(shop: Estate, here: wiring.App) -> None:
    """CloudFormation is given the snapshot's name, and the version of the data is the snapshot's."""
    shop.lab.faults.add({"kind": "pitr-off", "service": "rds", "resource": CLUSTER.id})

    found = run(here, DRILL)

    assert point_of(found).id == SNAPSHOT
    assert restored(found) == {"SnapshotIdentifier": SNAPSHOT}
    assert ended(found)[1] is Cleanup.CLEAN


def test_no_recovery_point_is_told_before_anything_is_made(shop: Estate, here: wiring.App) -> None:
    """FAILED with what is missing of both kinds; no copy was intended, and the plan says the same."""
    shop.lab.faults.add({"kind": "pitr-off", "service": "rds", "resource": CLUSTER.id})
    backend().cluster_snapshots.clear()

    told = plan(here, DRILL)
    found = run(here, DRILL)

    assert any("no recovery point of boards-prod" in each for each in told.blockers)
    assert ended(found) == (Verdict.FAILED, Cleanup.CLEAN)
    assert found.copies == ()
    assert shop.calls("CreateChangeSet") == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (
            ("Engine: aurora-postgresql", "Engine: aurora-mysql"),
            "Boards has Engine aurora-mysql: boards-db, from",
        ),
        (
            ("!Ref Boards", "another"),
            "Boards is named by no AWS::RDS::DBInstance: nothing reads its data",
        ),
        (
            (
                "Outputs:",
                "  Clone: {Type: AWS::RDS::DBCluster, Properties: {SnapshotIdentifier: production}}\nOutputs:",
            ),
            "Clone",
        ),
    ],
    ids=["another engine", "no instance", "another of production's snapshots"],
)
def test_what_cannot_be_made_so_stops_before_anything_is(
    shop: Estate, here: wiring.App, wrong: tuple[str, str], told: str
) -> None:
    """FAILED with file and line; restoring a store lets no other part of the template touch production."""
    template = TEMPLATE.replace("      DBClusterIdentifier: boards-prod\n", "").replace(*wrong)
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
@pytest.mark.parametrize("death", in_turns(DEATHS, 1))
def test_a_resumed_run_makes_it_from_the_point_that_was_chosen(shop: Estate, here: wiring.App, death: str) -> None:
    """Whenever its process dies: the next one asks for no other stack, and takes no newer point."""
    before = everything(shop)

    dead, found = gone_on(here, DRILL, mock.patch.object(*DEATHS[death], die), shop.clock, 600)

    assert point_of(found) == point_of(dead)
    assert len(shop.calls("CreateChangeSet")) == 1
    assert everything(shop) == before


@pytest.mark.parametrize("death", in_turns(DEATHS, 0))
def test_a_sweep_takes_it_down_with_its_stack(shop: Estate, here: wiring.App, death: str) -> None:
    """Whenever its process dies: nothing of the run stays, and the sweep proves it."""
    before = everything(shop)

    swept(here, DRILL, mock.patch.object(*DEATHS[death], die), shop.clock, 7200)

    assert everything(shop) == before


def test_an_instance_that_is_less_protected_than_its_source_is_asked_nothing(shop: Estate, here: wiring.App) -> None:
    """Whoever made one of them public: the run ends before any check, and takes all down."""
    ready = CloudFormationStack.ready

    def opened(stack: CloudFormationStack, copy: Any) -> Any:
        seen = ready(stack, copy)
        for each in backend().databases.values():
            each.publicly_accessible = each.publicly_accessible or "reader" in each.db_instance_identifier
        return seen

    with mock.patch.object(CloudFormationStack, "ready", opened):
        found = run(here, DRILL)

    assert ended(found) == (Verdict.FAILED, Cleanup.CLEAN)
    assert found.closing is not None
    assert "it can be reached from the internet" in found.closing.reasons[0]
    assert found.checks == ()


def test_one_that_was_joined_to_a_global_cluster_is_asked_nothing(shop: Estate, here: wiring.App) -> None:
    """What flows out of the copy, or into it, ends the run before any check."""
    made, looks = ClusterOrigin.isolated, itertools.count(1)

    def joined(origin: ClusterOrigin, member: Any) -> Any:
        arn = backend().clusters[member.id].db_cluster_arn
        world = f"world-{next(looks)}"  # it is looked at again before it is believed
        shop.client("rds").create_global_cluster(GlobalClusterIdentifier=world, SourceDBClusterIdentifier=arn)
        try:
            return made(origin, member)
        finally:
            shop.client("rds").remove_from_global_cluster(GlobalClusterIdentifier=world, DbClusterIdentifier=arn)

    with mock.patch.object(ClusterOrigin, "isolated", joined):
        found = run(here, DRILL)

    assert ended(found) == (Verdict.FAILED, Cleanup.CLEAN)
    assert found.closing is not None
    assert "it is tied to world-" in found.closing.reasons[0]
    assert found.checks == ()


def test_a_check_that_its_engine_cannot_answer_is_told_before_anything_is_made(shop: Estate, here: wiring.App) -> None:
    """By the engine that RDS tells of the source: the plan says so, and a run stops at its first look."""
    file = here.settings.drills / "shop.yaml"
    deep = "{name: sound, mandatory: false, integrity: {database: Boards, require: [check-table]}}"
    file.write_text(f"{file.read_text().rstrip()}\n      - {deep}\n")

    with wiring.using(wiring.App(here.settings, shop.clock)) as now:
        told = plan(now, DRILL)
        found = run(now, DRILL)

    assert any("PostgreSQL cannot be asked for check-table" in each for each in told.blockers), told.blockers
    assert ended(found)[1] is Cleanup.CLEAN
    assert found.copies == ()
    assert shop.calls("CreateChangeSet") == []


def test_what_outlived_its_stack_is_taken_down_with_what_the_stack_left_in_it(shop: Estate, here: wiring.App) -> None:
    """A stack that was deleted by force left the cluster and an instance in it: both go, and nothing else does."""
    before, destroy = everything(shop), CloudFormationStack.destroy
    kept = ("Boards", "Writer", "Subnets", "Group", "Network", "One", "Two")

    def by_force(stack: CloudFormationStack, copy: Any) -> Any:
        shop.force(copy.run, kept=kept)
        return destroy(stack, copy)

    with mock.patch.object(CloudFormationStack, "destroy", by_force):
        run(here, DRILL)

    assert everything(shop)["cluster rows"] == before["cluster rows"]
    assert everything(shop)["instances"] == before["instances"]
