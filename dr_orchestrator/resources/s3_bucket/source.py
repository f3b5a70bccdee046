"""The bucket that is drilled: where it is read, what can be restored of it, and what a drill of it restores."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Any

from dr_orchestrator.aws import points
from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.answers import Strange
from dr_orchestrator.aws.preflight import keys
from dr_orchestrator.aws.toolkit import Toolkit, lag
from dr_orchestrator.domain.copy import Place
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.preflight import Doubt, NotApplicable
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase
from dr_orchestrator.domain.resource_type import Traits
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.s3_bucket import bucket
from dr_orchestrator.resources.s3_bucket.objects.inventory import CALL as LISTS
from dr_orchestrator.resources.s3_bucket.objects.inventory import Lists, published_within
from dr_orchestrator.resources.s3_bucket.objects.replication import Behind, Lately, behind, lately
from dr_orchestrator.resources.s3_bucket.objects.versions import Version, Where, as_of, every
from dr_orchestrator.resources.s3_bucket.objects.wanted import Sample, Wanted, seed_of
from dr_orchestrator.resources.s3_bucket.settings import ENABLED, SUSPENDED, Settings, key_of
from dr_orchestrator.resources.s3_bucket.weighing import Way, Weighing

_VERSIONING = "s3:GetBucketVersioning"
_HISTORY = timedelta(days=35)
"""So long back the rhythm of lists is looked at: five of a weekly inventory."""

_OTHERS = "a bucket of S3's own keys needs none"


class Source:
    """A bucket, or what lies in it under a prefix."""

    def __init__(self, resource: Resource, selection: Selection, toolkit: Toolkit, always: frozenset[str]) -> None:
        self._resource, self._selection, self._toolkit, self._always = resource, selection, toolkit, always
        self._api = toolkit.account.api("s3")

    @cached_property
    def owner(self) -> str:
        """The account that the calls are made in."""
        return self._toolkit.account.pinned or self._toolkit.account.caller().account

    @property
    def where(self) -> Where:
        """Where its versions are read."""
        own = self._resource.own
        return Where(self._resource.id, str(own.get("prefix") or ""), self.owner, bool(own.get("requester_pays")))

    @property
    def everywhere(self) -> Where:
        """Where it is read whole, as it is now."""
        return replace(self.where, prefix="")

    def wanted(self, instant: datetime, run: str, versions: Callable[[datetime], Iterable[Version]]) -> Wanted:
        """The objects that a run restores of those that there were at an instant, by the versions that are known."""
        return Wanted(self._api, self.where, versions, instant, self._sample(run))

    def weighing(self, way: Way) -> Weighing:
        """The weight of what would be copied by a way, as of the instant that would be restored."""
        account, now = self._toolkit.account, self._toolkit.clock.now()
        wanted = partial(self._chosen, self._toolkit.run)
        return Weighing(account, wanted, way, now, told=self._lists is not None, counted=self._sized)

    def _sized(self, size: int) -> None:
        self._toolkit.context.described(self._resource, Traits(size=size))

    def _chosen(self, run: str) -> Wanted:
        return self.wanted(self.choose().data_time, run, self.versions)

    def _sample(self, run: str) -> Sample | None:
        """The sample that a drill restores; None where it restores all."""
        declared = self._resource.own.get("sample")
        if declared is None:
            return None
        seed = declared.seed if declared.seed is not None else seed_of(run)
        return Sample(declared.draws, seed, self._always)

    def nothing(self, instant: datetime) -> NotRecoverable:
        """The fault of a bucket that held nothing at an instant."""
        told = f"{self._resource.id} has no version from before {instant:%Y-%m-%d %H:%M:%S} UTC"
        return NotRecoverable(told, "choose a later instant; is the prefix right?", "s3:ListObjectVersions")

    def raise_if_nothing(self, instant: datetime) -> None:
        """NotRecoverable where it held nothing at an instant."""
        if next(as_of(self.versions(instant), instant), None) is None:
            raise self.nothing(instant)

    def versions(self, instant: datetime) -> Iterator[Version]:
        """Every version of an instant or before, and others: of the newest inventory from before disaster struck where
        one is declared, else as S3 lists them when it is asked. NotMeasured where that list is from before the instant.
        """
        if (lists := self._lists) is None:
            return self.listed()
        newest = lists.newest(self._toolkit.context.struck)
        if newest.began < instant.replace(second=0, microsecond=0):
            told = f"the newest list of {self._resource.id} is of {newest.began:%Y-%m-%d %H:%M} UTC, before the instant"
            raise NotMeasured(told, "was the list deleted by which it was chosen? run the drill again", LISTS)
        return lists.versions(newest)

    def listed(self) -> Iterator[Version]:
        """Every version, as S3 lists them when it is asked."""
        return every(self._api, self.where)

    def seen(self) -> str:
        """The bucket, in words."""
        found = self._found()
        under = f", what begins with {self.where.prefix}" if self.where.prefix else ""
        return f"bucket {found.name} in {found.region}{under}"

    def versions_seen(self) -> str:
        """Whether it keeps versions, in words; a Doubt where it has ceased to."""
        self._found()
        if self._versioning() == SUSPENDED:
            told = f"versioning of {self._resource.id} is suspended: what is written over now is lost at once"
            raise Doubt(told)
        kept = self._settings.kept(self.where.prefix)
        return f"versions are kept {f'for {kept.days} days' if kept else 'for ever'} once they are not the newest"

    def inventory_seen(self) -> str:
        """The inventory and its newest list, in words; NotApplicable where none is declared."""
        if self._lists is None:
            raise NotApplicable("its versions are listed by asking for them")
        return self._lists.seen(self._toolkit.context.struck)

    def key_seen(self) -> str:
        """The key that it is encrypted with, in words."""
        where = f"{self._found().region}:{self.owner}:{self._resource.id}"  # before it is asked for what it has
        key = key_of(self.encryption())
        return keys.usable(self._toolkit.account, key, f"arn:aws:s3:{where}", _OTHERS)

    def choose(self) -> RecoveryPoint:
        """The instant that is restored to."""
        return self._toolkit.instant(self._selection, self._window(), self._resource)

    def worst_case(self, until: datetime) -> WorstCase | None:
        """The loss by a disaster at this instant; versions are read up to then, though the look comes later."""
        if self._resource.own.get("replica_of") is not None:
            return self._behind(until).worst_case(until, self._lately(until))
        if self._lists is not None:
            return self._between_lists(self._lists, until)
        kept = self._settings.kept(self.where.prefix) or timedelta()
        earliest, now = self._window()
        case = lag((earliest, min(now, until)), kept, self._found().created_at, until)
        return case if self._versioning() == ENABLED else replace(case, whole=False)

    def _between_lists(self, lists: Lists, until: datetime) -> WorstCase | None:
        """The largest gap between the lists of the last weeks, up to now, and the longest that one took."""
        known = [each for each in lists.all() if until - _HISTORY <= each.began and each.published <= until]
        case = points.worst_case([each.began for each in known], until, published_within(known), "list")
        kept = self._settings.kept(self.where.prefix)
        if case is None or kept is None or kept > case.loss:
            return case
        return replace(case, source=f"{case.source}; versions are kept no longer than that: at times none", whole=False)

    def replication_seen(self) -> str:
        """How far it lies behind the bucket that is replicated into it; NotApplicable where it is none."""
        if self._resource.own.get("replica_of") is None:
            raise NotApplicable("nothing is replicated into it")
        return str(self._behind(self._toolkit.clock.now()))

    def _behind(self, until: datetime) -> Behind:
        primary, of = self._primary
        return behind(primary.api("s3"), of, self._api, self.where, until)

    def _lately(self, until: datetime) -> Lately:
        return lately(*self._primary, self._toolkit.account, self.where, self._found().created_at, until)

    @property
    def _primary(self) -> tuple[Account, Where]:
        """The bucket that is replicated into it."""
        of = self._resource.own["replica_of"]
        return self._toolkit.account_at(Place(self._toolkit.stands, of.region)), replace(self.where, bucket=of.bucket)

    def encryption(self) -> Mapping[str, Any]:
        """How what is put into it is encrypted."""
        return self._settings.encryption()

    @cached_property
    def _lists(self) -> Lists | None:
        declared = self._resource.own.get("inventory")
        return None if declared is None else Lists(self._api, self.where, declared)

    @property
    def _settings(self) -> Settings:
        return Settings(self._api, self._resource.id, self.owner)

    def _found(self) -> bucket.Bucket:
        found = bucket.describe(self._api, self._resource.id)
        if found is None:
            if (other := bucket.anywhere(self._api, self._resource.id)) is not None:
                if other.region == self._api.region:
                    raise Strange(f"one listing tells of {other.name} in {other.region}, another does not", bucket.CALL)
                told = f"{self._resource.id} stands in {other.region}, and is declared in {self._api.region}"
                raise NotRecoverable(told, f"declare `region: {other.region}`", bucket.CALL)
            hint = f"is it in {self._api.region}, in this account?"
            told = f"no bucket {self._resource.id} in {self._api.region}"
            raise NotRecoverable(told, hint, bucket.CALL)
        return found

    def _versioning(self) -> str:
        versioning = self._settings.versioning()
        if not versioning:
            told = f"versioning is switched off for bucket {self._resource.id}: it keeps nothing of what was before"
            raise NotRecoverable(told, "switch it on for the bucket", _VERSIONING)
        if versioning == SUSPENDED and self._lists is not None:
            told = f"versioning of {self._resource.id} is suspended: no inventory tells what was written over since"
            raise NotRecoverable(told, "leave `inventory` out, or switch it on", _VERSIONING)
        return versioning

    def _window(self) -> tuple[datetime, datetime]:
        """From when on all that was current is kept still, to now, or as far as the newest inventory reaches."""
        created_at = self._found().created_at
        self._versioning()
        now, kept = self._toolkit.clock.now(), self._settings.kept(self.where.prefix)
        earliest = max(created_at, now - kept) if kept else created_at
        latest = self._lists.newest(self._toolkit.context.struck).began if self._lists else now
        if latest < earliest:
            told = f"the newest list of {self._resource.id} is of {latest:%Y-%m-%d %H:%M} UTC, and what was there then"
            hint = "have a list made more often, or versions kept longer than a list is old"
            raise NotRecoverable(f"{told} is sure to be kept only from {earliest:%Y-%m-%d %H:%M} UTC on", hint, LISTS)
        return earliest, latest
