"""Has AWS Backup restore a file system beside production, and mounts it where a machine of the drills reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from dr_orchestrator.aws.backup.restoring import FromVault
from dr_orchestrator.aws.backup.vaults import GIB, Kept
from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.aws.machines.lent import Lent
from dr_orchestrator.aws.preflight import keys, place, region
from dr_orchestrator.aws.preflight.region import place_of
from dr_orchestrator.aws.toolkit import Toolkit, gone
from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.evidence import Asked, Ready, Seen
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.vault import Vault
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.efs_file_system import automatic, file_system, network, room, vault_policy
from dr_orchestrator.resources.efs_file_system.mounting import Mounting
from dr_orchestrator.resources.efs_file_system.name import RESTORED
from dr_orchestrator.resources.efs_file_system.traits import traits


class EfsFileSystem:
    """Restores a file system from the recovery points that a vault keeps of it."""

    def __init__(
        self, resource: Resource, selection: Selection | None, toolkit: Toolkit, vault: Vault | None = None
    ) -> None:
        """Without a vault it only takes copies down."""
        to = place_of(resource)
        self._resource, self._home = resource, toolkit
        self._toolkit = toolkit if to is None else toolkit.at(to)
        self._selection = selection or Selection()
        self._api, self._beside = self._toolkit.account.api("efs"), toolkit.account.api("efs")
        self._from = FromVault(RESTORED, self._toolkit, vault, self._shown, self._tag)
        self.mounting = Mounting(self._toolkit, resource, self._groups, self._proven)

    @property
    def there(self) -> Toolkit:
        """The tools where the copy stands: beside its source, or where the drill says."""
        return self._toolkit

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """Source, vault, key, the network of the mount target, the machine that reads, and whether the name is free."""
        account = self._toolkit.account
        return [
            PreflightCheck("source", self._look_at_source),
            *self._look_there(),
            *self._from.looks(self._selection, self._kept),
            PreflightCheck("policy of the vault", lambda: vault_policy.look(account.api("backup"), self._from.vault)),
            PreflightCheck("name of the copy", lambda: self._from.name_is_free(copy)),
            PreflightCheck("reader", self._reader.look),
            PreflightCheck("subnet", lambda: network.standing(account, self._resource, self._reader.described)),
            PreflightCheck("zones", lambda: network.zoned(account, self._resource, file_system.zone(self.described()))),
            PreflightCheck("security groups", lambda: ", ".join(self._groups())),
            PreflightCheck("mount targets", lambda: room.look(account, self._resource)),
        ]

    def _look_there(self) -> Sequence[PreflightCheck]:
        """The looks at the key of the copy, and at the region where it does not stand beside its source."""
        if (to := self._resource.to) is None:
            return (PreflightCheck("key", self._look_at_key, must=False),)

        def key() -> str:
            theirs = self._key_of_source(self.described())
            return region.key_there(self._home, self._toolkit, self._resource, to, theirs, "file system")

        return (
            PreflightCheck("region", lambda: region.usable(self._home, self._resource, to)),
            PreflightCheck("key of the copy", key),
        )

    def _groups(self) -> tuple[str, ...]:
        """The security groups of the mount target; none may be one that the source's own wear: of another region none
        is, and nothing is asked there for it.
        """
        here = self._toolkit.account.region == self._beside.region
        theirs = network.worn_by(self._beside, self._resource.id) if here else frozenset[str]()
        return network.groups(self._toolkit.account, self._resource, theirs)

    @property
    def _reader(self) -> Lent:
        return Lent(self._toolkit.account, str(self._resource.own["mount"].reader))

    def _look_at_source(self) -> str:
        source = self.described()
        size = f"{file_system.bytes_of(source) / GIB:,.1f} GiB"
        where = file_system.zone(source) or "several zones"
        return f"file system {source['FileSystemId']}, {source['PerformanceMode']}, {size} in {where}"

    def _look_at_key(self) -> str:
        source = self.described()
        otherwise = "the source is not encrypted; the copy is, with a key of AWS's own"
        return keys.usable(self._toolkit.account, self._key(source), source["FileSystemArn"], otherwise)

    def _key(self, source: Mapping[str, Any]) -> str | None:
        """The key that the copy is encrypted with: the declared one, else the source's; None for one of AWS's own.

        Elsewhere it is the one that the drill names: no other place has those.
        """
        if (to := self._resource.to) is not None:
            return to.key or None
        declared = self._resource.own.get("kms_key")
        return str(declared) if declared else self._key_of_source(source)

    @staticmethod
    def _key_of_source(source: Mapping[str, Any]) -> str | None:
        return str(source["KmsKeyId"]) if source.get("Encrypted") and source.get("KmsKeyId") else None

    def billed(self, name: str = "") -> Billed:
        """Its metered size, which EFS tells late; of a copy that stands, its own."""
        about = file_system.by_token(self._api, name) if name else self.described()
        if about is None:
            raise NotMeasured(f"no file system {name}", call=file_system.CALL)
        return Billed(storage_gib=Decimal(file_system.bytes_of(about)) / GIB, besides="what AWS Backup restores")

    def choose(self) -> RecoveryPoint:
        """The recovery point that the selection means, of those that the vault has whole."""
        return self._from.points.choose(self._selection, self._kept())

    def worst_case(self, until: datetime) -> WorstCase | None:
        """The largest gap between the vault's points, up to now, and the longest that the making of one took."""
        return self._from.points.worst_case(self._kept(), until)

    def restore(self, point: RecoveryPoint, copy: Copy) -> Asked:
        """Have AWS Backup restore the point into a new file system, encrypted, under the copy's name as its token."""
        source = self.described()
        alone, key = bool(file_system.zone(source)), self._key(source)
        return self._from.ask(
            copy,
            point,
            {
                "file-system-id": self._resource.id,
                "KmsKeyId": self._arn_of(key) if key else None,
                "PerformanceMode": str(source["PerformanceMode"]),
                "singleAzFilesystem": "true" if alone else None,
                "availabilityZoneName": self._zone() if alone else None,
            },
        )

    def _zone(self) -> str:
        return str(network.subnet(self._toolkit.account, self._resource)["AvailabilityZone"])

    def ready(self, copy: Copy) -> Ready:
        """Wait for the job and the file system, then make its mount target: before, nobody can use it."""
        self._from.made(copy)
        seen = self._toolkit.wait_until_ready(
            file_system.feed(self._api, self._toolkit), copy, file_system.STATES
        ).detail
        self._toolkit.proofs.adopt(copy, file_system.live(seen, copy), RESTORED.called)
        self._toolkit.proofs.same(copy, str(seen["FileSystemId"]))
        off = automatic.switch_off(self._api, str(found["FileSystemId"])) if (found := self._proven(copy)) else ""
        target = self.mounting.mount(copy)
        mode = seen.get("ThroughputMode", "")
        told = f"mounted at {target.get('IpAddress')}; {mode} throughput, all in the standard class"
        return Ready(identity=file_system.identity(seen), words="; ".join(filter(None, (told, off))))

    def further(self, copy: Copy) -> Sequence[Part]:  # noqa: ARG002
        """Nothing: a mount target has neither name nor tag, and cannot outlive its file system."""
        return ()

    def isolated(self, copy: Copy) -> Seen:
        """Prove of the live copy that it is encrypted as it was to be, and mounted where the drills say alone."""
        found = self._found(copy)
        if found is None:
            raise NotMeasured(f"{copy.id} is not to be seen", call=file_system.CALL)
        self._toolkit.proofs.same(copy, str(found["FileSystemId"]))
        account = self._toolkit.account
        where = place.same(found["FileSystemArn"], copy.region, account.pinned or account.caller().account)
        if not found.get("Encrypted"):
            raise NotRecoverable(f"{copy.id} is not encrypted")
        wanted = self._key(self.described())
        if wanted is not None and (worn := self._arn_of(str(found.get("KmsKeyId")))) != self._arn_of(wanted):
            raise NotRecoverable(f"{copy.id} is encrypted with {worn}, and was to be with {wanted}")
        mounted = network.proven(account, self._resource, str(found["FileSystemId"]), self._groups())
        return Seen(f"{where}, encrypted with {found.get('KmsKeyId')}, {mounted}")

    def _arn_of(self, key: str) -> str:
        """The ARN of a key, whichever way it was named."""
        if key.startswith("arn:") and ":key/" in key:
            return key
        return str(self._toolkit.account.api("kms").call("DescribeKey", KeyId=key)["KeyMetadata"]["Arn"])

    def server_times(self, copy: Copy) -> list[ServerTime]:
        """When AWS Backup began its job, and when that ended."""
        return self._from.server_times(copy)

    def asked_at(self, copy: Copy) -> datetime:
        """When the copy was asked for."""
        return self._toolkit.proofs.intended(copy).intended_at

    def destroy(self, copy: Copy) -> CopyState:
        """Let its job end, which nobody can stop, then delete its mount target and itself, proven to be this run's."""
        self._toolkit.proofs.intended(copy)
        if (gone_already := self._from.gone(copy)) is not None:
            return gone_already
        if self._toolkit.describe_confirmed(lambda: self._found(copy)) is None:
            return self._toolkit.never_created(copy)
        self.mounting.take_down(copy)
        self._toolkit.retry_while(lambda: self._prove_and_delete(copy), "FileSystemInUse")
        feed = file_system.feed(self._api, self._toolkit)
        self._toolkit.wait_until_gone(feed, copy, gone(file_system.STATES))
        return CopyState.DELETED

    def _prove_and_delete(self, copy: Copy) -> None:
        found = self._proven(copy)
        if found is None or file_system.state(found) == "deleting":
            return  # going, or gone: what was wanted
        try:
            self._api.call("DeleteFileSystem", FileSystemId=found["FileSystemId"])
        except NotFound:
            return

    def _proven(self, copy: Copy) -> Mapping[str, Any] | None:
        """The file system of a copy, proven to be this run's: then the guard lets what is done to its id through."""
        if (found := self._found(copy)) is None:
            return None
        self._toolkit.proofs.prove(copy, file_system.live(found, copy))
        self._vouch(copy, str(found["FileSystemId"]))
        return found

    def _tag(self, copy: Copy, arn: str) -> None:
        """Give what the job made the run's tags, and a name for the console; the job named it for ours."""
        id = arn.rpartition("/")[2]
        self._vouch(copy, id)
        worn = {**copy.tags, file_system.NAMED: copy.id}
        self._api.call("TagResource", ResourceId=id, Tags=[{"Key": key, "Value": worn[key]} for key in worn])

    def _vouch(self, copy: Copy, id: str) -> None:
        self._toolkit.account.guard.vouch(replace(copy, id=id, parent=copy.id))

    def described(self) -> Mapping[str, Any]:
        """The source as EFS describes it; NotRecoverable where it is not there."""
        if (source := file_system.described(self._beside, self._resource.id)) is None:
            hint = f"is it in {self._beside.region}, in this account?"
            told = f"no file system {self._resource.id} in {self._beside.region}"
            raise NotRecoverable(told, hint, file_system.CALL)
        self._home.context.described(self._resource, traits(source))
        return source

    def _kept(self) -> Kept:
        source = self.described()
        return Kept(source["FileSystemArn"], RESTORED.type, self._resource.name, source.get("CreationTime"))

    def _shown(self, copy: Copy) -> Live | None:
        found = self._found(copy)
        return file_system.live(found, copy) if found else None

    def _found(self, copy: Copy) -> Mapping[str, Any] | None:
        record = self._toolkit.proofs.record(copy)
        return file_system.copy_of(self._api, copy, record.identity.unique_id if record and record.identity else "")
