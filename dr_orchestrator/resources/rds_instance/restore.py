"""The common ground of both ways of restoring an RDS instance: isolation, waiting, proof before deletion."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property, partial
from typing import Any

from dr_orchestrator.aws.copies import SKEW
from dr_orchestrator.aws.logins import keys as logins
from dr_orchestrator.aws.logins.door import Door
from dr_orchestrator.aws.preflight import keys
from dr_orchestrator.aws.preflight.region import place_of, usable
from dr_orchestrator.aws.rds import bringing, events, instances, isolation
from dr_orchestrator.aws.rds.objects import INSTANCES, Objects
from dr_orchestrator.aws.rds.traits import of_database
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.evidence import Asked, Ready, Seen
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.rds_instance import options


def _no_endpoint(name: str) -> NotMeasured:
    return NotMeasured(f"{name} has no endpoint", call="rds:DescribeDBInstances")


def _address(described: Mapping[str, Any] | None, name: str) -> tuple[str, int]:
    if (found := instances.address(described or {})) is None:
        raise _no_endpoint(name)
    return found


DOOR = Door(INSTANCES, instances.SERVING, _address)
"""How an instance is logged in to, source or copy."""


class RdsInstance:
    """The common ground of both ways of restoring an RDS instance."""

    def __init__(
        self,
        resource: Resource,
        selection: Selection | None,
        toolkit: Toolkit,
        answers: Callable[[Copy], bool] | None = None,
    ) -> None:
        """Without a selection it only takes copies down. `answers` asks the copy's database something; without one its
        state alone is believed.
        """
        self._resource, self._toolkit, self._answers = resource, toolkit, answers
        self._selection = selection or Selection()
        self._api = toolkit.account.api("rds")
        self._isolated: tuple[str, tuple[str, ...]] | None = None

    @cached_property
    def _there(self) -> Toolkit:
        """The tools where the copy stands: beside its source, or where the drill says."""
        place = place_of(self._resource)
        return self._toolkit if place is None else self._toolkit.at(place)

    @cached_property
    def _objects(self) -> Objects:
        return Objects(INSTANCES, self._there)

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """Source, key, option group, secret, the network that the copy is put into, and whether its name is free."""
        checks = [
            PreflightCheck("source", self.look_at_source),
            *self._look_there(copy),
            PreflightCheck("name of the copy", lambda: self._look_at_name(copy)),
            PreflightCheck("key", self._look_at_key, must=False),
            PreflightCheck("option group", self._look_at_options, must=False),
            PreflightCheck("subnet group", self._look_at_subnets),
            PreflightCheck("security groups", lambda: isolation.closed(self._network()[1])),
        ]
        if self._answers is not None:
            checks += logins.looks(self._toolkit.account, DOOR, self._resource)
        return checks

    def billed(self, name: str = "") -> Billed:
        """Its class and its storage."""
        about = self._objects.described(name) if name else self.described()
        if about is None:
            raise NotMeasured(f"no RDS instance {name}", call="rds:DescribeDBInstances")
        besides = bringing.charged(self._resource)
        return Billed(
            str(about.get("DBInstanceClass", "")), Decimal(about.get("AllocatedStorage") or 0), besides=besides
        )

    def isolated(self, copy: Copy) -> Seen:
        """Prove of the live copy that it is private, in its network and groups alone, and encrypted like its source."""
        live = self._objects.described(copy.id)
        if live is None:
            raise NotMeasured(f"{copy.id} is not to be seen", call="rds:DescribeDBInstances")
        self._toolkit.proofs.same(copy, live[INSTANCES.unique])
        put, to = isolation.declared(self._resource), place_of(self._resource)
        standing = isolation.of_instance
        return Seen(isolation.proven(standing(live), standing(self.described()), put, self._network()[1], to))

    def address(self) -> tuple[str, int]:
        """Host and port of the source; NotMeasured where it has none."""
        return self.addresses()[0]

    def addresses(self) -> list[tuple[str, int]]:
        """Host and port of the source, and of all that replicate with it here; NotMeasured where it has none."""
        source = self.described()
        replicas = [
            *source.get("ReadReplicaDBInstanceIdentifiers", []),
            source.get("ReadReplicaSourceDBInstanceIdentifier"),
        ]
        local = [name for name in replicas if name and not name.startswith("arn:")]
        beside = [each for each in map(self._describe, local) if each is not None and not self._is_ours(each)]
        found = [instances.address(source), *filter(None, map(instances.address, beside))]
        if found[0] is None:
            raise _no_endpoint(self._resource.id)
        return [place for place in found if place]

    def _is_ours(self, replica: Mapping[str, Any]) -> bool:  # noqa: ARG002 - a restore makes no replicas
        """Whether a replica of the source's is the run's own."""
        return False

    def look_at_source(self) -> str:
        """The source's ARN, its engine and version."""
        source = self.described()
        return f"{source['DBInstanceArn']}, {source['Engine']} {source.get('EngineVersion', '')}".strip()

    def _look_at_name(self, copy: Copy) -> str:
        return self._objects.name_is_free(copy)

    def _look_at_key(self) -> str:
        source = self.described()
        return keys.usable(self._points_at.account, self.key(), source["DBInstanceArn"])

    @property
    def _points_at(self) -> Toolkit:
        """The tools where recovery points lie: beside the source, or where copies of them stand already."""
        to = self._resource.to
        return self._there if to is not None and to.standing else self._toolkit

    def brought(self, point: RecoveryPoint, copy: Copy) -> Sequence[Part]:  # noqa: ARG002
        """The copies by which a point comes to where the copy is to stand: none, where it lies there already."""
        return ()

    def key(self) -> str | None:
        """The key of the data that is restored: the source's own."""
        source = self.described()
        return source.get("KmsKeyId") if source.get("StorageEncrypted") else None

    def option_group(self) -> str:
        """The option group of the data that is restored: the source's own."""
        return options.of_instance(self.described())

    def _look_at_options(self) -> str:
        there = self._there.account
        vpc = isolation.vpc_of(there, isolation.declared(self._resource).subnet_group)
        return options.look(there, self._resource, self.option_group(), vpc)

    def _look_at_subnets(self) -> str:
        vpc = self.described().get("DBSubnetGroup", {}).get("VpcId", "")
        return isolation.subnet_group(self._there.account, isolation.declared(self._resource), vpc)

    def _network(self) -> tuple[str, tuple[str, ...]]:
        if self._isolated is None:
            put = isolation.declared(self._resource)
            self._isolated = (put.subnet_group, isolation.security_groups(self._there.account, put))
        return self._isolated

    def ready(self, copy: Copy) -> Ready:
        """Wait until the instance has an address and answers there; where nobody can ask it, until it is available."""
        return instances.wait(self._there, copy, partial(self._answers, copy) if self._answers else None)

    def further(self, copy: Copy) -> Sequence[Part]:  # noqa: ARG002
        """Nothing: an instance is all that is made."""
        return ()

    def server_times(self, copy: Copy) -> list[ServerTime]:
        """The events that RDS wrote down of the copy since it was intended."""
        intended = self._toolkit.proofs.intended(copy).intended_at
        return events.states(self._there.account.api("rds"), copy.id, intended - SKEW)

    def destroy(self, copy: Copy) -> CopyState:
        """Delete the instance without final snapshot and backups, once proven to be this run's copy."""
        return self._objects.destroy(copy, instances.STATES, SkipFinalSnapshot=True, DeleteAutomatedBackups=True)

    def _ask(self, operation: str, copy: Copy, **parameters: Any) -> Asked:
        return self._objects.ask(operation, copy, instances.QUOTA, **parameters, **self._overrides())

    def _overrides(self) -> dict[str, Any]:
        """Everything that a restore would else take from a default: network, protection, backups, parity."""
        source = self.described()
        subnet_group, groups = self._network()
        return {
            "DBInstanceClass": source.get("DBInstanceClass"),
            "DBParameterGroupName": self._parameter_group(),
            "DBSubnetGroupName": subnet_group,
            "VpcSecurityGroupIds": list(groups),
            "PubliclyAccessible": False,
            "MultiAZ": False,
            "DeletionProtection": False,
            "AutoMinorVersionUpgrade": False,
            "CopyTagsToSnapshot": False,
            "BackupRetentionPeriod": 0,
            "EnableIAMDatabaseAuthentication": logins.by_iam(self._resource),
        }

    def _parameter_group(self) -> str | None:
        """The parameter group of the copy: its source's, or what stands for that where the copy does."""
        named = (self.described().get("DBParameterGroups") or [{}])[0].get("DBParameterGroupName")
        return bringing.group_of(self._resource.to, named, own=True)

    def _look_there(self, copy: Copy) -> list[PreflightCheck]:  # noqa: ARG002 - of what is brought there, say
        """The looks besides, where the copy does not stand beside its source."""
        if (to := self._resource.to) is None:
            return []

        def groups() -> str:
            found = self.described().get("DBParameterGroups") or [{}]
            return bringing.parameter_group(self._there.account, to, str(found[0].get("DBParameterGroupName") or ""))

        region = [PreflightCheck("region", lambda: usable(self._toolkit, self._resource, to))]
        return [
            *(region if to.standing else []),
            PreflightCheck("class", lambda: bringing.orderable(self._there.account, self.described())),
            PreflightCheck("parameter group", groups),
        ]

    def described(self) -> Mapping[str, Any]:
        """The source as AWS describes it; NotRecoverable where it is not there, or a cluster's."""
        source = self._describe(self._resource.id)
        if source is None:
            hint = f"is it in {self._api.region}, in this account?"
            told = f"no RDS instance {self._resource.id} in {self._api.region}"
            raise NotRecoverable(told, hint, "rds:DescribeDBInstances")
        if cluster := source.get("DBClusterIdentifier"):
            hint = f"declare {cluster} as a cluster: it has the data, and its backups"
            raise NotRecoverable(f"{self._resource.id} is an instance of {cluster}", hint, "rds:DescribeDBInstances")
        return source

    def _describe(self, name: str) -> Mapping[str, Any] | None:
        found = INSTANCES.described(self._api, name)
        if found is not None and name == self._resource.id:
            self._toolkit.context.described(self._resource, of_database(found))
        return found
