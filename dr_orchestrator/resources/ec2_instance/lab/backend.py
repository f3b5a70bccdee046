"""EC2's machines with durations, and with what EC2 refuses and moto lets pass: tokens, images, and their volumes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from importlib import import_module
from typing import Any, cast

from moto.ec2 import utils
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.amis import Ami
from moto.ec2.models.instances import Instance, InstanceState, Reservation, StateReason
from moto.ec2.utils import random_ami_id

from dr_orchestrator.lab.cloud.lifecycle import BRING_BASE, BRING_PER_GIB, PEND, passing
from dr_orchestrator.lab.cloud.world import ACCOUNT, world
from dr_orchestrator.lab.machines import sharing

START, CHECK, END = 25.0, 110.0, 40.0
"""Lab seconds: until a machine runs, until EC2's checks of it are done, and until it has ended."""

TOLD = 3600.0
"""Lab seconds for which EC2 tells of a machine that has ended."""

_CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
_NO_TOKEN = "ABCDE"  # noqa: S105 - the word of moto for a call without one


class Machines(EC2Backend):
    """One account's EC2 in one region."""

    @property
    def _url_module(self) -> Any:
        return import_module("moto.ec2.urls")

    @property
    def started(self) -> dict[str, Reservation]:
        """The machines that were started under a token."""
        return cast("dict[str, Reservation]", self.__dict__.setdefault("started_by_token", {}))

    def create_image(self, instance_id: str, *args: Any, **given: Any) -> Ami:
        """As moto; of the volumes that the machine has, a snapshot of each."""
        made: Any = super().create_image(instance_id, *args, **given)
        instance: Any = self.get_instance(instance_id)
        self.snapshots.pop(made.ebs_snapshot.id, None)
        made.root_device_type, made.root_device_name = "ebs", instance.root_device_name
        made.mapped = [_mapped(self, made.id, path, held) for path, held in instance.block_device_mapping.items()]
        return cast(Ami, made)

    def bring_image(self, token: str, source: str, region: str, name: str, key: str, worn: dict[str, Any]) -> Ami:
        """An image copied from another region, in time, with its snapshots; one for a token, and for a name."""
        if token and token in self.brought:
            return self.brought[token]
        if any(each.name == name for each in self.amis.values()):
            raise EC2ClientError("InvalidAMIName.Duplicate", f"AMI name {name} is already in use by AMI")
        copied = sharing.image(self, region, source)
        if copied is None:
            raise EC2ClientError("InvalidAMIID.NotFound", f"The image id '[{source}]' does not exist")
        sharing.refuse_to_copy(self, region, copied)
        mapped = [self._brought(each, region, key, worn) for each in copied.mapped]
        made: Any = Ami(self, random_ami_id(), instance=None, source_ami=copied, name=name)
        self.amis[made.id] = made
        self.snapshots.pop(made.ebs_snapshot.id, None)
        made.root_device_type, made.root_device_name = "ebs", copied.root_device_name
        made.source_image_id, made.source_image_region = source, region
        made.add_tags(worn.get("image") or {})
        made.mapped = mapped
        gib = sum(int(each["Ebs"]["VolumeSize"]) for each in made.mapped)
        fate = world().faults.fate("ec2", "CopyImage", name)
        made.timeline = passing([("pending", PEND + BRING_BASE + BRING_PER_GIB * gib)], "available", fate)
        self.brought[token or made.id] = made
        return cast(Ami, made)

    def _brought(self, mapped: dict[str, Any], region: str, key: str, worn: dict[str, Any]) -> dict[str, Any]:
        told = f"Copied for an image from {region}"
        snapshot: Any = self.copy_snapshot(mapped["Ebs"]["SnapshotId"], region, told, key or None)
        snapshot.add_tags(worn.get("snapshot") or {})
        return {**mapped, "Ebs": {**mapped["Ebs"], "SnapshotId": snapshot.id, "Encrypted": bool(snapshot.encrypted)}}

    @property
    def brought(self) -> dict[str, Ami]:
        """The images that were copied under a token."""
        return cast("dict[str, Ami]", self.__dict__.setdefault("brought_by_token", {}))

    def delete_snapshot(self, snapshot_id: str) -> Any:
        """As moto; one that an image is made of is in use."""
        for each in self.amis.values():
            held = {one["Ebs"]["SnapshotId"] for one in each.__dict__.get("mapped") or ()}
            if snapshot_id in held:
                raise EC2ClientError("InvalidSnapshot.InUse", f"The snapshot {snapshot_id} is in use by {each.id}")
        return super().delete_snapshot(snapshot_id)

    def run_instances(
        self, image_id: str, count: int, user_data: Any, security_group_names: list[str], **given: Any
    ) -> Reservation:
        """As moto, in time: one for a token, of an image that there is, with the volumes of that."""
        token = str(given.get("client_token") or _NO_TOKEN)
        if token == _NO_TOKEN:
            return super().run_instances(image_id, count, user_data, security_group_names, **given)
        if token in self.started:
            return self._again(token)
        if (image := self.amis.get(image_id)) is None:
            raise EC2ClientError("InvalidAMIID.NotFound", f"The image id '[{image_id}]' does not exist")
        cards, profile = dict(given["tags"].get("network-interface") or {}), given.get("iam_instance_profile_name")
        given["block_device_mappings"] = _merged(image, given.get("block_device_mappings") or [])
        with world().at_once():
            made = super().run_instances(image_id, count, user_data, security_group_names, **given)
        self.started[token] = made
        for each in made.instances:
            _completed(each, given["nics"], cards, str(profile or ""))
            self._start(each, token)
        return made

    def _again(self, token: str) -> Reservation:
        before = self.started[token]
        if all(each._state.name == "terminated" for each in before.instances):
            told = "The client token you have provided is associated with a resource that is already deleted."
            raise EC2ClientError("IdempotentInstanceTerminated", told)
        return before

    def associate_iam_instance_profile(self, instance_id: str, *args: Any, **given: Any) -> Any:
        """As moto, once: who asks for a machine again by its token asks for its profile again."""
        known = self.iam_instance_profile_associations.get(instance_id)
        again = any(each.id == instance_id for of in self.started.values() for each in of.instances)
        return known if known and again else super().associate_iam_instance_profile(instance_id, *args, **given)

    def _start(self, made: Any, token: str) -> None:
        fate = world().faults.fate("ec2", "RunInstances", token)
        timeline = passing([("pending", START), ("initializing", CHECK)], "running", fate)
        _become(made, timeline.at(world().now()))
        for until, _ in timeline.steps:
            world().agenda.at(until, partial(self._pass, made, timeline.at(until)))

    def _pass(self, made: Any, state: str) -> None:
        if made._state.name in ("shutting-down", "terminated"):
            return
        if state == "terminated":
            made.state_reason = StateReason("Client.InternalError: Client error on launch", "Client.InternalError")
            self._ended(made)
        else:
            _become(made, state)

    def terminate_instances(self, instance_ids: list[str]) -> list[tuple[Instance, InstanceState]]:
        """Ending takes its time; a machine that is protected from it is not ended."""
        ended = []
        for each in instance_ids:
            found: Any = self.get_instance(each)
            if found.disable_api_termination:
                return super().terminate_instances([each])  # which refuses
            ended.append((found, InstanceState(found._state.name, found._state.code)))
            if found._state.name in ("shutting-down", "terminated"):
                continue
            _become(found, "shutting-down")
            reason = "Client.UserInitiatedShutdown"
            found.state_reason = StateReason(f"{reason}: User initiated shutdown", reason)
            world().agenda.at(world().now() + timedelta(seconds=END), partial(self._ended, found))
        return cast("list[tuple[Instance, InstanceState]]", ended)

    def _ended(self, machine: Any) -> None:
        reason = machine.state_reason
        if machine._state.name != "terminated":
            machine.terminate()
            machine.state_reason = reason
            gone = world().now() + timedelta(seconds=TOLD)
            world().agenda.at(gone, partial(self._forget_machine, machine))

    def _forget_machine(self, machine: Any) -> None:
        for id, each in list(self.reservations.items()):
            if machine in each.instances:
                self.reservations.pop(id)


def _mapped(backend: Any, image: str, path: str, held: Any) -> dict[str, Any]:
    """A volume of an image, by a snapshot of the machine's."""
    volume = backend.get_volume(held.volume_id)
    snapshot = backend.create_snapshot(volume.id, f"Created by CreateImage for {image}")
    ebs = {
        "SnapshotId": snapshot.id,
        "VolumeSize": volume.size,
        "VolumeType": volume.volume_type,
        "DeleteOnTermination": bool(held.delete_on_termination),
        "Encrypted": bool(volume.encrypted),
    }
    return {"DeviceName": path, "Ebs": ebs}


def _merged(image: Any, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The volumes of an image, each with what was given for it."""
    asked = {each["DeviceName"]: each["Ebs"] for each in given}
    return [
        {
            "DeviceName": each["DeviceName"],
            "Ebs": {
                **each["Ebs"],
                **{key: value for key, value in asked.get(each["DeviceName"], {}).items() if value is not None},
                "Encrypted": each["Ebs"]["Encrypted"],
            },
        }
        for each in image.__dict__.get("mapped", ())
    ]


def _completed(made: Any, cards: list[Mapping[str, Any]], tags: dict[str, str], profile: str) -> None:
    """Complete what moto forgets of a machine: the groups, tags and words of its network interface, and its profile."""
    groups = [group for card in cards for group in card.get("Groups") or ()]
    made.security_groups = [made.ec2_backend.get_security_group_from_id(each) for each in groups]
    described = next((str(card["Description"]) for card in cards if card.get("Description")), "")
    for nic in made.nics.values():
        nic.add_tags(tags)
        nic.description = described or nic.description
    if profile:
        arn = f"arn:aws:iam::{ACCOUNT}:instance-profile/{profile}"
        made.iam_instance_profile = {"Arn": arn, "Id": f"AIPA{profile.upper()}"}
    made.without_agent = not profile


def _become(machine: Any, state: str) -> None:
    """Give it a state of EC2's; `initializing` is one that runs while EC2 is still checking it."""
    told = "running" if state == "initializing" else state
    machine._state = InstanceState(told, _CODES.get(told, 16))
    machine.checked = "initializing" if state == "initializing" else "ok"


def _status(self: Any) -> dict[str, Any]:
    """EC2's check of a machine by now."""
    if self._state.name != "running":
        return {"Status": "not-applicable"}
    status = self.__dict__.get("checked", "ok")
    passed = {"ok": "passed", "impaired": "failed"}.get(status, status)
    return {"Status": status, "Details": [{"Name": "reachability", "Status": passed}]}


def _let_go(self: Any) -> None:
    """A machine that has ended has no volume: those that end with it are gone, the others are free."""
    backend = self.ec2_backend
    for path, held in list(self.block_device_mapping.items()):
        del self.block_device_mapping[path]
        volume = backend.volumes.get(held.volume_id)
        if volume is not None:
            volume.attachment = None
        if held.delete_on_termination:
            backend.volumes.pop(held.volume_id, None)
    for nic in self.nics.values():
        nic.instance = nic.attachment_id = None
        nic.status = "available"


def _volumes_of_image(self: Any) -> list[dict[str, Any]]:
    mapped = self.__dict__.get("mapped")
    return list(mapped) if mapped is not None else cast("list[dict[str, Any]]", _by_moto.fget(self))


def _state_of_image(self: Any) -> str:
    """An image's state by now: moto completes each at once; one is not complete before its snapshots are."""
    timeline = self.__dict__.get("timeline")
    state = str(timeline.at(world().now())) if timeline else str(self.__dict__.get("state", "available"))
    held = (each["Ebs"].get("SnapshotId") for each in self.__dict__.get("mapped") or ())
    made_of = (self.ec2_backend.snapshots.get(each) for each in held) if timeline and state == "available" else ()
    return "pending" if any(each is not None and each.status == "pending" for each in made_of) else state


def _keep_state(self: Any, state: str) -> None:
    self.__dict__["state"] = state


def _passes(instance: Any, filters: dict[str, Any]) -> bool:
    """As moto, which knows no filter by the token of a request."""
    wanted = filters.get("client-token")
    rest = {name: values for name, values in filters.items() if name != "client-token"}
    return (wanted is None or instance.client_token in wanted) and bool(_passes_by_moto(instance, rest))


_passes_by_moto: Any = utils.passes_filter_dict
_by_moto: Any = Ami.__dict__["block_device_mappings"]

PATCHES = (
    (utils, "passes_filter_dict", _passes),
    (Instance, "instance_status", property(_status)),
    (Instance, "system_status", property(_status)),
    (Instance, "teardown_defaults", _let_go),
    (Ami, "block_device_mappings", property(_volumes_of_image)),
    (Ami, "state", property(_state_of_image, _keep_state)),
)
