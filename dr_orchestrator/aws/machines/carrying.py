"""The way of a snapshot of EBS, or an image of EC2, to where a drill's copy is to stand: copied into its region, and
into another account by way of that, shared under a key that both may use; each a copy of the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from dr_orchestrator.aws import copies
from dr_orchestrator.aws.machines.bringing import Brought
from dr_orchestrator.aws.preflight import keys
from dr_orchestrator.aws.preflight.region import usable
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, Place, Source
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.preflight import Doubt, PreflightCheck
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable

AT_ONCE = 20
"""How many snapshots EBS copies into one region at a time, of an account."""
# docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html, "Considerations"

COPIED = "vol-ffffffff"
"""The volume that EC2 tells of a snapshot that is a copy: none."""

THERE = "alias/aws/ebs"
"""The key of EBS's own in the account that a point is brought to, which AWS makes when it is first used."""

_KEY = "kms:DescribeKey"
_DEFAULT = "ec2:GetEbsEncryptionByDefault"
_NO_KEY = "what is copied is not encrypted, nor is the copy"


@dataclass(frozen=True)
class Held:
    """A snapshot, or an image, that is brought: its id, whether any of it is encrypted, and by which keys."""

    id: str
    encrypted: bool
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bringing:
    """Brings a point of a resource to where a drill says; `part` makes the copies on the way, which are `of` a type.

    `toolkit` are the tools beside the source. Where the copy stands in another account, too, the point is first copied
    into the region, under a key that can be shared: AWS shares nothing that is encrypted with a key of its own, and
    production's own is never shared.
    """

    part: type[Brought]
    of: str
    resource: Resource
    to: Destination
    toolkit: Toolkit

    def last(self, copy: Copy) -> Copy:
        """The copy that a drill's is restored from, as planned."""
        return self._planned(copy, "brought", copy.account)

    def origin(self, copy: Copy) -> str:
        """The id of that, once it is there."""
        there = self.last(copy)
        identity = self.toolkit.proofs.intended(there).identity
        if identity is None:
            raise NotMeasured(f"{there.id} is not there yet", call=self.part.call)
        return identity.unique_id

    def parts(self, copy: Copy, point: Held) -> Sequence[Part]:
        """The copies to be made of it, in order."""
        word, name, region = self.part.word, self.resource.name, self.to.region
        given = (lambda: point.id, self.resource.region)
        if not copy.account:
            key = self._key(point)
            return (self.part(self.toolkit, self.last(copy), f"{word} of {name} in {region}", *given, key),)
        first, title = self._planned(copy, "shared", ""), f"{word} of {name} to be shared"
        under = self.shareable(point)
        shared = self.part(self.toolkit, first, title, *given, under)
        title = f"{word} of {name} in account {copy.account}"
        lent = (lambda: shared.lend(copy.account), region, self._own(under))
        return shared, self.part(self.toolkit, self.last(copy), title, *lent, lent=True)

    def _planned(self, copy: Copy, ending: str, account: str) -> Copy:
        name = copies.slug(f"{copies.PREFIX}{copy.run}-{self.resource.id}-{ending}")
        source = Source(self.resource.type, self.resource.id, Place("", self.resource.region))
        return replace(copy, type=self.of, id=name, account=account, parent="", source=source, made_by="")

    def _key(self, point: Held) -> str:
        """The key of a copy in another region, empty where nothing is encrypted; NotRecoverable where none is named."""
        if point.encrypted and not self.to.key:
            told = f"what is copied of {self.resource.id} is encrypted, and no key of {self.to.region} is named for the"
            raise NotRecoverable(f"{told} copy", "add `kms_key` to the drill's `to`", _KEY)
        return self.to.key

    def _own(self, lent: str) -> str:
        """The key of the copy in another account, EBS's own where none is named; empty where `lent` is."""
        return self.to.key or (THERE if lent else "")

    def shareable(self, point: Held) -> str:
        """The key under which it is shared, empty where it is not encrypted; NotRecoverable where none can be."""
        if not point.encrypted:
            return self._of_default()
        found, of = self.to.lent, f"what is copied of {self.resource.id} is encrypted"
        if not found and self.to.region == self.resource.region and len(point.keys) == 1:
            found = point.keys[0]
        if not found and self.to.region == self.resource.region and point.keys:
            told = f"{of} with {counted(len(point.keys), 'key')}, and is shared under one"
            raise NotRecoverable(told, self._hint, _KEY)
        if not found:
            raise NotRecoverable(f"{of}, and no key of {self.to.region} can be shared", self._hint, _KEY)
        if keys.is_of_aws(self._beside.account, found):
            raise NotRecoverable(f"{found} is a key of AWS's own, which no other account may use", self._hint, _KEY)
        return found

    def _of_default(self) -> str:
        """The key of a copy of what is not encrypted: none, but where EBS encrypts by default. There it is named, so
        that it is not that account's own key of EBS's, under which nothing is shared.
        """
        api, where = self._beside.account.api("ec2"), f"in {self.to.region} of the source's account"
        if not api.call("GetEbsEncryptionByDefault")["EbsEncryptionByDefault"]:
            return ""
        found = self.to.lent or str(api.call("GetEbsDefaultKmsKeyId")["KmsKeyId"])
        if keys.is_of_aws(self._beside.account, found):
            told = f"EBS encrypts by default {where}: the copy of {self.resource.id} would be encrypted with {found}, a"
            raise NotRecoverable(f"{told} key of AWS's own, which no other account may use", self._hint, _DEFAULT)
        return keys.arn(self._beside.account, found)

    @property
    def _hint(self) -> str:
        of = f"the ARN of a key of {self.to.region} that lets account {self.to.account} use it"
        return f"add `shared_key` to the drill's `to`: {of}"

    @property
    def _beside(self) -> Toolkit:
        """The tools in that region of the source's own account."""
        return self.toolkit.at(Place("", self.to.region))

    def looks(self, copy: Copy, point: Callable[[], Held]) -> Iterator[PreflightCheck]:
        """Whether the region is there to be used, its keys are, names are free, and how many copies are under way."""
        yield PreflightCheck("region", lambda: usable(self.toolkit, self.resource, self.to))
        yield PreflightCheck("key of what is copied", lambda: self._look_at_key(copy, point()))
        yield PreflightCheck("name of what is copied", lambda: self._look_at_names(copy))
        yield PreflightCheck("snapshots being copied", lambda: self._look_at_others(copy))

    def _look_at_key(self, copy: Copy, point: Held) -> str:
        there = self.toolkit.at(copy.place).account
        if not copy.account:
            return keys.usable(there, self._key(point) or None, self._data(), _NO_KEY)
        own = self._own(lent := self.shareable(point))
        told = f"under {keys.usable(self._beside.account, lent, self._data())}" if lent else "without a key"
        if lent:
            keys.lets_in(there, keys.arn(self._beside.account, lent), copy.account)
        if own in ("", THERE):  # EBS's own, which may not be made yet
            return f"shared {told}; there {own or 'without one'}"
        return f"shared {told}; there {keys.usable(there, own, self._data(copy.account), _NO_KEY, apart=True)}"

    def _data(self, account: str = "") -> str:
        return f"arn:aws:ec2:{self.resource.region}:{account or self.toolkit.account.pinned}:snapshot/*"

    def _look_at_names(self, copy: Copy) -> str:
        planned = [self.last(copy), *([self._planned(copy, "shared", "")] if copy.account else [])]
        return "; ".join(self.part(self.toolkit, each).look_at_name() for each in planned)

    def _look_at_others(self, copy: Copy) -> str:
        """A Doubt where as many are copied already as may be at once: EC2 refuses one more, and is then asked again."""
        places = [self.toolkit.at(copy.place), *([self._beside] if copy.account else [])]
        busy = [_being_copied(each) for each in places]
        told = f"{counted(max(busy), 'snapshot')} of {AT_ONCE} at once being copied into {self.to.region}"
        if max(busy) >= AT_ONCE:
            raise Doubt(f"{told}: the drill waits until some are whole")
        return told


def wanted(resource: Resource) -> Destination | None:
    """Where a point has to be brought; None where it lies there already, or the copy stands beside its source."""
    to = resource.to
    return None if to is None or to.standing else to


def charged(resource: Resource) -> str:
    """The charges of a copy elsewhere besides, of which no rate is declared."""
    return f"what is copied to {to}, and its transfer" if (to := wanted(resource)) else ""


def _being_copied(there: Toolkit) -> int:
    asked = [{"Name": "status", "Values": ["pending"]}]
    found = there.account.api("ec2").pages("DescribeSnapshots", "Snapshots", OwnerIds=["self"], Filters=asked)
    return sum(each.get("VolumeId") == COPIED for each in found)
