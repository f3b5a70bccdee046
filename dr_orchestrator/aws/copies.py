"""Names of copies, and the three proofs that a live object is one before it may be deleted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dr_orchestrator.domain.run import Copy, CopyRecord, CopyType
from dr_orchestrator.errors import UnsafeToDelete

_LONGEST = {CopyType.RDS_INSTANCE: 63, CopyType.DYNAMODB_TABLE: 255, CopyType.CLOUDFORMATION_STACK: 128}


def name(run: str, resource_id: str, of: CopyType) -> str:
    """The name of a run's copy of a resource: legal for its type, unique to the run, the same when asked again."""
    slug = re.sub(r"[^a-z0-9]+", "-", f"dro-{run}-{resource_id}".lower())
    return slug[: _LONGEST[of]].strip("-")


@dataclass(frozen=True)
class Live:
    """A live object as AWS shows it just before a deletion; `derived` is a proof in place of a tag not yet set."""

    name: str
    unique_id: str
    tags: Mapping[str, str]
    derived: bool = False


@dataclass(frozen=True)
class Proofs:
    """What a deletion must agree with: the run's ledger rows, and the registered sources."""

    record: Callable[[Copy], CopyRecord | None]
    sources: frozenset[str]

    def intended(self, copy: Copy) -> CopyRecord:
        """The ledger's row of a copy; UnsafeToDelete where there is none."""
        record = self.record(copy)
        if record is None:
            raise UnsafeToDelete(f"{copy.id} is not in the ledger of this run")
        return record

    def prove(self, copy: Copy, live: Live) -> None:
        """Raise UnsafeToDelete unless ledger, tag and identity agree that the live object is this run's copy."""
        record = self.intended(copy)
        if live.name.lower() in {source.lower() for source in self.sources}:
            raise UnsafeToDelete(f"{live.name} is a registered source: never deleted, whatever its tags say")
        if live.name != copy.id:
            raise UnsafeToDelete(f"{live.name} is not {copy.id}, which the ledger of this run holds")
        if live.tags.get("dr-drill:run") != copy.run and not live.derived:
            raise UnsafeToDelete(f"{live.name} does not wear the tag dr-drill:run={copy.run}")
        if record.identity is not None and live.unique_id != record.identity.unique_id:
            raise UnsafeToDelete(f"{live.name} is {live.unique_id}, but this run made {record.identity.unique_id}")
