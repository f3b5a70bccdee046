"""How the backups of what RDS runs are kept: one listing of a region serves every instance, or cluster, of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.posture import keys, vaults
from dr_orchestrator.aws.posture.ground import Ground, Once, Shared, gathered
from dr_orchestrator.aws.rds import snapshots
from dr_orchestrator.aws.rds.objects import Shape
from dr_orchestrator.domain.posture.facts import Elsewhere, Encryption, Fact, Known, Lock
from dr_orchestrator.domain.resource_type.traits import Traits
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.wanted import Wanted

MOST = 35
"""The days that RDS keeps what it takes by itself, at most."""

Described = Mapping[str, Any]
Dated = Callable[[Described], datetime | None]


class Databases:
    """The databases of a type in a region, with their snapshots there and elsewhere."""

    def __init__(self, ground: Ground, shape: Shape, snapshot: str) -> None:
        """`snapshot` is how RDS calls the snapshots of it."""
        self.ground, self._shape, self._snapshot = ground, shape, snapshot
        self._all = Once(self._list)
        self._snapshots = Shared(self._list_snapshots)

    @property
    def call(self) -> str:
        """The call that describes them."""
        return f"rds:{self._shape.describe}"

    @property
    def listing(self) -> str:
        """The call that lists their snapshots."""
        return f"rds:Describe{self._snapshot}s"

    def described(self, name: str) -> Described:
        """One of them, as AWS describes it; NotFound where it is not there."""
        found = self._all().get(name.lower())
        if found is None:
            hint = f"is it named as in AWS, in this account and in {self.ground.region}?"
            raise NotFound(f"no {name} among {len(self._all())} described", hint, self.call)
        return found

    def created_at(self, name: str) -> datetime | None:
        """When it was made; None where nobody tells."""
        told = self.ground.fact(self.call, lambda: self.described(name).get(self._shape.created_at))
        return told.value if isinstance(told, Known) else None

    def traits(self, name: str, read: Callable[[Described], Traits]) -> Traits:
        """Its traits, as its type reads them."""
        return self.ground.traits(self.call, lambda: self.described(name), read)

    def arn(self, name: str) -> Fact[str]:
        """Its ARN."""
        return self.ground.fact(self.call, lambda: str(self.described(name)[f"{self._shape.key}Arn"]))

    def kept(self, name: str) -> Fact[timedelta | None]:
        """For how long RDS keeps what it takes by itself."""

        def days() -> timedelta | None:
            return timedelta(days=int(self.described(name).get("BackupRetentionPeriod") or 0))

        return self.ground.fact(self.call, days)

    def encryption(self, name: str) -> Fact[Encryption]:
        """The key of its storage, under which its snapshots are, too."""

        def told() -> Encryption:
            found = self.described(name)
            if not found.get("StorageEncrypted"):
                return Encryption(False)
            return keys.of_kms(self.ground)(str(found["KmsKeyId"]))

        return self.ground.fact(self.call, told)

    def deletion(self, name: str) -> Fact[bool]:
        """Whether RDS refuses to delete it."""
        return self.ground.fact(self.call, lambda: bool(self.described(name).get("DeletionProtection")))

    def snapshots(self, name: str, region: str = "") -> Sequence[Described]:
        """Its snapshots in a region that can be restored; those of another that had its name before are not its own."""
        unique = self._shape.unique
        ours = self.described(name).get(unique)
        found = self._snapshots(region or self.ground.region).get(name.lower(), ())
        return [each for each in found if each.get("Status") == "available" and each.get(unique, ours) == ours]

    def points(self, name: str, dated: Dated) -> Fact[tuple[datetime, ...]]:
        """The instants of its snapshots; of one whose age nobody tells there is none."""

        def told() -> tuple[datetime, ...]:
            return tuple(at for each in self.snapshots(name) if (at := dated(each)) is not None)

        return self.ground.fact(self.listing, told)

    def copies(self, name: str, region: str, dated: Dated) -> Iterator[Elsewhere]:
        """Its snapshots in another region."""
        found = [at for each in self.snapshots(name, region) if (at := dated(each)) is not None]
        if found:
            yield Elsewhere(region, f"{len(found):,} copied to {region}", max(found))

    def elsewhere(
        self, name: str, wanted: Wanted, sources: Callable[[str], Iterable[Callable[[], Iterable[Elsewhere]]]]
    ) -> Fact[tuple[Elsewhere, ...]]:
        """The copies of it that other regions hold: by the `sources` of its type there, and in vaults of AWS Backup."""

        def vaulted(region: str) -> Iterator[Elsewhere]:
            arn = str(self.described(name)[f"{self._shape.key}Arn"])
            return vaults.copies(self.ground, arn, self.created_at(name), region)

        regions = [each for each in wanted.copy_in if each != self.ground.region]
        looked = [source for region in regions for source in (*sources(region), lambda region=region: vaulted(region))]  # type: ignore[misc]
        return gathered(self.ground, self.listing, looked)

    def lock(self, name: str, wanted: Wanted) -> Fact[Lock]:
        """Whether a vault that is locked for good holds it."""
        arn, regions = self.arn(name), (self.ground.region, *wanted.copy_in)
        return vaults.locked(self.ground, arn, self.created_at(name), regions, wanted.retention)

    def _list(self) -> Mapping[str, Described]:
        shape = self._shape
        found = self.ground.listed("rds", shape.describe, f"{shape.key}s")
        return {str(each[shape.name]).lower(): each for each in found}

    def _list_snapshots(self, region: str) -> Mapping[str, Sequence[Described]]:
        api, named = self.ground.api("rds", region), self._shape.name
        found: dict[str, list[Described]] = {}
        for each in self.ground.patiently(lambda: snapshots.listed(api, self._snapshot)):
            found.setdefault(str(each.get(named)).lower(), []).append(each)
        return found


def remedies(command: str, source: str, name: str, wanted: Wanted) -> dict[Rule, str]:
    """The settings that mend what instances and clusters have in common; `command` and `source` are AWS's words."""
    modify, days = f"`aws rds modify-{command} --{command}-identifier {name} --apply-immediately", _days(wanted)
    keep = f"{modify} --backup-retention-period {days}`"
    if wanted.retention.days > days:
        keep += f"; RDS keeps {MOST} days at most: a plan of AWS Backup keeps what is older"
    missed = f"find out why: `aws rds describe-events --source-type {source} --source-identifier {name}`"
    lock = "`aws backup put-backup-vault-lock-configuration`"
    return {
        Rule.POSTURE_NEWEST: keep,
        Rule.POSTURE_DAILY: missed,
        Rule.POSTURE_RETENTION: keep,
        Rule.POSTURE_ENCRYPTION: "restore a snapshot of it under a key (`--kms-key-id KEY`), and move to that",
        Rule.POSTURE_LOCK: f"back it up by AWS Backup into a vault that is locked for good: {lock}",
        Rule.POSTURE_CONTINUOUS: keep,
        Rule.POSTURE_DELETION: f"{modify} --deletion-protection`",
    }


def _days(wanted: Wanted) -> int:
    return min(wanted.retention.days, MOST)
