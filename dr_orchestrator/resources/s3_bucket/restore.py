"""Restores a bucket as of an instant from its versions: into a bucket that the drill makes, shuts and takes down."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from dr_orchestrator.aws.calls.answers import Strange
from dr_orchestrator.aws.calls.api import NotFound, Refused
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.aws.emptying import Emptying
from dr_orchestrator.aws.preflight import place
from dr_orchestrator.aws.preflight.region import place_of
from dr_orchestrator.aws.toolkit import Toolkit, gone
from dr_orchestrator.aws.watcher import States
from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.evidence import Asked, Ready, Seen
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.s3_bucket import bucket
from dr_orchestrator.resources.s3_bucket.objects.copying import Copying, Done, Target, by_s3
from dr_orchestrator.resources.s3_bucket.objects.versions import Version, Where, current, lacking
from dr_orchestrator.resources.s3_bucket.objects.wanted import Wanted
from dr_orchestrator.resources.s3_bucket.settings import OWNED, SHUT, Settings, key_of
from dr_orchestrator.resources.s3_bucket.source import Source
from dr_orchestrator.resources.s3_bucket.weighing import BESIDE, BESIDES, Weighing

STATES = States(ready=frozenset({bucket.THERE}), progress=frozenset({"absent"}))
AS_OF = "dr-drill:as-of"
"""The tag with the instant that a copy is restored to: whoever goes on with it reads it there."""

QUOTA = frozenset({"TooManyBuckets"})
CALLED = "a bucket"
_OF_S3 = "a key of S3"
_HOME = "us-east-1"
"""The one region of which S3 wants no word where a bucket is made."""


class S3Bucket:
    """Restores a bucket, or what lies in it under a prefix."""

    def __init__(
        self,
        resource: Resource,
        selection: Selection | None,
        toolkit: Toolkit,
        always: frozenset[str] = frozenset(),
    ) -> None:
        """Without a selection it can choose nothing, and only takes copies down. `always` are keys that no sample
        leaves out.
        """
        to = place_of(resource)
        self._resource, self._home = resource, toolkit
        self._toolkit = toolkit if to is None else toolkit.at(to)
        self._api = self._toolkit.account.api("s3")
        self._source = Source(resource, selection or Selection(), toolkit, always)

    @property
    def there(self) -> Toolkit:
        """The tools where the copy stands: beside its source, or where the drill says."""
        return self._toolkit

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """Source, versions, size, key, and whether the copy's name is free."""
        return [
            PreflightCheck("source", self._source.seen),
            PreflightCheck("versions", self._source.versions_seen),
            PreflightCheck("inventory", self._source.inventory_seen),
            PreflightCheck("size", self._look_at_size, must=False),
            PreflightCheck("name of the copy", lambda: self._look_at_name(copy)),
            PreflightCheck("key", self._source.key_seen, must=False),
            PreflightCheck("replication", self._source.replication_seen, must=False),
        ]

    def _look_at_name(self, copy: Copy) -> str:
        found = bucket.describe(self._api, copy.id)
        return self._toolkit.proofs.name_is_free(copy, self._live(found) if found else None, CALLED)

    def _look_at_size(self) -> str:
        return self._weighing.seen(self._toolkit.target, self._toolkit.ceiling)

    @cached_property
    def _weighing(self) -> Weighing:
        return self._source.weighing(BESIDE)

    def billed(self, name: str = "") -> Billed:
        """The objects of its source that would be copied, as far as AWS tells; of a copy that is there, by its `name`,
        nobody knows how far it came.
        """
        return Billed(besides=f"the requests and the storage of {name}") if name else self._weighing.billed(BESIDES)

    def choose(self) -> RecoveryPoint:
        """The asked instant, or now; NotRecoverable where the bucket keeps no versions."""
        return self._source.choose()

    def worst_case(self, until: datetime) -> WorstCase | None:
        """Nothing is lost of what S3 took while it keeps versions, unless it is lost itself."""
        return self._source.worst_case(until)

    def restore(self, point: RecoveryPoint, copy: Copy) -> Asked:
        """Make the drill's bucket; NotRecoverable where there was nothing in the source at the instant."""
        return Asked(self._made(point, copy, self._has_some))

    def _has_some(self, point: RecoveryPoint, copy: Copy) -> None:
        if next(self._wanted(point.data_time, copy).read(), None) is None:
            raise self._source.nothing(point.data_time)

    def _made(
        self,
        point: RecoveryPoint,
        copy: Copy,
        look: Callable[[RecoveryPoint, Copy], None] = lambda _point, _copy: None,
    ) -> Identity:
        """The drill's bucket, which is made where it is not there, after a `look`; ours is adopted."""
        if (worn := bucket.tags(self._api, copy.id, self._owner)) is None:
            look(point, copy)
            self._toolkit.ask(lambda: self._make(point, copy), QUOTA)
            worn = bucket.tags(self._api, copy.id, self._owner)
        if worn is None:
            raise NotMeasured(f"{copy.id} was made and is not to be seen", call=bucket.TAGS_CALL)
        identity = bucket.made_now(self._api, copy.id, worn)
        found = bucket.describe(self._api, copy.id)
        created_at = found.created_at if found else None
        self._toolkit.proofs.adopt(copy, Live(copy.id, identity.unique_id, worn, created_at=created_at), CALLED)
        return identity

    def _make(self, point: RecoveryPoint, copy: Copy) -> None:
        """Make a bucket that wears its tags from its first moment on; S3 answers alike where it is there already."""
        worn = {**copy.tags, AS_OF: point.data_time.isoformat(), bucket.MADE: f"{copy.id}:{secrets.token_hex(8)}"}
        made: dict[str, Any] = {"Tags": [{"Key": key, "Value": value} for key, value in worn.items()]}
        if self._api.region != _HOME:
            made["LocationConstraint"] = self._api.region
        try:
            given = {"CreateBucketConfiguration": made, "ObjectOwnership": OWNED}
            if copy.id not in (where := self._api.call("CreateBucket", Bucket=copy.id, **given)["Location"]):
                raise Strange(f"it made a bucket at {where}", "s3:CreateBucket")
        except Refused as refused:
            if refused.code == "BucketAlreadyExists":
                told = f"{CALLED} {copy.id} exists already and is not of this run: it is another account's"
                raise NotRecoverable(told, call="s3:CreateBucket") from refused
            if refused.code != "BucketAlreadyOwnedByYou":
                raise

    def ready(self, copy: Copy) -> Ready:
        """Wait until the bucket is there, shut it, then copy what it lacks of what the source held at the instant."""
        self._toolkit.wait_until_ready(bucket.feed(self._api, self._toolkit), copy, STATES)
        self._toolkit.proofs.same(copy, self._identity(copy).unique_id)
        self._shut(copy)
        wanted = self._wanted(self.instant(copy), copy)
        target, lacks = Target(copy, self._owner), lacking(wanted.read(), self.objects(copy))
        way = by_s3(self._api, self._source.where, target)
        done = Copying(way, self._toolkit, self._api, self._source.where, target, lacks).copy()
        return Ready(words=told(wanted, done))

    def instant(self, copy: Copy) -> datetime:
        """The instant that a copy is restored to, as it says itself; NotMeasured where it does not."""
        try:
            return datetime.fromisoformat((bucket.tags(self._api, copy.id, self._owner) or {})[AS_OF])
        except (KeyError, ValueError) as wrong:
            told = f"{copy.id} does not say which instant it is restored to"
            raise NotMeasured(told, f"does it wear the tag {AS_OF}?", bucket.TAGS_CALL) from wrong

    def wanted(self, copy: Copy) -> Wanted:
        """The objects that a copy has to hold."""
        return self._wanted(self.instant(copy), copy)

    def at(self, copy: Copy) -> Where:
        """Where a copy is read."""
        return Where(copy.id, owner=self._owner, versions=False)

    def objects(self, copy: Copy) -> Iterator[Version]:
        """The objects that a copy holds."""
        return current(self._api, self.at(copy))

    def digests(self, copy: Copy) -> bool:  # noqa: ARG002 - it is encrypted as its source
        """Whether the ETag of what was copied in one part is a digest of it: no key of KMS encrypts it."""
        return self._digests

    @cached_property
    def _digests(self) -> bool:
        return bool(self._encrypted().get("SSEAlgorithm") == "AES256")

    def _wanted(self, instant: datetime, copy: Copy) -> Wanted:
        return self._source.wanted(instant, copy.run, self._versions)

    def _versions(self, instant: datetime) -> Iterator[Version]:
        """The versions of the source, as they are found."""
        return self._source.versions(instant)

    def _shut(self, copy: Copy) -> None:
        """Let nobody outside the account in, and encrypt as the source does; before anything is in it."""
        given = {"Bucket": copy.id, "ExpectedBucketOwner": self._owner}
        self._api.call("PutPublicAccessBlock", **given, PublicAccessBlockConfiguration=dict(SHUT))
        rule = {"Rules": [{"ApplyServerSideEncryptionByDefault": dict(self._encrypted())}]}
        self._api.call("PutBucketEncryption", **given, ServerSideEncryptionConfiguration=rule)

    def _encrypted(self) -> Mapping[str, Any]:
        """How a copy is to be encrypted: as its source is."""
        return self._source.encryption()

    def isolated(self, copy: Copy) -> Seen:
        """Prove of the live copy that it is where its source is, or where the drill says, shut to all others, and
        encrypted as its source is, or as the drill says.
        """
        found, own = bucket.describe(self._api, copy.id), Settings(self._api, copy.id, self._owner)
        if found is None:
            raise NotMeasured(f"{copy.id} is not to be seen", call=bucket.CALL)
        self._toolkit.proofs.same(copy, self._identity(copy).unique_id)
        where = place.same(f"arn:aws:s3:{found.region}:{self._owner}:{copy.id}", copy.region, self._owner)
        if not own.shut() or not own.owned():
            raise NotRecoverable(f"{copy.id} could be read from outside of its account")
        key, wanted = key_of(own.encryption()), key_of(self._encrypted())
        whose = "its source" if self._resource.to is None else "the drill says"
        if key != wanted:
            other = "its source with" if self._resource.to is None else whose
            raise NotRecoverable(f"{copy.id} is encrypted with {key or _OF_S3}, {other} {wanted or _OF_S3}")
        return Seen(f"{where}, shut to all outside of it, encrypted with {key or _OF_S3}, as {whose}")

    def further(self, copy: Copy) -> Sequence[Part]:  # noqa: ARG002
        """Nothing: a bucket is all that is made."""
        return ()

    def server_times(self, copy: Copy) -> list[ServerTime]:
        """When S3 made the bucket; each object's own time is that of its copying."""
        found = bucket.describe(self._api, copy.id)
        return [ServerTime(copy.id, bucket.THERE, found.created_at, f"{bucket.CALL}: CreationDate")] if found else []

    def destroy(self, copy: Copy) -> CopyState:
        """Empty the bucket and delete it, each once it is proven to be this run's copy."""
        found = self._toolkit.describe_confirmed(lambda: bucket.describe(self._api, copy.id))
        if found is None:
            return self._toolkit.never_created(copy)
        self._toolkit.retry_while(lambda: self._prove_and_delete(copy), "BucketNotEmpty")
        self._toolkit.wait_until_gone(bucket.feed(self._api, self._toolkit), copy, gone(STATES))
        return CopyState.DELETED

    def _prove_and_delete(self, copy: Copy) -> None:
        if not self._proven(copy):
            return  # gone already: what was wanted
        try:
            Emptying(self._api, copy.id, self._owner).empty(lambda told: self._toolkit.context.observe(copy, told))
            if self._proven(copy):
                self._api.call("DeleteBucket", Bucket=copy.id, ExpectedBucketOwner=self._owner)
        except NotFound:
            return  # gone meanwhile: what was wanted

    def _proven(self, copy: Copy) -> bool:
        """Whether the copy is there still; UnsafeToDelete where it is not this run's."""
        found = bucket.describe(self._api, copy.id)
        if found is None or bucket.tags(self._api, copy.id, self._owner) is None:
            return False  # S3 may list for a while what is gone
        self._toolkit.proofs.prove(copy, self._live(found))
        return True

    def _live(self, found: bucket.Bucket) -> Live:
        return bucket.live(self._api, found, self._owner)

    def _identity(self, copy: Copy) -> Identity:
        return bucket.identity(self._api, copy.id, bucket.tags(self._api, copy.id, self._owner) or {})

    @cached_property
    def _owner(self) -> str:
        return self._toolkit.account.pinned or self._toolkit.account.caller().account


def told(wanted: Wanted, done: Done) -> str:
    """The outcome of the copying, in words."""
    said = [f"as of {wanted.instant:%Y-%m-%d %H:%M:%S} UTC: {wanted.said}"]
    if (before := wanted.chosen.objects - done.objects - done.archived) > 0:
        said.append(f"{counted(before, 'object')} of them there already")
    if done.archived:
        said.append(f"{counted(done.archived, 'object')} not copied from an archive: nothing comes from there at once")
    if wanted.whole.doubtful:
        keys = counted(wanted.whole.doubtful, "key was", "keys were")
        said.append(f"{keys} written since while versioning was off, and may lack")
    return "; ".join(said)
