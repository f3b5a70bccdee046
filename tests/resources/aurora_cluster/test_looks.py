"""Around a restore of Aurora: looks before it, the proof that its copy stands apart, rights, quota, bill, listing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dr_orchestrator.aws import copies
from dr_orchestrator.aws.access.policies import drill_policies, source_policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.access.statements import Policy
from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.clusters.production import addresses
from dr_orchestrator.aws.clusters.restoring import DOOR, STATES
from dr_orchestrator.aws.data_api import looks
from dr_orchestrator.aws.guard import Forbidden
from dr_orchestrator.aws.preflight import rights
from dr_orchestrator.aws.rds import instances
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Allowed, Drill, RestoredRow
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.preflight import Doubt, perform
from dr_orchestrator.domain.service import Database, Resource, Via
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.lab.cloud.databases import places
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.aurora_cluster import listing, production
from dr_orchestrator.resources.aurora_cluster.instance import planned
from dr_orchestrator.resources.aurora_cluster.name import INSTANCE, NAME
from dr_orchestrator.resources.aurora_cluster.points import ClusterPointInTime, ClusterSnapshot
from dr_orchestrator.resources.by_statements import of_source
from dr_orchestrator.wiring.building import parts
from tests.support.aurora import ENGINE, described, member
from tests.support.aurora_drills import (
    CLUSTER,
    INSTANT,
    MYSQL,
    OTHER,
    SCALES,
    TYPE,
    Begin,
    Drilled,
    backend,
)
from tests.support.estate import REGION, Estate

AWS_CLUSTER_STATES = """available backing-up backtracking cloning-failed creating deleting failing-over
    inaccessible-encryption-credentials inaccessible-encryption-credentials-recoverable maintenance migrating
    migration-failed modifying promoting preparing-data-migration renaming resetting-master-credentials starting stopped
    stopping storage-optimization update-iam-db-auth upgrading"""


AWS_INSTANCE_STATES = """available backing-up configuring-enhanced-monitoring configuring-iam-database-auth
    configuring-log-exports converting-to-vpc creating delete-precheck deleting failed
    inaccessible-encryption-credentials inaccessible-encryption-credentials-recoverable incompatible-create
    incompatible-network incompatible-option-group incompatible-parameters incompatible-restore insufficient-capacity
    maintenance modifying moving-to-vpc rebooting resetting-master-credentials renaming restore-error starting stopped
    stopping storage-config-upgrade storage-full storage-initialization storage-optimization upgrading"""


def _guarded(made: Estate, operation: str, **given: Any) -> None:
    made.toolkit.account.guard.check("rds", operation, given, REGION)


def test_a_clone_is_no_restore(begin: Begin, made: Estate) -> None:
    """`copy-on-write` shares its source's pages: the guard refuses it, and any other engine or a public instance."""
    copy = begin().copy
    part = made.ledger.intend(planned(copy), made.clock)
    to = {"DBClusterIdentifier": copy.id, "SourceDBClusterIdentifier": CLUSTER.id, "DeletionProtection": False}
    _guarded(made, INSTANT, **to, RestoreType="full-copy")
    with pytest.raises(Forbidden, match="RestoreType left to its default"):
        _guarded(made, INSTANT, **to)
    with pytest.raises(Forbidden, match="DeletionProtection True"):
        _guarded(made, INSTANT, **{**to, "DeletionProtection": True}, RestoreType="full-copy")
    with pytest.raises(Forbidden, match="RestoreType copy-on-write"):
        _guarded(made, INSTANT, **to, RestoreType="copy-on-write")
    with pytest.raises(Forbidden, match="UseLatestRestorableTime"):
        _guarded(made, INSTANT, **to, RestoreType="full-copy", UseLatestRestorableTime=True)
    within = {"DBInstanceIdentifier": part.id, "DBClusterIdentifier": copy.id, "Engine": ENGINE}
    _guarded(made, "CreateDBInstance", **within, PubliclyAccessible=False)
    with pytest.raises(Forbidden, match="PubliclyAccessible True"):
        _guarded(made, "CreateDBInstance", **within, PubliclyAccessible=True)
    with pytest.raises(Forbidden, match="PubliclyAccessible left to its default"):
        _guarded(made, "CreateDBInstance", **within)
    with pytest.raises(Forbidden, match="not a copy of this run"):
        _guarded(made, "CreateDBInstance", **{**within, "DBClusterIdentifier": CLUSTER.id}, PubliclyAccessible=False)
    with pytest.raises(Forbidden, match="not a copy of this run"):
        _guarded(made, "CreateDBInstance", DBInstanceIdentifier=part.id, Engine=ENGINE, PubliclyAccessible=False)


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (lambda rds, of, _: backend().databases[f"{of}-1"].__dict__.update(publicly_accessible=True), "the internet"),
        (lambda rds, of, _: setattr(backend().clusters[of], "vpc_security_group_ids", ["sg-1"]), "security groups"),
        (lambda rds, of, _: setattr(backend().clusters[of], "db_subnet_group_name", "default"), "subnet group"),
        (lambda rds, of, _: setattr(backend().clusters[of], "storage_encrypted", False), "not encrypted"),
        (
            lambda rds, of, arn: rds.create_global_cluster(
                GlobalClusterIdentifier="world", SourceDBClusterIdentifier=arn
            ),
            "tied to world",
        ),
    ],
    ids=["public", "groups", "subnets", "plain", "global"],
)
def test_a_copy_is_proven_apart_or_asked_nothing(
    begin: Begin, made: Estate, broken: Callable[[Any, str, str], object], told: str
) -> None:
    """Cluster and instance live in their network and groups, encrypted, private, and in no global cluster."""
    drilled, rds = begin(), made.client("rds")
    cluster, _ = drilled.restored()
    seen = drilled.restorer.isolated(cluster).words
    assert "its instance likewise" in seen
    assert "of no global cluster" in seen
    places.default_subnet_group(backend())
    live = backend().clusters[cluster.id]
    before = {**live.__dict__}
    broken(rds, cluster.id, live.db_cluster_arn)
    with pytest.raises(NotRecoverable, match=told):
        drilled.restorer.isolated(cluster)
    live.__dict__.update(before)
    if told == "tied to world":
        rds.remove_from_global_cluster(GlobalClusterIdentifier="world", DbClusterIdentifier=live.db_cluster_arn)
        rds.delete_global_cluster(GlobalClusterIdentifier="world")


def looked(drilled: Drilled) -> str:
    return perform(drilled.restorer.preflight_checks(drilled.copy)).raise_if_blocked()


def test_what_a_restore_would_meet_is_looked_at_before(begin: Begin) -> None:
    """Source, class and capacities, both names, key, both parameter groups and the network are seen."""
    seen = looked(begin(ClusterSnapshot, SCALES))
    for words in (
        "aurora-postgresql 16.6",
        "db.serverless, 0.5 to 8 ACUs, as the writer status-prod-1",
        "-1 is free",
        "is enabled",
        f"status-prod-cluster and status-prod-instance, of {ENGINE}16",
        "dro-isolated is in",
        "nothing out",
    ):
        assert words in seen


def test_of_mysql_the_parameters_are_of_a_version_in_two_parts(begin: Begin) -> None:
    """Its own versions follow MySQL's, of which the groups are."""
    assert "books-prod-cluster and books-prod-instance, of aurora-mysql8.0" in looked(begin(ClusterSnapshot, MYSQL))


@pytest.mark.parametrize("way", [ClusterSnapshot, ClusterPointInTime])
def test_another_engine_is_refused_before_anything_is_asked(begin: Begin, way: Any) -> None:
    """A Multi-AZ cluster of RDS is none of Aurora's."""
    with pytest.raises(NotRecoverable, match="old-prod is a multi-AZ DB cluster of mysql"):
        looked(begin(way, OTHER))


def test_a_recovery_point_of_another_major_version_is_told_before(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS would refuse to restore data of 15 with parameters of 16: that is no surprise at the restore."""
    drilled = begin()
    monkeypatch.setattr(drilled.restorer, "version", lambda: "15.4")
    with pytest.raises(NotRecoverable, match=f"boards-prod-cluster is of {ENGINE}16, the data of {ENGINE}15"):
        looked(drilled)


def test_the_address_is_the_clusters_writer(made: Estate) -> None:
    """Checks, probe and heartbeat go to the endpoint that stays while instances come and go."""
    database = Database("orders", "prod/orders")
    login = DOOR.today(made.toolkit.account, CLUSTER.id, database)
    assert login.host == described(made.client("rds"), CLUSTER.id)["Endpoint"]
    assert (login.user, login.database) == ("orders", "orders")


def test_every_address_of_production_is_known(begin: Begin, made: Estate) -> None:
    """The writer's first; the readers', a custom one, and each instance's own: a copy stands at none of them."""
    rds, restorer = made.client("rds"), begin().restorer
    live = described(rds, CLUSTER.id)
    members = [member(rds, each["DBInstanceIdentifier"])["Endpoint"] for each in live["DBClusterMembers"]]
    found = restorer.addresses()
    assert restorer.address() == found[0] == (live["Endpoint"], live["Port"])
    assert {host for host, _ in found} >= {live["ReaderEndpoint"], *(each["Address"] for each in members)}
    custom = {**live, "CustomEndpoints": ["reports.internal"]}
    assert ("reports.internal", live["Port"]) in addresses(made.toolkit.account.api("rds"), custom, "c")


def test_every_state_that_aws_knows_has_a_meaning() -> None:
    """None of the documented states of clusters and instances is reported as unknown."""
    assert [each for each in AWS_CLUSTER_STATES.split() if not STATES.known(each)] == []
    assert [each for each in AWS_INSTANCE_STATES.split() if not instances.STATES.known(each)] == []


def test_an_inventory_holds_clusters_and_their_instances_each_under_its_type(begin: Begin, made: Estate) -> None:
    """Whose they are is told by their tags; other instances are another type's, but a stack may hold either."""
    cluster, instance = begin().restored()
    found = {each.id: (each.type, each.run) for each in listing.listed(made.toolkit.account)}
    assert found[cluster.id] == (NAME, cluster.run)
    assert found[instance.id] == (INSTANCE, cluster.run)
    assert found[CLUSTER.id] == (NAME, None)
    assert "orders-prod" not in found
    other = {
        "DBClusterIdentifier": "reports",
        "Engine": "neptune",
        "MasterUsername": "u",
        "MasterUserPassword": "secret-enough",
    }
    made.client("rds").create_db_cluster(**other)
    assert "reports" in {each.id for each in listing.listed(made.toolkit.account)}
    made.client("rds").delete_db_cluster(DBClusterIdentifier="reports", SkipFinalSnapshot=True)
    listed = parts(TYPES, made.toolkit, cluster.place).listed
    assert {CLUSTER.id, cluster.id} <= {each.id for each in listed["AWS::RDS::DBCluster"]()}
    assert {"orders-prod", instance.id} <= {each.id for each in listed["AWS::RDS::DBInstance"]()}
    rds_instances = {each.id for each in TYPES["rds-instance"].listed(made.toolkit.account)}
    assert rds_instances & found.keys() == set()


def test_a_cluster_and_its_instance_count_against_a_quota_each(made: Estate) -> None:
    """The instance takes the place of one of RDS: both types name one quota, and read the same of it."""
    told = {name: str(read(made.toolkit.account)) for name, read in TYPE.quotas.items()}
    assert told == {"DBClusters": "4 of 40 DB clusters in use", "DBInstances": "10 of 40 DB instances in use"}
    assert [copy.quota for copy in TYPE.copies] == ["DBClusters", "DBInstances", "", ""]  # snapshots count against none
    rds = TYPES["rds-instance"]
    assert str(rds.quotas[rds.made.quota](made.toolkit.account)) == told["DBInstances"]


def _drill(kind: Kind) -> Drill:
    own = {
        "kind": kind,
        "resource": CLUSTER,
        "stores": {},
        "vault": None,
        "leading": None,
        "production": None,
        "secondary": None,
        "promoted": {},
        "lost": {},
    }
    return cast(Drill, type("D", (), own))


@pytest.mark.parametrize("kind", TYPE.kinds)
def test_the_drill_role_may_make_an_instance_in_its_own_clusters_alone(kind: Kind) -> None:
    """CreateDBInstance acts on the cluster and parameter groups, too; never on another name than a copy's."""
    policies = drill_policies(Scope(TYPES, [_drill(kind)], Allowed(frozenset({"123456789012"}), frozenset({REGION}))))
    statements = {each["Sid"]: each for policy in policies for each in policy["Statement"]}
    create = statements["CreateClusterInstances"]
    names = {each.rsplit(":", 2)[-2] + ":" + each.rsplit(":", 1)[-1] for each in create["Resource"]}
    assert {"db:dro-*", "cluster:dro-*", "pg:*"} <= names
    assert not any("boards-prod" in each for each in create["Resource"])
    allowed = {action for each in statements.values() if each["Effect"] == "Allow" for action in each["Action"]}
    assert {"rds:DeleteDBInstance", "rds:DeleteDBCluster", "rds:AddTagsToResource"} <= allowed
    deleting = [json.dumps(each) for each in statements.values() if each["Action"] == ["rds:DeleteDBInstance"]]
    assert len(deleting) == 1


@pytest.mark.parametrize(
    ("copy", "wanted"),
    [(NAME, {"rds:DeleteDBCluster", INSTANT}), (INSTANCE, {"rds:CreateDBInstance", "rds:DeleteDBInstance"})],
)
def test_rights_are_simulated_on_what_they_act_on(copy: str, wanted: set[str]) -> None:
    """A cluster's ARN says nothing of an instance's deletion: each type of copy is asked about its own."""
    actions = rights.writes(TYPES, TYPE, Kind.PITR_RESTORE, TYPES.copies[copy])
    assert {each if ":" in each else f"rds:{each}" for each in wanted} <= set(actions)
    other = TYPES.copies[INSTANCE if copy == NAME else NAME]
    assert set(actions) & set(rights.writes(TYPES, TYPE, Kind.PITR_RESTORE, other)) == {"rds:AddTagsToResource"}


def test_what_is_billed_says_what_nobody_tells(begin: Begin, made: Estate) -> None:
    """Of a drill the instance's class; a cluster's AllocatedStorage is always 1, so its storage is named as unknown."""
    drilled = begin()
    cluster, instance = drilled.restored()
    assert drilled.restorer.billed().instance_class == "db.r6g.large"
    assert "storage" in drilled.restorer.billed().besides
    of = {copy.id: TYPE.destroyer(copy, CLUSTER, made.toolkit, {}).billed(copy.id) for copy in (cluster, instance)}
    assert (of[cluster.id].instance_class, of[instance.id].instance_class) == ("", "db.r6g.large")
    assert of[cluster.id].storage_gib is None


def test_the_cluster_leaves_room_for_its_instances_name() -> None:
    """However long the source's name, both copies have legal names, and different ones."""
    cluster = Copy(NAME, copies.name("20261120-abc123", "a" * 63, TYPE.made), REGION, "r", "d", "s")
    assert len(planned(cluster).id) <= 63
    assert planned(cluster).id != cluster.id


BY_STATEMENTS = replace(
    CLUSTER, database=Database("boards", "prod/boards", via=Via.DATA_API, where="drills/shop.yaml:9")
)


@pytest.mark.parametrize(
    ("version", "kind", "resource", "told"),
    [
        ("16.6", "db.t4g.medium", CLUSTER, "instances of class db.t4g.medium have no Data API"),
        ("15.2", "db.r6g.large", CLUSTER, "Aurora PostgreSQL 15.2 has no Data API"),
        ("12.9", "db.r6g.large", CLUSTER, "from 13.11, 14.8, 15.3, 16.1 on it does"),
        ("8.0.mysql_aurora.3.08.0", "db.r6g.large", MYSQL, "aurora-mysql is not asked by the Data API"),
    ],
)
def test_a_cluster_without_a_data_api_is_found_before_a_restore(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, version: str, kind: str, resource: Resource, told: str
) -> None:
    """Its engine, its version, the class of its writer: `dro plan` stops, and names the line."""
    drilled = begin(ClusterSnapshot, replace(BY_STATEMENTS, id=resource.id))
    monkeypatch.setattr(drilled.restorer, "version", lambda: version)
    monkeypatch.setattr(production, "writer", lambda *_: {"DBInstanceClass": kind, "DBInstanceIdentifier": "x"})
    look = {each.name: each for each in drilled.restorer.preflight_checks(drilled.copy)}["Data API"]
    with pytest.raises(NotMeasured, match=told) as found:
        look.perform()
    assert "drills/shop.yaml:9" in found.value.message
    assert look.must


def test_a_data_api_is_told_with_its_bounds(begin: Begin) -> None:
    """And TLS to an address, which nobody connects to, is not looked at."""
    drilled = begin(ClusterSnapshot, BY_STATEMENTS)
    look = {each.name: each for each in drilled.restorer.preflight_checks(drilled.copy)}
    assert look["Data API"].perform() == f"{ENGINE} 16.6, db.r6g.large: statements of 45 s and answers of 1 MiB at most"
    assert "TLS" not in look
    for version in ("13.11", "14.12", "15.3", "16.1", "17.4", "18.0"):
        assert looks.has_one(version)
    assert not looks.has_one("of no number")


def test_a_region_without_a_data_api_is_told_before_a_restore(
    begin: Begin, made: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what AWS offers there of the version and class; a source that has one there proves it by itself."""
    drilled = begin(ClusterSnapshot, BY_STATEMENTS)
    look = {each.name: each for each in drilled.restorer.preflight_checks(drilled.copy)}["Data API of the region"]
    assert (look.perform(), look.must) == (f"AWS offers one in {REGION}", False)
    asked: list[dict[str, Any]] = []

    def answer(api: Api, operation: str, key: str, **given: Any) -> list[dict[str, Any]]:
        asked.append(given)
        return [{"SupportsHttpEndpoint": False}]

    monkeypatch.setattr(Api, "pages", answer)
    account, source = made.toolkit.account, {"Engine": ENGINE, "HttpEndpointEnabled": False}
    with pytest.raises(Doubt, match=f"no db.r6g.large of {ENGINE} 16.6 with a Data API in {REGION}"):
        looks.offered(account, source, "16.6", "db.r6g.large")
    assert asked == [{"Engine": ENGINE, "EngineVersion": "16.6", "DBInstanceClass": "db.r6g.large"}]
    told = looks.offered(account, {**source, "HttpEndpointEnabled": True}, "16.6", "db.r6g.large")
    assert told == f"the source has one in {REGION}"


def test_a_source_that_is_read_needs_a_data_api_of_its_own(made: Estate) -> None:
    """Told, and no reason to stop: what the check reads of it is then inconclusive."""
    live = described(made.client("rds"), CLUSTER.id)
    with pytest.raises(Doubt, match="boards-prod itself has none: what a check is to read of it cannot be told"):
        looks.of_source(live, CLUSTER.id, reads=True)
    assert looks.of_source(live, CLUSTER.id, reads=False) == "boards-prod itself is asked nothing"
    enabled = {**live, "HttpEndpointEnabled": True}
    assert looks.of_source(enabled, CLUSTER.id, reads=True) == "boards-prod has one of its own"
    with pytest.raises(NotMeasured, match="boards-prod has no Data API of its own") as told:
        of_source(made.toolkit.account, DOOR, BY_STATEMENTS, BY_STATEMENTS.database or Database(""))
    assert f"aws rds enable-http-endpoint --resource-arn {live['DBClusterArn']}" in told.value.hint


def test_rights_to_say_statements_are_given_where_they_are_said() -> None:
    """To copies by the drill role, to the one source that a check reads by the source role, and to nobody else."""
    reads = RestoredRow("took effect", "dr_canary", "at")
    for resource, checks, by_copies, by_sources in (
        (CLUSTER, (), False, False),
        (BY_STATEMENTS, (), True, False),
        (BY_STATEMENTS, (reads,), True, True),
    ):
        drill = cast(
            Drill,
            SimpleNamespace(
                kind=Kind.PITR_RESTORE,
                resource=resource,
                stores={},
                checks=checks,
                vault=None,
                leading=None,
                production=None,
                secondary=None,
                promoted={},
                lost={},
            ),
        )
        scope = Scope(TYPES, [drill], Allowed(frozenset({"123456789012"}), frozenset({REGION})))
        by_drill, by_source = map(_allowing, (drill_policies(scope), source_policies(scope)))
        said = [each for each in by_drill if "rds-data:ExecuteStatement" in each["Action"]]
        assert bool(said) is by_copies
        assert all(arn.rpartition(":")[2].startswith("dro-") for each in said for arn in each["Resource"])
        assert all("dr-drill:run" in json.dumps(each["Condition"]) for each in said)
        asked = [each["Resource"] for each in by_source if "rds-data:ExecuteStatement" in each["Action"]]
        assert asked == ([["arn:aws:rds:us-east-1:123456789012:cluster:boards-prod"]] if by_sources else [])
        enabled = any("rds:EnableHttpEndpoint" in each["Action"] for each in by_drill)
        assert (enabled, any("rds:EnableHttpEndpoint" in each["Action"] for each in by_source)) == (by_copies, False)
        assert any("secretsmanager:GetSecretValue" in each["Action"] for each in by_drill) is by_copies


def _allowing(policies: list[Policy]) -> list[dict[str, Any]]:
    return [each for policy in policies for each in policy["Statement"] if each["Effect"] == "Allow"]
