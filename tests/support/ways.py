"""The ways to make a copy, under the verbs that all share, each in a small estate in a lab."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from moto.rds.models import rds_backends

from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.preflight import look
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources.cloudformation_stack.restore import CloudFormationStack
from dr_orchestrator.resources.dynamodb_table.restore import DynamoTable
from dr_orchestrator.resources.rds_instance.points import RdsPointInTime, RdsSnapshot
from tests.support.estate import INSTANCE, REGION, STACK, TABLE, TEMPLATE, Estate
from tests.support.types import members

ASK = {"rds-snapshot": "RestoreDBInstanceFromDBSnapshot", "rds-pitr": "RestoreDBInstanceToPointInTime"} | {
    "dynamodb": "RestoreTableToPointInTime",
    "stack": "CreateStack",
}
DELETE = {"rds-snapshot": "DeleteDBInstance", "rds-pitr": "DeleteDBInstance"} | {
    "dynamodb": "DeleteTable",
    "stack": "DeleteStack",
}
SOURCE = {"rds-snapshot": INSTANCE, "rds-pitr": INSTANCE, "dynamodb": TABLE, "stack": STACK}
EVERY = tuple(SOURCE)
RESTORERS = EVERY[:3]


@dataclass
class Way:
    """One way to make a copy, under the verbs that all share; a stack's recovery point is its template."""

    made: Estate
    kind: str
    resource: Resource
    selection: Selection
    copy: Copy
    heard: int

    @property
    def restorer(self) -> Any:
        if self.kind == "stack":
            return CloudFormationStack(self.resource, self.made.toolkit, members(self.made.toolkit))
        way = {"rds-snapshot": RdsSnapshot, "rds-pitr": RdsPointInTime, "dynamodb": DynamoTable}[self.kind]
        return way(self.resource, self.selection, self.made.toolkit)

    def restore(self) -> Identity:
        restorer = self.restorer
        made = restorer.build(self.copy) if self.kind == "stack" else restorer.restore(restorer.choose(), self.copy)
        assert made.identity is not None
        return made.identity

    def restored(self, ready: bool = True) -> Identity:
        """Restore, note the identity in the ledger as the runner does, and wait."""
        identity = self.restore()
        self.confirm(identity)
        if ready:
            self.restorer.ready(self.copy)
        return identity

    def confirm(self, identity: Identity) -> None:
        rows = self.made.ledger.rows
        rows[self.copy.id] = replace(rows[self.copy.id], identity=identity, state=CopyState.CREATED)

    def calls(self, action: str) -> list[dict[str, Any]]:
        """The calls of an action that were answered well since the test began."""
        heard = self.made.lab.journal[self.heard :]
        return [entry.params for entry in heard if entry.action == action and entry.status == 200]

    @property
    def deletions(self) -> list[dict[str, Any]]:
        """Every call that could delete something, answered well or not."""
        heard = self.made.lab.journal[self.heard :]
        return [entry.params for entry in heard if entry.action.startswith(("Delete", "Terminate"))]

    def foreign(self, tags: dict[str, str]) -> None:
        """Somebody else makes an object under the copy's name."""
        given = [{"Key": key, "Value": value} for key, value in tags.items()]
        if self.kind.startswith("rds"):
            self.made.client("rds").create_db_instance(
                DBInstanceIdentifier=self.copy.id,
                DBInstanceClass="db.t3.micro",
                Engine="postgres",
                AllocatedStorage=20,
                MasterUsername="somebody",
                MasterUserPassword="not-a-secret",
                Tags=given,
            )
        elif self.kind == "dynamodb":
            self.made.client("dynamodb").create_table(
                TableName=self.copy.id,
                AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                BillingMode="PAY_PER_REQUEST",
                Tags=given,
            )
        else:
            self.made.client("cloudformation").create_stack(
                StackName=self.copy.id,
                TemplateBody=TEMPLATE,
                Parameters=[{"ParameterKey": "EnvironmentName", "ParameterValue": self.copy.id}],
                Tags=given,
            )
        self.made.clock.sleep(900)

    def exists(self) -> bool:
        return any(self.copy.id in names for names in self.made.inventory().values())


Make = Callable[..., Way]


def looked(way: Way) -> str:
    """What the looks before a drill see of the restorer's own; the fault of those that stop it."""
    return look(way.restorer.questions(way.copy)).heed()


def described(made: Estate, resource: Resource) -> dict[str, Any]:
    """All that AWS says of a source, but for what moves with time."""
    if resource is INSTANCE:
        rds = made.client("rds")
        found = rds.describe_db_instances(DBInstanceIdentifier=resource.id)["DBInstances"][0]
        snapshots = rds.describe_db_snapshots()["DBSnapshots"]
        found["Snapshots"] = sorted(each["DBSnapshotIdentifier"] for each in snapshots)
    elif resource is TABLE:
        found = made.client("dynamodb").describe_table(TableName=resource.id)["Table"]
    else:
        return {}
    found.pop("LatestRestorableTime", None)
    return dict(found)


def instance_of(way: Way) -> Any:
    """The lab's own instance behind a copy."""
    return rds_backends[ACCOUNT][REGION].databases[way.copy.id]
