"""The recovery points that a vault keeps of a resource: listed whole, and told apart from what cannot be restored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dr_orchestrator.aws import points
from dr_orchestrator.aws.backup import locks
from dr_orchestrator.aws.calls.answers import Strange
from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.copies import SKEW
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Place
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.preflight import Doubt
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint, WorstCase
from dr_orchestrator.domain.vault import Vault
from dr_orchestrator.errors import NotRecoverable

LISTING = "backup:ListRecoveryPointsByBackupVault"
GIB = 1024**3
_DAY = timedelta(days=1)
_SHARED = (locks.AIR_GAPPED, "RESTORE_ACCESS_BACKUP_VAULT")
"""The types of the vaults that can be restored from where another account owns them."""

_TYPES = {_SHARED[0]: "logically air-gapped", _SHARED[1]: "a restore access vault", "BACKUP_VAULT": "a backup vault"}
_WHOLE, _COLD = ("COMPLETED", "AVAILABLE"), "COLD"
_CONTINUOUS = ":recovery-point:continuous:"
"""Part of the ARN of a point that can be restored to any instant of a window, which the vault does not tell."""


@dataclass(frozen=True)
class Kept:
    """Of what a vault keeps recovery points: the ARN of the resource, what AWS Backup calls its type, its name in the
    drill files, and since when it is there: before that its ARN was another's. `stands` is where it is, as copies tell
    it, of what does not tell that by its ARN: a bucket.
    """

    arn: str
    type: str
    store: str
    since: datetime | None = None
    stands: Place | None = None

    @property
    def place(self) -> Place:
        """The account and region that it is in; each empty where nobody knows it."""
        region, account = self.arn.split(":")[3:5]
        return self.stands or Place(account, region)


class VaultPoints:
    """The recovery points of a resource in a vault."""

    def __init__(self, vault: Vault, toolkit: Toolkit) -> None:
        self._vault, self._toolkit, self._api = vault, toolkit, toolkit.account.api("backup")
        self._account = {"BackupVaultAccountId": vault.account} if vault.account else {}

    def look(self) -> str:
        """The vault, and of which kind it is; NotRecoverable where there is none that can be restored from here."""
        found = self._described()
        of = str(found.get("VaultType") or "BACKUP_VAULT")
        owner = str(found["BackupVaultArn"]).split(":")[4]
        if self._vault.account and of not in _SHARED and owner != self._toolkit.account.caller().account:
            hint = "copy its points into a vault of this account, or into one that is logically air-gapped and shared"
            raise NotRecoverable(f"{self._vault} cannot be restored from in another account than its own", hint)
        told = f"{self._vault} is {_TYPES.get(of, of)}"
        return f"{told}, {'locked' if found.get('Locked') else 'not locked'}"

    def choose(self, selection: Selection, of: Kept) -> RecoveryPoint:
        """The point that a selection means, of those that are whole, by the times at which they were begun."""
        found, told = self.restorable(of)
        return points.choose(found, selection, self._toolkit, told)

    def restorable(self, of: Kept) -> tuple[list[RecoveryPoint], points.Told]:
        """The points that are whole, and neither expired nor continuous; with the words for where there is none."""
        found = self._listed(of)
        whole = [
            each for each in found if _is_whole(each) and not self._expired(each) and not self._came_late(each, of)
        ]
        hint = f"does a plan of AWS Backup keep {of.arn} in {self._vault}, and has the first job ended?"
        told = points.Told(f"{of.store} in {self._vault}{_others(found, whole)}", LISTING, hint, "recovery point")
        return [self._point(each, of) for each in whole], told

    def look_at(self, selection: Selection, of: Kept) -> str:
        """Where the point lies that would be taken; a Doubt where it has to be fetched from cold storage first."""
        point = self.choose(selection, of)
        found = self.described(point)
        ends = (found.get("CalculatedLifecycle") or {}).get("DeleteAt")
        kept = f", kept until {ends:%Y-%m-%d %H:%M} UTC" if ends else ""
        if found.get("StorageClass") == _COLD:
            told = f"{point.id} lies in cold storage: AWS Backup fetches it first, which takes hours and is charged"
            raise Doubt(f"{told}; of a warm one its time tells nothing")
        return f"{point.id}, warm{kept}"

    def worst_case(self, of: Kept, until: datetime) -> WorstCase | None:
        """The largest gap between points, up to now, and the longest that the making of one took."""
        whole = [each for each in self._listed(of) if _is_whole(each)]
        days = _kept_for(whole)
        times = points.rhythm((_begun(each) for each in whole), until, days, of.since)
        took = max(filter(None, map(_took, whole)), default=None)
        unseen = points.unseen(times, until, days, of.since)
        return points.worst_case(times, until, took if times else None, "recovery point", unseen)

    def described(self, point: RecoveryPoint) -> Mapping[str, Any]:
        """The words of AWS on a point; NotRecoverable where it is gone."""
        return self._ask("DescribeRecoveryPoint", point)

    def key(self, point: RecoveryPoint) -> str | None:
        """The key that a point is encrypted with; None where it is not."""
        found = self.described(point)
        return found.get("EncryptionKeyArn") if found.get("IsEncrypted") else None

    def metadata(self, point: RecoveryPoint) -> Mapping[str, str]:
        """The settings of the resource as of the point, by the words that a restore takes."""
        told: Mapping[str, str] = self._ask("GetRecoveryPointRestoreMetadata", point).get("RestoreMetadata") or {}
        return told

    def _ask(self, operation: str, point: RecoveryPoint) -> Mapping[str, Any]:
        name = {"BackupVaultName": self._vault.name, "RecoveryPointArn": point.id}
        found: Mapping[str, Any] = self._api.call(operation, **name, **self._account)
        if (other := found.get("RecoveryPointArn", point.id)) != point.id:
            raise Strange(f"it tells of {other}, and was asked for {point.id}", f"backup:{operation}")
        return found

    def _described(self) -> Mapping[str, Any]:
        try:
            return self._api.call("DescribeBackupVault", BackupVaultName=self._vault.name, **self._account)
        except NotFound as fault:
            hint = f"is it in {self._api.region}, and named as in AWS?"
            raise NotRecoverable(f"no {self._vault}", hint, "backup:DescribeBackupVault") from fault

    def _listed(self, of: Kept) -> Sequence[Mapping[str, Any]]:
        """All points of the resource, of any state; what was there before it is of another of its name."""
        given = {"BackupVaultName": self._vault.name, "ByResourceArn": of.arn, **self._account}
        return [each for each in self._pages(given) if each.get("ResourceArn") == of.arn and self._is_own(each, of)]

    def _pages(self, given: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        try:
            yield from self._api.pages("ListRecoveryPointsByBackupVault", "RecoveryPoints", **given)
        except NotFound as fault:
            raise NotRecoverable(f"no {self._vault}", "is it named as in AWS?", LISTING) from fault

    def _is_own(self, point: Mapping[str, Any], of: Kept) -> bool:
        if point.get("IsParent") or point.get("ResourceType", of.type) != of.type:
            return False
        return of.since is None or _begun(point) >= of.since - SKEW

    def _expired(self, point: Mapping[str, Any]) -> bool:
        ends = (point.get("CalculatedLifecycle") or {}).get("DeleteAt")
        return ends is not None and ends <= self._toolkit.clock.now()

    def _came_late(self, point: Mapping[str, Any], of: Kept) -> bool:
        """Whether one was still on its way to the region of the vault when disaster struck, as old as its data are: a
        copy has the instant of its original.
        """
        # docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html: "including creation dates"
        came = [at for each in ("InitiationDate", "CompletionDate") if (at := point.get(each)) is not None]
        return self._is_apart(of) and max(came, default=point["CreationDate"]) > self._toolkit.context.struck

    def _is_apart(self, of: Kept) -> bool:
        """Whether points come to the vault from another region, or account."""
        here, stands = of.place, self._toolkit.stands
        return here.region not in ("", self._toolkit.account.region) or (
            bool(stands) and here.account not in ("", stands)
        )

    def _point(self, point: Mapping[str, Any], of: Kept) -> RecoveryPoint:
        where = f" in {self._toolkit.account.region}" if self._is_apart(of) else ""
        return RecoveryPoint(
            id=str(point["RecoveryPointArn"]),
            kind=PointKind.SNAPSHOT,
            data_time=_begun(point),
            data_time_source=f"{_source(point)}{where}",
            created_at=point.get("CompletionDate"),
            encrypted=point.get("IsEncrypted"),
            size_gib=round(int(point.get("BackupSizeInBytes") or 0) / GIB) or None,
            store=of.store,
        )


def _is_whole(point: Mapping[str, Any]) -> bool:
    return point.get("Status") in _WHOLE and _CONTINUOUS not in str(point["RecoveryPointArn"])


def _source(point: Mapping[str, Any]) -> str:
    """The field that tells the time of its data: the earlier one, for a copied point was begun when it was copied."""
    created, begun = point["CreationDate"], point.get("InitiationDate")
    return "InitiationDate" if begun is not None and begun < created else "CreationDate"


def _begun(point: Mapping[str, Any]) -> datetime:
    at: datetime = point[_source(point)]
    return at


def _took(point: Mapping[str, Any]) -> timedelta | None:
    """How long its making took: until then the one before was all there was."""
    ended: datetime | None = point.get("CompletionDate")
    return ended - _begun(point) if ended is not None else None


def _kept_for(found: Sequence[Mapping[str, Any]]) -> int:
    """For how many days most of them are kept, of two the longer; 0 where that is not known of each."""
    spans = [
        (ends - each["CreationDate"]) / _DAY if (ends := (each.get("CalculatedLifecycle") or {}).get("DeleteAt")) else 0
        for each in found
    ]
    days = Counter(map(round, spans))
    return max(days, key=lambda each: (days[each], each)) if days and 0 not in days else 0


def _others(found: Sequence[Mapping[str, Any]], whole: Sequence[Mapping[str, Any]]) -> str:
    """The words on those that cannot be restored, by what AWS says of them; empty where each can."""
    if len(found) == len(whole):
        return ""
    taken = {id(each) for each in whole}
    told = Counter(_why_not(each) for each in found if id(each) not in taken)
    return f" (beside {', '.join(f'{number} {state}' for state, number in sorted(told.items()))})"


def _why_not(point: Mapping[str, Any]) -> str:
    if _CONTINUOUS in str(point["RecoveryPointArn"]):
        return "CONTINUOUS"
    return "EXPIRED" if point.get("Status") in _WHOLE else str(point.get("Status"))
