"""What both ways of restoring an RDS instance share: isolation, waiting, proof before deletion."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from dr_orchestrator.aws.calls.api import NotFound, Refused
from dr_orchestrator.aws.copies import SKEW, Live
from dr_orchestrator.aws.login import credentials, login
from dr_orchestrator.aws.looks import keys
from dr_orchestrator.aws.rds import events, isolation
from dr_orchestrator.aws.toolkit import Toolkit, gone
from dr_orchestrator.aws.watcher import Feed, Sighting, States
from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.evidence import Asked, Ready, Seen
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.preflight import NotApplicable, Question
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.domain.service import Database, Login, Resource
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
    sightings=2,  # available, modifying, available: seen right after many a restore
    soonest=180.0,  # even an empty one takes minutes
)
_SERVING = frozenset({"backing-up", "modifying", "storage-optimization"}) | {
    *("configuring-enhanced-monitoring", "configuring-iam-database-auth"),
}
SERVING = replace(STATES, ready=STATES.ready | _SERVING, progress=STATES.progress - _SERVING)
"""States where an endpoint that answers is what is waited for: an instance serves while its first backup is made."""

QUOTA = frozenset({"InstanceQuotaExceeded", "InsufficientDBInstanceCapacity", "StorageQuotaExceeded"})
SILENCE = 600.0
"""Drill seconds that an available instance may leave its endpoint silent; then the checks are to tell why."""


class RdsInstance:
    """What both ways of restoring an RDS instance share."""

    def __init__(self, resource: Resource, toolkit: Toolkit, answers: Callable[[Copy], bool] | None = None) -> None:
        """`answers` asks the copy's database something; without one its state alone is believed."""
        self._resource, self._toolkit, self._answers = resource, toolkit, answers
        self._api = toolkit.account.api("rds")
        self._isolated: tuple[str, tuple[str, ...]] | None = None

    def questions(self, copy: Copy) -> list[Question]:
        """Source, key, secret, the network that the copy is put into, and whether its name is free."""
        questions = [
            Question("source", self._look_at_source),
            Question("name of the copy", lambda: self._look_at_name(copy)),
            Question("key", self._look_at_key, must=False),
            Question("subnet group", self._look_at_subnets),
            Question("security groups", lambda: f"{', '.join(self._network()[1])}: nothing out, not open to the world"),
        ]
        if self._resource.database is not None and self._answers is not None:
            questions.append(Question("secret", self._look_at_secret))
        return questions

    def billed(self, name: str = "") -> Billed:
        """Its class and its storage."""
        about = self._describe(name) if name else self._source()
        if about is None:
            raise NotMeasured(f"no RDS instance {name}", call="rds:DescribeDBInstances")
        return Billed(str(about.get("DBInstanceClass", "")), Decimal(about.get("AllocatedStorage") or 0))

    def isolated(self, copy: Copy) -> Seen:
        """Prove of the live copy that it is private, in its network and groups alone, and encrypted like its source."""
        live = self._describe(copy.id)
        if live is None:
            raise NotMeasured(f"{copy.id} is not to be seen", call="rds:DescribeDBInstances")
        put = isolation.declared(self._resource)
        return Seen(isolation.proven(live, self._source(), put, self._network()[1]))

    def address(self, name: str = "") -> tuple[str, int]:
        """Host and port of an instance, the source where none is named; NotMeasured where it has none."""
        endpoint = ((self._describe(name) if name else self._source()) or {}).get("Endpoint", {})
        if not endpoint.get("Address"):
            raise NotMeasured(f"{name or self._resource.id} has no endpoint", call="rds:DescribeDBInstances")
        return endpoint["Address"], int(endpoint["Port"])

    def _look_at_source(self) -> str:
        source = self._source()
        return f"{source['DBInstanceArn']}, {source['Engine']} {source.get('EngineVersion', '')}".strip()

    def _look_at_name(self, copy: Copy) -> str:
        if ours := self._describe(copy.id):
            self._ours(copy, ours)
            return f"{copy.id} is this run's already"
        return f"{copy.id} is free"

    def _look_at_key(self) -> str:
        source = self._source()
        key = self._key()
        if key is None:
            raise NotApplicable("the data is not encrypted")
        return keys.usable(self._toolkit.account, key, source["DBInstanceArn"].split(":")[4])

    def _key(self) -> str | None:
        """The key of the data that is restored: the source's own."""
        source = self._source()
        return source.get("KmsKeyId") if source.get("StorageEncrypted") else None

    def _look_at_secret(self) -> str:
        database = self._resource.database
        if database is None:
            raise NotApplicable("no database is declared")
        user, _ = credentials(self._toolkit.account, database)
        return f"{database.secret} holds the login of {user}"

    def _look_at_subnets(self) -> str:
        return isolation.subnet_group(self._toolkit.account, isolation.declared(self._resource), self._source())

    def _network(self) -> tuple[str, tuple[str, ...]]:
        if self._isolated is None:
            put = isolation.declared(self._resource)
            self._isolated = (put.subnet_group, isolation.security_groups(self._toolkit.account, put))
        return self._isolated

    def ready(self, copy: Copy) -> Ready:
        """Wait until the instance has an address and answers there; where nobody can ask it, until it is available."""
        states = STATES if self._answers is None else SERVING
        seen = self._toolkit.wait_until_ready(self._feed(), copy, states, self._serves(copy))
        return Ready(self._toolkit.ago(seen))

    def further(self, copy: Copy) -> Sequence[Part]:  # noqa: ARG002
        """Nothing: an instance is all that is made."""
        return ()

    def _serves(self, copy: Copy) -> Callable[[Sighting], bool]:
        silent_since: float | None = None

        def serves(sighting: Sighting) -> bool:
            nonlocal silent_since
            if not sighting.detail.get("Endpoint", {}).get("Address"):
                return False
            if self._answers is None or self._answers(copy):
                return True
            if sighting.status not in STATES.ready:
                return False
            now = self._toolkit.clock.monotonic()
            silent_since = now if silent_since is None else silent_since
            return now - silent_since >= SILENCE

        return serves

    def server_times(self, copy: Copy) -> list[ServerTime]:
        """What RDS wrote down of the copy since it was intended."""
        return events.states(self._api, copy.id, self._toolkit.proofs.intended(copy).intended_at - SKEW)

    def destroy(self, copy: Copy) -> CopyState:
        """Delete the instance without final snapshot and backups, once proven to be this run's copy."""
        live = self._toolkit.find(lambda: self._describe(copy.id))
        if live is None:
            return self._toolkit.never_created(copy)
        if live.get("DBInstanceStatus") != "deleting":
            self._toolkit.insist(lambda: self._prove_and_delete(copy), while_code="InvalidDBInstanceState")
        self._toolkit.wait_until_gone(self._feed(), copy, gone(STATES))
        return CopyState.DELETED

    def login(self, copy: Copy, database: Database) -> Login:
        """The copy's address with the source's credentials: a restored instance keeps its master user."""
        return login(self._toolkit.account, copy.id, database)

    def _prove_and_delete(self, copy: Copy) -> None:
        live = self._describe(copy.id)
        if live is None:
            return  # gone already: what was wanted
        self._toolkit.proofs.prove(copy, _live(live))
        try:
            self._api.call(
                "DeleteDBInstance",
                DBInstanceIdentifier=copy.id,
                SkipFinalSnapshot=True,
                DeleteAutomatedBackups=True,
            )
        except NotFound:
            return  # gone already: what was wanted

    def _ask(self, operation: str, copy: Copy, **parameters: Any) -> Asked:
        """Ask for the copy; a lost answer shows as 'already exists', and then our own copy is adopted."""
        try:
            given = {**parameters, **self._overrides(copy)}
            made = self._toolkit.ask(lambda: self._api.call(operation, **given)["DBInstance"], QUOTA)
        except Refused as refused:
            existing = self._describe(copy.id) if refused.code == "DBInstanceAlreadyExists" else None
            if existing is None:
                raise
            made = self._ours(copy, existing)
        return Asked(Identity(made["DBInstanceArn"], made["DbiResourceId"]))

    def _overrides(self, copy: Copy) -> dict[str, Any]:
        """Everything that a restore would else take from a default: network, protection, backups, parity."""
        source = self._source()
        subnet_group, groups = self._network()
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
        found = _live(live)
        asked_for = self._toolkit.proofs.made_since(copy, found.born)
        if not asked_for or found.tags.get("dr-drill:run") != copy.run:
            raise NotRecoverable(f"an instance {copy.id} exists already and is not of this run")
        return live

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

        return self._toolkit.watcher.feed(
            (self._api.endpoint, self._api.region, self._toolkit.account.pinned, "rds"), describe
        )


def _live(described: Mapping[str, Any]) -> Live:
    tags = {tag["Key"]: tag["Value"] for tag in described.get("TagList", [])}
    born = described.get("InstanceCreateTime")
    return Live(described["DBInstanceIdentifier"], described["DbiResourceId"], tags, born=born)
