"""The answers of EC2 that moto gives otherwise, or not at all."""

from __future__ import annotations

from typing import Any, cast

from moto.core.responses import ActionResult
from moto.ec2.responses import EC2Response
from moto.ec2.utils import generic_filter

from dr_orchestrator.lab.cloud.world import world
from dr_orchestrator.lab.machines import sharing
from dr_orchestrator.lab.machines.answers import page
from dr_orchestrator.resources.ebs_volume.lab.backend import Volumes


def _describe_volumes(self: Any) -> ActionResult:
    ids, filters = self._get_param("VolumeIds", []), self._filters_from_querystring()
    return page(self, "Volumes", self.ec2_backend.describe_volumes(volume_ids=ids, filters=filters))


def _describe_snapshots(self: Any) -> ActionResult:
    ids, filters = self._get_param("SnapshotIds", []), self._filters_from_querystring()
    lent = [] if self._get_param("OwnerIds") else list(sharing.snapshots(self.ec2_backend))
    theirs = [each for each in lent if not ids or each.id in ids]  # moto shows an account its own alone
    own = [each for each in ids if each not in {one.id for one in theirs}]
    found = self.ec2_backend.describe_snapshots(snapshot_ids=own, filters=filters) if own or not ids else []
    found += generic_filter(filters, theirs)
    shown = [each for each in found if not world().faults.pretends("no-snapshot", "ec2", each.volume.id)]
    return page(self, "Snapshots", shown)


def _create_volume(self: Any) -> ActionResult:
    """moto makes one a call: a token makes one alone, and only what was first asked under it."""
    backend, token = cast(Volumes, self.ec2_backend), str(self._get_param("ClientToken") or "")
    asked = tuple(self._get_param(each) for each in ("SnapshotId", "AvailabilityZone", "VolumeType", "Size"))
    if token in backend.tokens:
        before, known = backend.tokens[token]
        if before == asked and known.id in backend.volumes:
            return ActionResult(known)
    made: Any = _create_by_moto(self)._result
    made.volume_initialization_rate = rate = self._get_param("VolumeInitializationRate")
    backend.first_reads(made, rate)
    if not world().hurried:
        backend.once(token, asked, made)
    return ActionResult(made)


def _fast_restores(self: Any) -> ActionResult:
    """Those that somebody set up; moto knows none."""
    wanted = self._filters_from_querystring()
    ids, zones = wanted.get("snapshot-id"), wanted.get("availability-zone")
    backend = cast(Volumes, self.ec2_backend)
    shown = [
        each.told(backend.account_id)
        for each in backend.fast.values()
        if (not ids or each.snapshot in ids) and (not zones or each.zone in zones)
    ]
    return ActionResult({"FastSnapshotRestores": shown})


def _enable_fast_restores(self: Any) -> ActionResult:
    """Snapshots are restored fast in zones, once that is set up; one that is not there is told."""
    backend = cast(Volumes, self.ec2_backend)
    done, lacking = list[dict[str, Any]](), list[dict[str, Any]]()
    for id in self._get_param("SourceSnapshotIds", []):
        if id not in backend.snapshots:
            lacking.append({"SnapshotId": id, "FastSnapshotRestoreStateErrors": []})
            continue
        done += [
            backend.restore_fast(id, zone).told(backend.account_id) for zone in self._get_param("AvailabilityZones")
        ]
    return ActionResult({"Successful": done, "Unsuccessful": lacking})


def _default_key(self: Any) -> ActionResult:
    """The key under which EBS encrypts by default; moto knows whether it does, and no key of it."""
    return ActionResult({"KmsKeyId": cast(Volumes, self.ec2_backend).default_key})


def _give_default_key(self: Any) -> ActionResult:
    backend = cast(Volumes, self.ec2_backend)
    backend.default_key = str(self._get_param("KmsKeyId"))
    return _default_key(self)


_create_by_moto = EC2Response.create_volume

PATCHES = (
    (EC2Response, "describe_volumes", _describe_volumes),
    (EC2Response, "describe_snapshots", _describe_snapshots),
    (EC2Response, "create_volume", _create_volume),
    (EC2Response, "describe_fast_snapshot_restores", _fast_restores),
    (EC2Response, "enable_fast_snapshot_restores", _enable_fast_restores),
    (EC2Response, "get_ebs_default_kms_key_id", _default_key),
    (EC2Response, "modify_ebs_default_kms_key_id", _give_default_key),
)
