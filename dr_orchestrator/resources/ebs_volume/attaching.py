"""Attaches a copy to the machine that reads it, and takes it off again; each call once the volume is proven."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dr_orchestrator.aws.calls.api import NotFound, Refused
from dr_orchestrator.aws.machines.commands import Commands
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import States
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.errors import DrillFault, NotMeasured, NotRecoverable, Stopped
from dr_orchestrator.resources.ebs_volume import scripts, volume
from dr_orchestrator.resources.ebs_volume.reader import Reader
from dr_orchestrator.resources.ebs_volume.scripts import Device

_ATTACHED = States(ready=frozenset({volume.IN_USE}), dead=volume.STATES.dead, progress=frozenset({volume.FREE}))
_FREE = States(ready=frozenset({volume.FREE, "absent"}), progress=frozenset({volume.IN_USE, "error", "deleting"}))
_RELEASED_WITHIN = 60.0
_TAKEN = "already in use"
"""The words of EC2 on the name of a device that another volume has: no code of its own tells it."""

Proven = Callable[[Copy], Mapping[str, Any] | None]
"""Describes the volume of a copy once it is proven to be this run's; None where it is gone."""


class Attaching:
    """Attaches copies to one machine."""

    def __init__(self, toolkit: Toolkit, reader: Reader, proven: Proven) -> None:
        self._toolkit, self._reader, self._proven = toolkit, reader, proven
        self._api = toolkit.account.api("ec2")

    def attach(self, copy: Copy) -> None:
        """Attach it, unless it is already; NotRecoverable where it is attached to anything else."""
        found = self._own(copy)
        if not self._where(found):
            self._put_on(copy, str(found["VolumeId"]))
        feed, toolkit = volume.feed(self._api, self._toolkit), self._toolkit
        toolkit.wait_until_ready(feed, copy, _ATTACHED, lambda seen: self._is_attached(seen.detail))

    def _put_on(self, copy: Copy, id: str) -> None:
        """Attach it under a free name; the next where another drill was given that one since the machine was seen."""
        refused: set[str] = set()
        while True:
            device = self._reader.free_device(copy.id, refused)
            try:
                self._api.call("AttachVolume", VolumeId=id, InstanceId=self._reader.id, Device=device)
            except Refused as told:
                taken = told.code == "InvalidParameterValue" and _TAKEN in str(told)
                if not taken and "InUse" not in told.code and told.code != "IncorrectState":
                    raise
                if self._where(self._own(copy)):  # by a call whose answer was lost
                    return
                if not taken:
                    raise
                refused.add(device)
            else:
                return

    def attached(self, copy: Copy) -> Device:
        """As what it is attached; NotMeasured where it is not attached to the machine."""
        found = self._own(copy)
        where = self._where(found)
        if where is None or where.get("State") != "attached":
            raise NotMeasured(f"{copy.id} is not attached to {self._reader.id}, which is to read it", call=volume.CALL)
        fast = bool(found.get("FastRestored"))
        return Device(str(found["VolumeId"]), str(where["Device"]), int(found["Size"]), fast)

    def detach(self, copy: Copy) -> None:
        """Take it off whatever it is attached to, and wait until it is free; nothing where it is already, or gone."""
        found = self._proven(copy)
        if found is None or not (held := volume.attachments(found)):
            return
        of = Device(str(found["VolumeId"]), str(held[0].get("Device") or ""), int(found["Size"]))
        self._release(copy, str(held[0].get("InstanceId") or ""), of)
        self._toolkit.retry_transient(lambda: self._take_off(copy))
        self._toolkit.wait_until_gone(volume.feed(self._api, self._toolkit), copy, _FREE)

    def _take_off(self, copy: Copy) -> None:
        found = self._proven(copy)
        if found is None or not any(each.get("State") != "detaching" for each in volume.attachments(found)):
            return
        try:
            self._api.call("DetachVolume", VolumeId=found["VolumeId"])
        except NotFound:
            return
        except Refused as refused:
            if refused.code != "IncorrectState":  # it is free already
                raise

    def _release(self, copy: Copy, machine: str, of: Device) -> None:
        """Have the machine let it go; one that does not answer, or that nobody declares, is not waited for."""
        try:
            Commands(self._toolkit, machine, stops=False).run(copy, scripts.release(of), _RELEASED_WITHIN)
        except Stopped:
            raise
        except DrillFault as fault:
            self._toolkit.context.asked_again(f"{machine} was not asked to let {copy.id} go: {fault}")

    def _own(self, copy: Copy) -> Mapping[str, Any]:
        found = self._proven(copy)
        if found is None:
            raise NotMeasured(f"{copy.id} is not to be seen", call=volume.CALL)
        return found

    def _where(self, found: Mapping[str, Any]) -> Mapping[str, Any] | None:
        held = volume.attachments(found)
        for each in held:
            if each.get("InstanceId") != self._reader.id:
                told = f"{volume.name(found)} is attached to {each.get('InstanceId')}, and not to {self._reader.id}"
                raise NotRecoverable(told, call=volume.CALL)
        return held[0] if held else None

    def _is_attached(self, found: Mapping[str, Any]) -> bool:
        return any(each.get("State") == "attached" for each in volume.attachments(found))
