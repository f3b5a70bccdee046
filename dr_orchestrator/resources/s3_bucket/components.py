"""The parts of a drill of a bucket: its restorer, checks of its objects; and who beats its heart."""

from __future__ import annotations

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.checks.items import ItemChecks
from dr_orchestrator.checks.restored import OBJECT
from dr_orchestrator.checks.suite import Suite
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.resources.drillable import Order
from dr_orchestrator.resources.s3_bucket.heartbeat import beats
from dr_orchestrator.resources.s3_bucket.objects.comparing import Comparing
from dr_orchestrator.resources.s3_bucket.objects.reading import Objects
from dr_orchestrator.resources.s3_bucket.objects.versions import Where
from dr_orchestrator.resources.s3_bucket.restore import S3Bucket
from dr_orchestrator.resources.s3_bucket.vaulted import BucketFromVault
from dr_orchestrator.runner import Components


def components(order: Order) -> Components:
    """The restorer, and checks that read the drill's bucket, or the source beside it."""
    drill, toolkit = order.drill, order.toolkit
    given = (drill.resource, drill.selection, toolkit, beats(drill.resource, drill.checks))
    restorer = BucketFromVault(*given, drill.vault) if drill.vault is not None else S3Bucket(*given)
    there = restorer.there
    objects = Objects(lambda name: _read(drill.resource, toolkit if name == drill.resource.id else there, name))
    suite = Suite(
        drill.checks,
        toolkit.clock,
        items=ItemChecks(objects, lambda copy, _bucket: copy.id, lambda _bucket: drill.resource.id, OBJECT),
        store_of=lambda _check: drill.resource.name,
        patiently=toolkit.patiently,
        deep=Comparing(restorer, there.account.api("s3"), toolkit.patiently),
    )
    return Components(suite, restorer=restorer, isolated=restorer.isolated)


def _read(resource: Resource, toolkit: Toolkit, name: str) -> tuple[Api, Where]:
    """How a bucket is read where it stands, the source as it says of itself."""
    owner = toolkit.account.pinned or toolkit.account.caller().account
    where = Where(name, owner=owner, pays=name == resource.id and bool(resource.own.get("requester_pays")))
    return toolkit.account.api("s3"), where
