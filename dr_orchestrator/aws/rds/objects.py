"""The things that RDS keeps, instances, clusters and snapshots: described, asked for, waited for, deleted once proven
to be ours.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dr_orchestrator.aws.calls.api import Api, NotFound, Refused
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.aws.toolkit import Toolkit, gone
from dr_orchestrator.aws.watcher import Describe, Feed, Sighting, States
from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.evidence import Asked


@dataclass(frozen=True)
class Shape:
    """How the calls of RDS speak of what it runs: the names of its fields and filters, and the codes of its errors.

    `exists` is the code of a name that is taken, `busy` that of a state in which it cannot be deleted, `held` that of
    such a state of what it is part of. `encrypts` is whether a copy of what is not encrypted can be:
    CopyDBClusterSnapshot answers with an error where a key is named.
    """

    called: str
    key: str
    unique: str
    status: str
    created_at: str
    filter: str
    exists: str
    busy: str
    held: str = ""
    encrypts: bool = True

    @property
    def name(self) -> str:
        """The parameter, and the field, that names one."""
        return f"{self.key}Identifier"

    @property
    def for_now(self) -> tuple[str, ...]:
        """The codes by which AWS refuses to delete one for now."""
        return (self.busy, self.held) if self.held else (self.busy,)

    @property
    def describe(self) -> str:
        """The call that describes them."""
        return f"Describe{self.key}s"

    def described(self, api: Api, name: str) -> Mapping[str, Any] | None:
        """The description of one by AWS; None where there is none of that name."""
        try:
            return api.named(self.describe, f"{self.key}s", self.name, name, **{self.name: name})
        except NotFound:
            return None

    def unique_id(self, described: Mapping[str, Any]) -> str:
        """The id that AWS never uses again; empty where it does not tell one yet."""
        return str(described[self.unique])

    def identity(self, described: Mapping[str, Any]) -> Identity | None:
        """The identity that AWS gives one for good; None while it does not tell."""
        unique = self.unique_id(described)
        return Identity(str(described[f"{self.key}Arn"]), unique) if unique else None

    def live(self, described: Mapping[str, Any]) -> Live:
        """The facts that a deletion is proven by."""
        tags = {tag["Key"]: tag["Value"] for tag in described.get("TagList", [])}
        unique, created_at = self.unique_id(described), described.get(self.created_at)
        return Live(described[self.name], unique, tags, created_at=created_at)


@dataclass(frozen=True)
class ShapeOfSnapshots(Shape):
    """Likewise of snapshots, to which AWS gives no id of their own: the instant at which one was made is part of it,
    and is not told before it is made.
    """

    def unique_id(self, described: Mapping[str, Any]) -> str:
        """Its ARN and that instant."""
        made = described.get(self.created_at)
        return f"{described[f'{self.key}Arn']}@{made.isoformat()}" if made else ""


INSTANCES = Shape(
    *("an instance", "DBInstance", "DbiResourceId", "DBInstanceStatus", "InstanceCreateTime"),
    *("db-instance-id", "DBInstanceAlreadyExists", "InvalidDBInstanceState", "InvalidDBClusterStateFault"),
)
CLUSTERS = Shape(
    *("a cluster", "DBCluster", "DbClusterResourceId", "Status", "ClusterCreateTime"),
    *("db-cluster-id", "DBClusterAlreadyExistsFault", "InvalidDBClusterStateFault", "InvalidGlobalClusterStateFault"),
)
SNAPSHOTS = ShapeOfSnapshots(
    *("a snapshot", "DBSnapshot", "DBSnapshotArn", "Status", "SnapshotCreateTime"),
    *("db-snapshot-id", "DBSnapshotAlreadyExists", "InvalidDBSnapshotState"),
)
CLUSTER_SNAPSHOTS = ShapeOfSnapshots(
    *("a snapshot", "DBClusterSnapshot", "DBClusterSnapshotArn", "Status", "SnapshotCreateTime"),
    *("db-cluster-snapshot-id", "DBClusterSnapshotAlreadyExistsFault", "InvalidDBClusterSnapshotStateFault"),
    encrypts=False,
)


class Objects:
    """The copies of a shape that a run makes in its account's region."""

    def __init__(self, shape: Shape, toolkit: Toolkit) -> None:
        self.shape, self._toolkit = shape, toolkit
        self._api = toolkit.account.api("rds")

    def described(self, name: str) -> Mapping[str, Any] | None:
        """The description of one by AWS; None where there is none of that name."""
        return self.shape.described(self._api, name)

    def lent(self, arn: str) -> Mapping[str, Any] | None:
        """The one of an ARN that another account shares with this one; None until AWS shows it here."""
        of = self.shape
        try:
            found = self._api.call(of.describe, **{of.name: arn, "IncludeShared": True})[f"{of.key}s"]
        except NotFound:
            return None
        return next((each for each in found if each.get(f"{of.key}Arn") == arn), None)

    def name_is_free(self, copy: Copy) -> str:
        """Whether a copy can be named so; NotRecoverable where something of another's is."""
        found = self.described(copy.id)
        live = self.shape.live(found) if found else None
        return self._toolkit.proofs.name_is_free(copy, live, self.shape.called)

    def ask(self, operation: str, copy: Copy, quota: Collection[str], **given: Any) -> Asked:
        """Ask for the copy; a lost answer shows as 'already exists', and then our own copy is adopted."""
        wanted = {key: value for key, value in given.items() if value is not None}
        worn = [{"Key": key, "Value": value} for key, value in copy.tags.items()]
        wanted["Tags"] = [*worn, *wanted.get("Tags", ())]
        of = self.shape
        try:
            made: Mapping[str, Any] = self._toolkit.ask(
                lambda: self._api.named(operation, of.key, of.name, copy.id, **wanted), quota
            )
        except Refused as refused:
            existing = self.described(copy.id) if refused.code == self.shape.exists else None
            if existing is None:
                raise
            self._toolkit.proofs.adopt(copy, self.shape.live(existing), self.shape.called)
            made = existing
        identity = self.shape.identity(made)
        return Asked(identity) if identity else Asked(job=f"{operation} of {copy.id}")

    def tag(self, copy: Copy, arn: str) -> None:
        """Have what a job of another service made wear the run's tags."""
        worn = [{"Key": key, "Value": value} for key, value in copy.tags.items()]
        self._api.call("AddTagsToResource", ResourceName=arn, Tags=worn)

    def feed(self, told: str = "", describe: Describe | None = None) -> Feed:
        """The states of all that are waited for: one for an account's region, whichever type of copy they are.

        `describe` sees them otherwise, under a name of its own (`told`).
        """
        place = (self._api.endpoint, self._api.region, self._toolkit.account.pinned)
        return self._toolkit.watcher.feed((*place, f"rds:{self.shape.key}s{told}"), describe or self.seen)

    def seen(self, names: Iterable[str]) -> dict[str, Sighting]:
        """The states of those of some names that are to be seen."""
        ask = [{"Name": self.shape.filter, "Values": list(names)}]
        found = self._api.pages(self.shape.describe, f"{self.shape.key}s", Filters=ask)
        return {each[self.shape.name]: Sighting(each[self.shape.status], each) for each in found}

    def destroy(
        self, copy: Copy, states: States, refuse: Callable[[Mapping[str, Any]], None] = lambda _: None, **given: bool
    ) -> CopyState:
        """Delete the copy, once proven to be this run's, and wait until it is gone.

        `given` says what becomes of its data, `refuse` raises where a live one is to stay all the same.
        """
        live = self._toolkit.describe_confirmed(lambda: self.described(copy.id))
        if live is None:
            return self._toolkit.never_created(copy)
        if live.get(self.shape.status) != "deleting":
            self._toolkit.retry_while(lambda: self._prove_and_delete(copy, refuse, given), *self.shape.for_now)
        self._toolkit.wait_until_gone(self.feed(), copy, gone(states))
        return CopyState.DELETED

    def _prove_and_delete(
        self, copy: Copy, refuse: Callable[[Mapping[str, Any]], None], given: Mapping[str, bool]
    ) -> None:
        live = self.described(copy.id)
        if live is None or live.get(self.shape.status) == "deleting":
            return  # what was wanted
        self._toolkit.proofs.prove(copy, self.shape.live(live))
        refuse(live)
        try:
            self._api.call(f"Delete{self.shape.key}", **{self.shape.name: copy.id}, **given)
        except NotFound:
            return  # gone already: what was wanted
