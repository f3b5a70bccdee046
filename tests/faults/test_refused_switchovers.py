"""A switchover that is refused before anything is made, a secondary that fails, strangers: and production as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.ec2.models import ec2_backends
from moto.rds.models import rds_backends

from dr_orchestrator import wiring
from dr_orchestrator.domain.copy import TERMINAL
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import UnsafeToDelete
from dr_orchestrator.lab.cloud.world import ACCOUNT
from tests.support.aurora_drills import CLUSTER
from tests.support.elsewhere import ALIAS, AWAY
from tests.support.estate import Estate
from tests.support.shop import GREEN, run
from tests.support.switchovers import DRILL, boards_in, left, production, scripted, wholes


@pytest.fixture(scope="module")
def boards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with boards_in(tmp_path_factory.mktemp("lab")) as made:
        yield made


@pytest.fixture
def here(boards: Estate, home: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> Iterator[wiring.App]:
    """A world whose client is scripted, and whose drill says of the other region what a test wants."""
    with scripted(boards, home, monkeypatch, said) as made:
        yield made
    boards.lab.faults.clear()


@pytest.fixture
def said() -> str:
    return f", kms_key: {ALIAS}"


def looked(here: wiring.App) -> Run:
    """A run that was refused by its first look: nothing was made, in either region."""
    found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict is not Verdict.PASSED
    assert found.copies == ()
    assert left() == []
    return found


def reasons(found: Run) -> str:
    assert found.closing is not None
    return " ".join(found.closing.reasons)


@pytest.mark.parametrize("said", [""])
def test_encrypted_data_without_a_key_there_is_refused(here: wiring.App) -> None:
    """AWS makes no secondary of what is encrypted without one: told before anything is made."""
    assert f"no key of {AWAY} is named for the secondary" in reasons(looked(here))


def test_a_region_that_is_not_enabled_is_refused(here: wiring.App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody enabled it for the account: told before anything is made."""
    regions = ec2_backends[ACCOUNT]["us-east-1"].describe_regions([AWAY])
    monkeypatch.setattr(regions[0], "opt_in_status", "not-opted-in")
    assert f"region {AWAY} is not enabled" in reasons(looked(here))


def test_a_version_that_aws_offers_for_no_global_database_is_refused(here: wiring.App, boards: Estate) -> None:
    """By AWS's own word on engine, version and class."""
    boards.lab.faults.add({"kind": "no-global", "service": "rds", "resource": "16.6"})
    assert "AWS makes no global database of db.r6g.large for aurora-postgresql 16.6" in reasons(looked(here))


def test_a_burstable_class_is_refused(here: wiring.App, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS wants such with much memory in a global database."""
    member = rds_backends[ACCOUNT]["us-east-1"].databases[f"{CLUSTER.id}-1"]
    monkeypatch.setattr(member, "db_instance_class", "db.t4g.medium")
    assert "db.t4g.medium is burstable" in reasons(looked(here))


def test_a_secondary_that_fails_ends_the_drill_and_all_goes(here: wiring.App, boards: Estate) -> None:
    """AWS gives the cluster there up: FAILED, nothing was switched over, and both regions are clean."""
    rule = {"kind": "ends-as", "service": "rds", "action": "CreateDBCluster", "status": "failed", "times": 1}
    boards.lab.faults.add(rule)
    found = run(here, DRILL)
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.FAILED, Cleanup.CLEAN), found.closing.reasons
    assert f"there-{CLUSTER.id} ended as 'failed'" in reasons(found)
    assert len(found.copies) == 4
    assert left() == []


def test_production_of_a_global_cluster_is_left_as_it_is(here: wiring.App, boards: Estate) -> None:
    """A whole drill beside it: green, and production's global cluster has its member, and was asked for nothing."""
    made, heard = production(boards.lab), len(boards.lab.journal)
    boards.clock.sleep(600)
    found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    whole = wholes()["company-wide"]
    assert [each.db_cluster_arn for each in whole.members] == [made["GlobalClusterMembers"][0]["DBClusterArn"]]
    asked = [call for call in boards.lab.journal[heard:] if "company-wide" in str(call.params)]
    assert {call.action for call in asked} <= {"DescribeGlobalClusters"}
    assert f"company-wide has no member in {AWAY}" in found.steps[0].detail
    for each in (whole.members[0],):
        boards.client("rds").remove_from_global_cluster(
            GlobalClusterIdentifier="company-wide", DbClusterIdentifier=each.db_cluster_arn
        )
    boards.client("rds").delete_global_cluster(GlobalClusterIdentifier="company-wide")


def test_a_strangers_member_is_not_taken_out(here: wiring.App, boards: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody put a cluster of production's into the run's global cluster: it stays, and what holds it is told."""
    from dr_orchestrator.resources.aurora_cluster.worldwide.switching import GlobalStandby

    source = rds_backends[ACCOUNT]["us-east-1"].clusters[CLUSTER.id]

    def joined(self: Any, copy: Any) -> Any:
        (whole,) = (each for name, each in wholes().items() if name.startswith("dro-"))
        whole.members.insert(0, source)  # type: ignore[arg-type]
        raise UnsafeToDelete("the drill ends here")

    monkeypatch.setattr(GlobalStandby, "stand_by", joined)
    found = run(here, DRILL)
    (whole,) = (each for name, each in wholes().items() if name.startswith("dro-"))
    try:
        assert found.closing is not None
        assert found.closing.cleanup is Cleanup.LEFTOVERS
        assert "this run made no such copy" in " ".join(found.closing.cleanup_reasons)
        assert source in whole.members
        gone = {each.copy.region for each in found.copies if each.state in TERMINAL}
        assert gone == {AWAY}, "the secondary left, and nothing kept it from being deleted"
    finally:
        whole.members.clear()
        wholes().clear()
        for region in ("us-east-1", AWAY):
            there: Any = rds_backends[ACCOUNT][region]
            for kept in (there.databases, there.clusters, there.cluster_snapshots):
                for name in [each for each in kept if each.startswith("dro-")]:
                    kept.pop(name)
