"""The parts of a copy of a machine that outlived it: volumes and network interfaces, each deleted once it is proven."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.aws.copies import TAG
from dr_orchestrator.aws.machines import PART_OF
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.errors import NotMeasured, UnsafeToDelete
from dr_orchestrator.resources.ec2_instance import machine


@dataclass(frozen=True)
class _Kind:
    """A kind of part: the key of its id, the calls that list and delete it, and the state in which it is going."""

    id: str
    listed: Callable[[Api, Copy], list[Mapping[str, Any]]]
    found: Callable[[Api, Sequence[str]], list[Mapping[str, Any]]]
    describe: str
    delete: str
    busy: str


_KINDS = (
    _Kind("VolumeId", machine.volumes, machine.volumes_of, "ec2:DescribeVolumes", "DeleteVolume", "VolumeInUse"),
    _Kind("NetworkInterfaceId", machine.cards, machine.cards_of, machine.CARDS, "DeleteNetworkInterface", "InUse"),
)


class Leaving:
    """Sees to it that nothing of a copy is left: all of it was to end with its machine, and another's hand may have
    had it otherwise.
    """

    def __init__(self, toolkit: Toolkit) -> None:
        self._toolkit, self._api = toolkit, toolkit.account.api("ec2")
        self._noted: dict[str, list[str]] = {kind.id: [] for kind in _KINDS}

    def note(self, found: Mapping[str, Any]) -> None:
        """Remember what a machine has that is about to be ended: what loses its tags is looked for by its id."""
        held = [each.get("Ebs") or {} for each in found.get("BlockDeviceMappings") or ()]
        for each in (*held, *(found.get("NetworkInterfaces") or ())):
            for kind, ids in self._noted.items():
                if kind in each and each[kind] not in ids:
                    ids.append(str(each[kind]))

    def nothing(self, copy: Copy) -> None:
        """Delete what outlived the machine; NotMeasured where something is still to be seen, UnsafeToDelete where
        something that it had is not proven to be the copy's.
        """
        for kind in _KINDS:
            self._toolkit.retry_while(lambda kind=kind: self._delete(copy, kind), kind.busy)  # type: ignore[misc]
            if left := self._toolkit.absence_confirmed(lambda kind=kind: self._left(copy, kind)):  # type: ignore[misc]
                told = f"{', '.join(left)}, made with {copy.id}, outlived it and could not be deleted"
                raise NotMeasured(told, "sweep again later", kind.describe)

    def _left(self, copy: Copy, kind: _Kind) -> list[str]:
        return [str(each[kind.id]) for each in self._there(copy, kind)]

    def _there(self, copy: Copy, kind: _Kind) -> list[Mapping[str, Any]]:
        noted = self._noted[kind.id]
        found = [*kind.listed(self._api, copy), *(kind.found(self._api, noted) if noted else ())]
        return list({str(each[kind.id]): each for each in found}.values())

    def _delete(self, copy: Copy, kind: _Kind) -> None:
        for each in self._there(copy, kind):
            id = str(each[kind.id])
            if each.get("State") == "deleting":
                continue
            self._prove(copy, id, each)
            self._toolkit.account.guard.vouch(replace(copy, id=id, parent=copy.id))
            try:
                self._api.call(kind.delete, **{kind.id: id})
            except NotFound:
                continue

    def _prove(self, copy: Copy, id: str, found: Mapping[str, Any]) -> None:
        """UnsafeToDelete unless ledger, tags and age agree that it was made with the copy; of an interface EC2 tells no
        age, and its description is what it was asked for with.
        """
        worn, proofs = machine.tags(found), self._toolkit.proofs
        proofs.intended(copy)
        if id in proofs.sources:
            raise UnsafeToDelete(f"{id} is a registered source: never deleted, whatever its tags say")
        if (worn.get(TAG), worn.get(PART_OF)) != (copy.run, copy.id):
            raise UnsafeToDelete(f"{id} does not wear the tags of {copy.id}")
        if "NetworkInterfaceId" in found and found.get("Description") != copy.id:
            raise UnsafeToDelete(f"{id} is described as '{found.get('Description')}', and not as {copy.id}")
        if not proofs.made_since(copy, found.get("CreateTime")):
            raise UnsafeToDelete(f"{id} is of {found.get('CreateTime')}, from before this run asked for {copy.id}")
