"""Gives a copy the mount target by which it is read, and takes it away again; each call once the copy is proven."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dr_orchestrator.aws.calls.api import NotFound, Refused
from dr_orchestrator.aws.machines.commands import Commands
from dr_orchestrator.aws.toolkit import Toolkit, gone
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import DrillFault, NotMeasured, NotRecoverable, Stopped
from dr_orchestrator.resources.efs_file_system import file_system, mount_targets, scripts
from dr_orchestrator.resources.efs_file_system.scripts import Share

QUOTA = frozenset({"NoFreeAddressesInSubnet", "NetworkInterfaceLimitExceeded"})
"""The errors of EFS where there is no place for a mount target now, and may be one later."""

_RELEASED_WITHIN = 60.0

Proven = Callable[[Copy], Mapping[str, Any] | None]
"""Describes the file system of a copy once it is proven to be this run's; None where it is gone."""


class Mounting:
    """Mounts copies where a resource says."""

    def __init__(
        self, toolkit: Toolkit, resource: Resource, groups: Callable[[], Sequence[str]], proven: Proven
    ) -> None:
        """`toolkit` is that of where the copy stands; `groups` tells the security groups of the mount target."""
        self._toolkit, self._resource, self._groups, self._proven = toolkit, resource, groups, proven
        self._api = toolkit.account.api("efs")

    def mount(self, copy: Copy) -> Mapping[str, Any]:
        """Make the mount target, unless it is there, and wait for it; NotMeasured where it fails, or another is.

        By then the backup is restored: what the network does says nothing of it.
        """
        found = self._target(copy)
        if found is None:
            self._toolkit.ask(lambda: self._make(copy), QUOTA)
            found = self._toolkit.describe_confirmed(lambda: self._target(copy))
        if found is None:
            raise NotMeasured(f"{copy.id} got a mount target that is not to be seen", call=mount_targets.CALL)
        feed, id = mount_targets.feed(self._api, self._toolkit), str(found["MountTargetId"])
        try:
            return self._toolkit.wait_until_ready(feed, copy, mount_targets.STATES, name=id).detail
        except NotRecoverable as fault:
            told = f"the mount target of {copy.id}, which is restored, failed: {fault.message}"
            raise NotMeasured(told, fault.hint, mount_targets.CALL) from fault

    def _make(self, copy: Copy) -> None:
        """Ask for one; a refusal for one that is there was the answer to an earlier call of ours, or is another's."""
        given = {"SubnetId": self._resource.own["mount"].subnet, "SecurityGroups": list(self._groups())}
        id = str(self._own(copy)["FileSystemId"])
        try:
            self._api.call("CreateMountTarget", FileSystemId=id, **given)
        except Refused as refused:
            if refused.code != "MountTargetConflict":
                raise

    def _target(self, copy: Copy) -> Mapping[str, Any] | None:
        """The mount target of a copy; NotMeasured where it stands elsewhere: no drill made that."""
        found = list(mount_targets.listed(self._api, str(self._own(copy)["FileSystemId"])))
        for each in found:
            if each["SubnetId"] != self._resource.own["mount"].subnet:
                raise NotMeasured(f"{copy.id} is mounted in {each['SubnetId']}, too", call=mount_targets.CALL)
        return next(iter(found), None)

    def mounted(self, copy: Copy) -> Share:
        """Where it is to be mounted from; NotMeasured where it cannot be."""
        found = self._target(copy)
        if found is None or found["LifeCycleState"] != mount_targets.READY or not found.get("IpAddress"):
            raise NotMeasured(f"{copy.id} has no mount target that can be used", call=mount_targets.CALL)
        return Share(str(found["FileSystemId"]), str(found["IpAddress"]))

    def take_down(self, copy: Copy) -> None:
        """Have the machine let the copy go, and delete its mount targets; nothing where there are none, or no copy."""
        found = self._proven(copy)
        if found is None:
            return
        targets = list(mount_targets.listed(self._api, str(found["FileSystemId"])))
        if targets:
            self._release(copy, Share(str(found["FileSystemId"]), str(targets[0].get("IpAddress") or "")))
        for each in targets:
            id = str(each["MountTargetId"])
            self._toolkit.retry_while(lambda id=id: self._delete(copy, id), "DependencyTimeout")  # type: ignore[misc]
            states = gone(mount_targets.STATES)
            self._toolkit.wait_until_gone(mount_targets.feed(self._api, self._toolkit), copy, states, name=id)

    def _delete(self, copy: Copy, id: str) -> None:
        """Delete one of the mount targets that the copy is seen to have right before: they wear no tag of their own."""
        found = self._proven(copy)
        if found is None:
            return
        held = {str(each["MountTargetId"]): each for each in self._held(found)}
        if id not in held or mount_targets.is_going(held[id]):
            return  # going, or gone: what was wanted
        self._toolkit.account.guard.vouch(replace(copy, id=id, parent=copy.id))
        try:
            self._api.call("DeleteMountTarget", MountTargetId=id)
        except NotFound:
            return

    def _held(self, found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        id = str(found["FileSystemId"])
        return [each for each in mount_targets.listed(self._api, id) if each["FileSystemId"] == id]

    def _release(self, copy: Copy, of: Share) -> None:
        """Have the machine let it go; one that does not answer, or that nobody declares, is not waited for."""
        mount = self._resource.own.get("mount")
        if mount is None:
            told = f"no machine was asked to let {copy.id} go: nobody declares any more which one reads it"
            self._toolkit.context.asked_again(told)
            return
        try:
            Commands(self._toolkit, mount.reader, stops=False).run(copy, scripts.release(of), _RELEASED_WITHIN)
        except Stopped:
            raise
        except DrillFault as fault:
            self._toolkit.context.asked_again(f"{mount.reader} was not asked to let {copy.id} go: {fault}")

    def _own(self, copy: Copy) -> Mapping[str, Any]:
        found = self._proven(copy)
        if found is None:
            raise NotMeasured(f"{copy.id} is not to be seen", call=file_system.CALL)
        return found
