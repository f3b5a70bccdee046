"""A snapshot that a run takes of a copy of its own: what its stack's database is made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.calls.api import Refused
from dr_orchestrator.aws.rds import replicas
from dr_orchestrator.aws.rds.carrying import QUOTA, STATES, SnapshotCopy
from dr_orchestrator.aws.rds.objects import INSTANCES, SNAPSHOTS
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Asked, Ready
from dr_orchestrator.errors import NotMeasured, Transient


class TakenSnapshot(SnapshotCopy):
    """A snapshot of an instance that this run made and promoted; a Part."""

    def __init__(self, toolkit: Toolkit, copy: Copy, of: Copy, title: str) -> None:
        """`of` is the instance, a copy of the run as well."""
        super().__init__(SNAPSHOTS, toolkit, copy, title)
        self._of = of

    def ask(self) -> Asked:
        """Ask for it, of that very instance, promoted; NotMeasured of one that still replicates. Transient while RDS is
        about another change of it, and takes none.
        """
        self._look_at_it()
        try:
            return self._objects.ask("CreateDBSnapshot", self.copy, QUOTA, **self._named())
        except Refused as refused:
            if refused.code != INSTANCES.busy:
                raise
            raise Transient(refused.message, call=refused.call) from refused

    def ready(self) -> Ready:
        """Wait until it is taken; RDS tells only then when it was made, by which it is known."""
        seen = self._ours(self._toolkit.wait_until_ready(self._objects.feed(), self.copy, STATES))
        return Ready(self._toolkit.seconds_since(seen), SNAPSHOTS.identity(seen.detail), f"of {self._of.id}")

    def _named(self) -> dict[str, str]:
        return {"DBSnapshotIdentifier": self.copy.id, "DBInstanceIdentifier": self._of.id}

    def _look_at_it(self) -> None:
        live: Mapping[str, Any] | None = INSTANCES.described(self._toolkit.account.api("rds"), self._of.id)
        if live is None:
            raise NotMeasured(f"{self._of.id} is not to be seen", call="rds:DescribeDBInstances")
        self._toolkit.proofs.same(self._of, live[INSTANCES.unique])
        if source := live.get(replicas.SOURCE):
            told = f"{self._of.id} still replicates {source}: what is taken of it is no recovery"
            raise NotMeasured(told, "let the script promote it first (`run.promote`), as `dro init` writes it")
