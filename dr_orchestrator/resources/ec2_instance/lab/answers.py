"""The answers of EC2 about images and machines that moto gives otherwise."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.responses import EC2Response
from moto.ec2.utils import generic_filter

from dr_orchestrator.lab.cloud.world import world
from dr_orchestrator.lab.machines import sharing
from dr_orchestrator.lab.machines.answers import page


def _describe_images(self: Any) -> ActionResult:
    ids, owners = self._get_param("ImageIds", []), self._get_param("Owners", [])
    filters = self._filters_from_querystring()
    lent = [] if owners else list(sharing.images(self.ec2_backend))
    theirs = [each for each in lent if not ids or each.id in ids]  # moto shows an account its own alone
    own = [each for each in ids if each not in {one.id for one in theirs}]
    given = {"exec_users": self._get_param("ExecutableUsers", []), "owners": owners, "filters": filters}
    found = self.ec2_backend.describe_images(ami_ids=own, **given) if own or not ids else []
    found += generic_filter(filters, theirs)
    shown = [each for each in found if not world().faults.pretends("no-snapshot", "ec2", str(each.instance_id))]
    return page(self, "Images", shown)


def _copy_image(self: Any) -> ActionResult:
    """moto knows neither token nor key of one, and tags nothing."""
    made = self.ec2_backend.bring_image(
        self._get_param("ClientToken") or "",
        self._get_param("SourceImageId"),
        self._get_param("SourceRegion"),
        self._get_param("Name"),
        self._get_param("KmsKeyId") or "",
        self._parse_tag_specification(),
    )
    return ActionResult({"ImageId": made.id})


def _any_mapping(mapping: object) -> None:
    """moto wants a size or a snapshot: EC2 takes those of the image, whatever else of them is given."""


PATCHES = (
    (EC2Response, "describe_images", _describe_images),
    (EC2Response, "copy_image", _copy_image),
    (EC2Response, "_validate_block_device_mapping", staticmethod(_any_mapping)),
)
