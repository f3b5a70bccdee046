"""A bucket as part of an environment: known by the tags of its stack, taken down should it outlive that."""

from __future__ import annotations

from functools import cached_property

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, CopyState, Identity, Place
from dr_orchestrator.domain.replica import Brought
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.s3_bucket import bucket
from dr_orchestrator.resources.s3_bucket.name import NAME
from dr_orchestrator.resources.s3_bucket.restore import S3Bucket


class BucketMember:
    """The buckets in an environment."""

    type = NAME

    def __init__(self, toolkit: Toolkit, place: Place) -> None:
        """`place` is where the environment stands."""
        self._tools, self._place = toolkit, place

    @cached_property
    def _there(self) -> Toolkit:
        return self._tools.at(self._place)

    @property
    def _api(self) -> Api:
        return self._there.account.api("s3")

    @property
    def _owner(self) -> str:
        return self._there.account.pinned or self._there.account.caller().account

    def identity(self, name: str) -> Identity | None:
        """The identity of a bucket: its name, and the stack that made it."""
        worn = bucket.tags(self._api, name, self._owner)
        return None if worn is None else bucket.identity(self._api, name, worn)

    def proven(self, name: str, stack: Copy, stack_id: str, *, empty: bool) -> Identity:
        """The identity of a bucket that wears the tags of the run's stack and is younger, and, where asked, empty."""
        found = self._there.describe_confirmed(lambda: bucket.describe(self._api, name))  # it is listed a little later
        if found is None:
            raise NotRecoverable(f"{stack.id} made {name}, which is no {self.type}")
        live = bucket.live(self._api, found, self._owner)
        self._there.proofs.prove_member(stack, stack_id, live)
        given = {"Bucket": name, "ExpectedBucketOwner": self._owner}
        told = self._api.call("ListObjectVersions", **given, MaxKeys=1) if empty else {}
        if told.get("Versions") or told.get("DeleteMarkers"):
            hint = "nothing was put into it; let the replica do without what puts objects there: `leave_out`"
            raise NotMeasured(f"{name} holds objects already", hint, "s3:ListObjectVersions")
        return Identity(bucket.arn(self._api, name), live.unique_id)

    def fill(self, source: Copy, target: Copy) -> int:
        """No restored copy fills a bucket: NotMeasured."""
        raise NotMeasured(f"{target.id} is filled from production's versions, and not from {source.id}")

    def brought(self, name: str) -> Brought:
        """No stack imports a bucket: NotMeasured."""
        raise NotMeasured(f"{name} is filled from production's versions, and not imported")

    def destroy(self, copy: Copy) -> CopyState:
        """Empty and delete a bucket that outlived its stack, proven as any copy."""
        there = self._tools.at(copy.place)
        return S3Bucket(Resource(copy.id, NAME, "", copy.region), None, there).destroy(copy)
