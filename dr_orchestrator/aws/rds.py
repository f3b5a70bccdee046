"""RDS instances: restore a snapshot, or a point in time, beside production."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from dr_orchestrator.aws.api import NotFound, Refused
from dr_orchestrator.aws.bench import Bench, gone, instant_in_window
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.aws.watcher import Feed, Sighting, States
from dr_orchestrator.domain.drill import Pick, Selection
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint, WorstCase, largest_gap
from dr_orchestrator.domain.run import Copy, CopyState, Identity
from dr_orchestrator.domain.service import Database, Isolation, Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable

STATES = States(
    ready=frozenset({"available"}),
    dead=frozenset(
        {
            "failed",
            "incompatible-restore",
            "incompatible-network",
            "incompatible-parameters",
            "incompatible-option-group",
            "inaccessible-encryption-credentials",
            "restore-error",
            "storage-full",
            "stopped",
            "deleting",
        }
    ),
    progress=frozenset(
        {"creating", "backing-up", "modifying", "rebooting", "starting", "configuring-enhanced-monitoring"}
        | {"configuring-iam-database-auth", "storage-optimization", "absent"}
    ),
)
HISTORY = timedelta(days=90)


@dataclass(frozen=True)
class Login:
    """How to reach a database; never printed, the password least of all."""

    host: str
    port: int
    database: str
    user: str
    password: str

    def __repr__(self) -> str:
        return f"Login({self.user}@{self.host}:{self.port}/{self.database})"


class RdsInstance:
    """What both ways of restoring an RDS instance share."""

    def __init__(self, resource: Resource, selection: Selection, bench: Bench) -> None:
        self._resource, self._selection, self._bench = resource, selection, bench
        self._api = bench.account.api("rds")
        self._isolated: tuple[str, tuple[str, ...]] | None = None

    def preflight(self, copy: Copy) -> str:
        """Look whether the copy's network is there and closed, and whether its name is free."""
        source = self._source()
        isolation = _isolation_of(self._resource)
        self._api.call("DescribeDBSubnetGroups", DBSubnetGroupName=isolation.subnet_group)
        groups = self._security_groups(isolation)
        if ours := self._describe(copy.id):
            self._ours(copy, ours)
        self._isolated = (isolation.subnet_group, groups)
        return f"{source['Engine']} {source.get('EngineVersion', '')}, {isolation.subnet_group}, {', '.join(groups)}"

    def ready(self, copy: Copy) -> None:
        """Wait until the instance is available and has an address."""
        self._bench.wait_until_ready(
            self._feed(), copy, STATES, lambda sighting: bool(sighting.detail.get("Endpoint", {}).get("Address"))
        )

    def destroy(self, copy: Copy) -> CopyState:
        """Delete the instance without final snapshot and backups, once proven to be this run's copy."""
        live = self._bench.find(lambda: self._describe(copy.id))
        if live is None:
            return self._bench.never_created(copy)
        if live.get("DBInstanceStatus") != "deleting":
            self._bench.insist(lambda: self._prove_and_delete(copy), while_code="InvalidDBInstanceState")
        self._bench.wait_until_gone(self._feed(), copy, gone(STATES))
        return CopyState.DELETED

    def login(self, copy: Copy, database: Database) -> Login:
        """The copy's address with the source's credentials: a restored instance keeps its master user."""
        live = self._describe(copy.id) or {}
        address = live.get("Endpoint", {})
        if not address.get("Address"):
            raise NotMeasured(f"{copy.id} has no endpoint", call="rds:DescribeDBInstances")
        text = self._bench.account.api("secretsmanager").call("GetSecretValue", SecretId=database.secret)
        try:
            secret = json.loads(text["SecretString"])
            user, password = str(secret["username"]), str(secret["password"])
        except (KeyError, ValueError, TypeError) as error:
            hint = 'a secret of RDS is JSON with "username" and "password"'
            raise NotMeasured(f"secret {database.secret} cannot be used as a login", hint) from error
        return Login(address["Address"], int(address["Port"]), database.name, user, password)

    def _prove_and_delete(self, copy: Copy) -> None:
        live = self._describe(copy.id)
        if live is None:
            return  # gone already: what was wanted
        self._bench.proofs.prove(copy, _live(live))
        try:
            self._api.call(
                "DeleteDBInstance",
                DBInstanceIdentifier=copy.id,
                SkipFinalSnapshot=True,
                DeleteAutomatedBackups=True,
            )
        except NotFound:
            return  # gone already: what was wanted

    def _ask(self, operation: str, copy: Copy, **parameters: Any) -> Identity:
        """Ask for the copy; a lost answer shows as 'already exists', and then our own copy is adopted."""
        try:
            made = self._api.call(operation, **parameters, **self._overrides(copy))["DBInstance"]
        except Refused as refused:
            existing = self._describe(copy.id) if refused.code == "DBInstanceAlreadyExists" else None
            if existing is None:
                raise
            made = self._ours(copy, existing)
        return Identity(made["DBInstanceArn"], made["DbiResourceId"])

    def _overrides(self, copy: Copy) -> dict[str, Any]:
        """Everything that a restore would else take from a default: network, protection, backups, parity."""
        source = self._source()
        if self._isolated is None:
            isolation = _isolation_of(self._resource)
            self._isolated = (isolation.subnet_group, self._security_groups(isolation))
        subnet_group, groups = self._isolated
        parameter_groups = source.get("DBParameterGroups") or [{}]
        given = {
            "DBInstanceClass": source.get("DBInstanceClass"),
            "DBParameterGroupName": parameter_groups[0].get("DBParameterGroupName"),
            "DBSubnetGroupName": subnet_group,
            "VpcSecurityGroupIds": list(groups),
            "PubliclyAccessible": False,
            "MultiAZ": False,
            "DeletionProtection": False,
            "AutoMinorVersionUpgrade": False,
            "CopyTagsToSnapshot": False,
            "BackupRetentionPeriod": 0,
            "Tags": [{"Key": key, "Value": value} for key, value in copy.tags.items()],
        }
        return {key: value for key, value in given.items() if value is not None}

    def _ours(self, copy: Copy, live: Mapping[str, Any]) -> Mapping[str, Any]:
        if _live(live).tags.get("dr-drill:run") != copy.run:
            raise NotRecoverable(f"an instance {copy.id} exists already and is not of this run")
        return live

    def _security_groups(self, isolation: Isolation) -> tuple[str, ...]:
        """The ids of the security groups, given by id or name; one that lets anything out is refused."""
        found: list[str] = []
        for wanted in isolation.security_groups:
            by = "group-id" if wanted.startswith("sg-") else "group-name"
            ask = [{"Name": by, "Values": [wanted]}]
            groups = list(self._bench.account.api("ec2").pages("DescribeSecurityGroups", "SecurityGroups", Filters=ask))
            if not groups:
                raise NotRecoverable(
                    f"no security group {wanted}", "see `isolation` in tiers.yaml", "ec2:DescribeSecurityGroups"
                )
            for group in groups:
                if group.get("IpPermissionsEgress"):
                    hint = "a copy must not reach production: revoke the group's egress rules"
                    raise NotRecoverable(
                        f"security group {wanted} lets traffic out", hint, "ec2:DescribeSecurityGroups"
                    )
                found.append(group["GroupId"])
        return tuple(found)

    def _source(self) -> Mapping[str, Any]:
        source = self._describe(self._resource.id)
        if source is None:
            hint = f"is it in {self._api.region}, in this account?"
            raise NotRecoverable(f"no RDS instance {self._resource.id}", hint, "rds:DescribeDBInstances")
        return source

    def _describe(self, name: str) -> Mapping[str, Any] | None:
        try:
            return dict(self._api.call("DescribeDBInstances", DBInstanceIdentifier=name)["DBInstances"][0])
        except NotFound:
            return None

    def _feed(self) -> Feed:
        def describe(names: Iterable[str]) -> dict[str, Sighting]:
            ask = [{"Name": "db-instance-id", "Values": list(names)}]
            found = self._api.pages("DescribeDBInstances", "DBInstances", Filters=ask)
            return {each["DBInstanceIdentifier"]: Sighting(each["DBInstanceStatus"], each) for each in found}

        return self._bench.watcher.feed((self._api.endpoint, self._api.region, "rds"), describe)


class RdsSnapshot(RdsInstance):
    """Restores from the snapshots of an instance."""

    def choose(self) -> RecoveryPoint:
        """The snapshot that the selection means, of those that are available, by the times of their data.

        Loss is counted from the disruption for the newest; for another, from the instant that it was chosen for.
        """
        points = sorted(self._snapshots(), key=lambda point: (point.data_time, point.id))
        if not points:
            hint = "are automated backups on, and has the first snapshot been taken?"
            raise NotRecoverable(f"no available snapshot of {self._resource.id}", hint, "rds:DescribeDBSnapshots")
        selection, now = self._selection, self._bench.clock.now()
        match selection.pick:
            case Pick.LATEST:
                return points[-1]
            case Pick.OLDEST:
                return _as_of_itself(points[0])
            case Pick.RANDOM:
                return _as_of_itself(random.Random(self._bench.run).choice(points))  # noqa: S311 - to be drawn again
        wanted = selection.at or now - (selection.ago or timedelta())
        before = [point for point in points if point.data_time <= wanted]
        if not before:
            oldest = f"the oldest is of {points[0].data_time:%Y-%m-%d %H:%M:%S} UTC"
            message = f"no snapshot of {self._resource.id} from before {wanted:%Y-%m-%d %H:%M:%S} UTC; {oldest}"
            raise NotRecoverable(message, call="rds:DescribeDBSnapshots")
        return replace(before[-1], reference=wanted)

    def worst_case(self, until: datetime) -> WorstCase | None:
        """The largest gap between the data times of successive snapshots, up to now; one alone shows no rhythm."""
        times = sorted(point.data_time for point in self._snapshots())
        before = [instant for instant in times if instant < until - HISTORY]
        if len(times) < 2:
            return None
        times = [*before[-1:], *times[len(before) :]]  # the gap that reaches into the period counts whole
        gap = largest_gap(times, until)
        return WorstCase(gap, f"largest gap between {len(times)} snapshots") if gap is not None else None

    def restore(self, point: RecoveryPoint, copy: Copy) -> Identity:
        """Ask for an instance from the snapshot, in isolation."""
        return self._ask(
            "RestoreDBInstanceFromDBSnapshot", copy, DBInstanceIdentifier=copy.id, DBSnapshotIdentifier=point.id
        )

    def _snapshots(self) -> list[RecoveryPoint]:
        found = self._api.pages("DescribeDBSnapshots", "DBSnapshots", DBInstanceIdentifier=self._resource.id)
        source = self._describe(self._resource.id) or {}
        ours = source.get("DbiResourceId")  # the name may have been another instance's before
        usable = (each for each in found if each.get("Status") == "available" and each.get("SnapshotCreateTime"))
        return [
            _point(snapshot, self._resource.name)
            for snapshot in usable
            if not ours or snapshot.get("DbiResourceId", ours) == ours
        ]


class RdsPointInTime(RdsInstance):
    """Restores from the continuous backup of an instance."""

    def choose(self) -> RecoveryPoint:
        """The asked instant, or the latest restorable one; NotRecoverable where point-in-time restore is off."""
        source = self._source()
        if not source.get("BackupRetentionPeriod"):
            hint = "set BackupRetentionPeriod to 1 day or more"
            message = f"point-in-time restore is switched off for {self._resource.id} (backup retention 0)"
            raise NotRecoverable(message, hint, "rds:DescribeDBInstances")
        latest = source.get("LatestRestorableTime")
        if latest is None:
            raise NotRecoverable(f"{self._resource.id} has no restorable time yet", call="rds:DescribeDBInstances")
        earliest = self._earliest() or latest
        now, run = self._bench.clock.now(), self._bench.run
        return instant_in_window(self._selection, (earliest, latest), self._resource, now, run)

    def worst_case(self, until: datetime) -> WorstCase | None:
        """How far the latest restorable time lies behind now: what a disaster at this instant would lose."""
        latest = self._source().get("LatestRestorableTime")
        return WorstCase(until - latest, "lag of the latest restorable time") if latest else None

    def restore(self, point: RecoveryPoint, copy: Copy) -> Identity:
        """Ask for an instance as of the instant, in isolation."""
        return self._ask(
            "RestoreDBInstanceToPointInTime",
            copy,
            SourceDBInstanceIdentifier=self._resource.id,
            TargetDBInstanceIdentifier=copy.id,
            RestoreTime=point.data_time,
        )

    def _earliest(self) -> datetime | None:
        pages = self._api.pages(
            "DescribeDBInstanceAutomatedBackups",
            "DBInstanceAutomatedBackups",
            DBInstanceIdentifier=self._resource.id,
        )
        return min((each["RestoreWindow"]["EarliestTime"] for each in pages if each.get("RestoreWindow")), default=None)


def _live(described: Mapping[str, Any]) -> Live:
    tags = {tag["Key"]: tag["Value"] for tag in described.get("TagList", [])}
    return Live(described["DBInstanceIdentifier"], described["DbiResourceId"], tags)


def _point(snapshot: Mapping[str, Any], store: str) -> RecoveryPoint:
    """A snapshot's age is that of its data; SnapshotCreateTime changes when a snapshot is copied, so it comes last."""
    sources = ("SnapshotDatabaseTime", "OriginalSnapshotCreateTime", "SnapshotCreateTime")
    source = next(name for name in sources if snapshot.get(name))
    return RecoveryPoint(
        id=snapshot["DBSnapshotIdentifier"],
        kind=PointKind.SNAPSHOT,
        data_time=snapshot[source],
        data_time_source=source,
        created_at=snapshot.get("SnapshotCreateTime"),
        encrypted=snapshot.get("Encrypted"),
        size_gib=snapshot.get("AllocatedStorage"),
        store=store,
    )


def _as_of_itself(point: RecoveryPoint) -> RecoveryPoint:
    """An old point drilled for its own sake: what it lost of its own instant is what counts, not its age."""
    return replace(point, reference=point.data_time)


def _isolation_of(resource: Resource) -> Isolation:
    if resource.isolation is None:
        raise NotRecoverable(
            f"{resource.name} has no isolation", "declare `isolation` in tiers.yaml or at the resource"
        )
    return resource.isolation
