"""The way of a snapshot into another account: copied under a key that can be shared, shared, copied again there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dr_orchestrator.aws import copies
from dr_orchestrator.aws.preflight import keys
from dr_orchestrator.aws.rds.objects import Objects, Shape
from dr_orchestrator.aws.rds.quotas import room_for_snapshots
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Feed, Sighting, States
from dr_orchestrator.domain.copy import Copy, CopyState, Source
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.evidence import Asked, Ready
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured

STATES = States(
    ready=frozenset({"available"}),
    dead=frozenset({"failed", "incompatible-restore", "deleting", "deleted"}),
    progress=frozenset({"creating", "copying", "pending", "absent"}),
)
_TOLD = (("creating", "copying", "pending"), range(0, 101, 10))
"""The states of which AWS tells how far they are, and the steps in which that is observed (%)."""

STATES_TOLD = replace(
    STATES, progress=STATES.progress | {f"{state}, {done} %" for state in _TOLD[0] for done in _TOLD[1]}
)
"""Likewise, with how far each is."""

QUOTA = frozenset({"SnapshotQuotaExceeded", "SnapshotQuotaExceededFault"})
"""The answers of AWS while an account has as many snapshots as it may, or copies as many at a time."""
THERE = "alias/aws/rds"
"""The key of RDS in the account that a snapshot is brought to: what is encrypted there is that account's alone."""


@dataclass(frozen=True)
class Lending:
    """The two copies of a snapshot: beside it, to be shared, and in the account of the `stack`; none where that is the
    snapshot's own.

    `of` is their type; `key` is the one of KMS that both accounts may use, empty where none is declared.
    """

    shape: Shape
    of: str
    resource: Resource
    stack: Copy
    key: str

    @property
    def needed(self) -> bool:
        """Whether the stack stands in another account."""
        return bool(self.stack.account)

    @property
    def shared(self) -> Copy:
        """The copy in the account of the source, as planned."""
        return self._planned("shared-", "")

    @property
    def there(self) -> Copy:
        """The copy in the account of the environment, as planned."""
        return self._planned("", self.stack.account)

    def _planned(self, prefix: str, account: str) -> Copy:
        name = copies.slug(f"{copies.PREFIX}{self.stack.run}-{prefix}{self.resource.id}")
        source = Source(self.resource.type, self.resource.id, replace(self.stack, account="").place)
        return replace(self.stack, type=self.of, id=name, account=account, parent="", source=source)

    def parts(self, toolkit: Toolkit, snapshot: str, encrypted_with: str | None) -> Sequence[Part]:
        """The copies to be made of a snapshot of that name, in order; `encrypted_with` is its key."""
        name, account = self.resource.name, self.stack.account
        key = self.lendable(toolkit, encrypted_with)
        shared = SnapshotCopy(
            self.shape, toolkit, self.shared, f"snapshot of {name} to be shared", lambda: snapshot, key
        )

        def lent() -> str:
            """The copy that is shared, by its ARN, once it is."""
            return lend(self.shape, toolkit, self.shared, account)

        own, title = THERE if encrypted_with else "", f"snapshot of {name} in account {account}"
        return shared, SnapshotCopy(self.shape, toolkit, self.there, title, lent, own, lent=True)

    def lendable(self, toolkit: Toolkit, encrypted_with: str | None) -> str:
        """The key under which a snapshot is shared, empty where it is not encrypted; NotRecoverable where none can be.

        AWS shares nothing that is encrypted with a key of its own.
        """
        if not encrypted_with:
            return ""
        found = self.key or encrypted_with
        hint = (
            "write `replica: {key: alias/...}` in tiers.yaml: a key of this account's that lets"
            f" account {self.stack.account} use it"
        )
        keys.to_be_lent(toolkit.account, found, f"what is encrypted of {self.resource.id}", hint)
        return found

    def look(self, toolkit: Toolkit, encrypted_with: str | None) -> str:
        """How a snapshot comes there; NotRecoverable where it cannot, its key keeps that account out, or a copy's name
        is another's, NotMeasured where there is no room for one.
        """
        if key := self.lendable(toolkit, encrypted_with):
            there = toolkit.at(self.there.place).account
            keys.lets_in(there, keys.arn(toolkit.account, key), self.stack.account)
        for copy in (self.shared, self.there):
            Objects(self.shape, toolkit.at(copy.place)).name_is_free(copy)
        room = room_for_snapshots(self.shape, [toolkit.at(each.place).account for each in (self.shared, self.there)])
        under = f" under {key}" if key else ""
        return f"the snapshot is copied{under}, shared with account {self.stack.account} and copied there; {room}"


def lend(shape: Shape, toolkit: Toolkit, copy: Copy, account: str) -> str:
    """Share a copy with an account, once proven to be this run's; return its ARN. Idempotent."""
    api = toolkit.at(copy.place).account.api("rds")
    live = shape.described(api, copy.id)
    if live is None:
        raise NotMeasured(f"{copy.id} is not to be seen", call=f"rds:{shape.describe}")
    toolkit.proofs.prove(copy, shape.live(live))
    api.call(
        f"Modify{shape.key}Attribute",
        **{shape.name: copy.id},
        AttributeName="restore",
        ValuesToAdd=[account],
    )
    return str(live[f"{shape.key}Arn"])


class SnapshotCopy:
    """A copy of a snapshot; a Part. Without a `source` it is only taken down."""

    def __init__(
        self,
        shape: Shape,
        toolkit: Toolkit,
        copy: Copy,
        title: str = "snapshot",
        source: Callable[[], str] | None = None,
        key: str = "",
        given: Mapping[str, Any] | None = None,
        *,
        lent: bool = False,
    ) -> None:
        """`source` tells what is copied, by name or ARN, `key` what the copy is encrypted with, where it is.

        `given` is what else the call is given, where a snapshot is brought to another place: it takes its time in
        proportion to its size then, and how far it is is observed. What is `lent` is another account's, which shares
        it: its source is told by its ARN.
        """
        self._lent = lent
        self.copy, self.title, self._given = copy, title, given or {}
        self._shape, self._toolkit, self._source, self._key = shape, toolkit.at(copy.place), source, key
        self._objects = Objects(shape, self._toolkit)

    def billed(self, name: str = "") -> Billed:
        """Its storage, of which nobody tells how much it is."""
        return Billed(besides=f"what {name or 'a copied snapshot'} stores")

    def ask(self) -> Asked:
        """Ask for the copy; one that this run asked for already is adopted."""
        if self._source is None:
            raise NotMeasured(f"nothing tells what {self.copy.id} is a copy of")
        of, key, source = self._shape, {"KmsKeyId": self._key} if self._key else {}, self._source()
        if self._lent and self._toolkit.describe_confirmed(lambda: self._objects.lent(source)) is None:
            told = f"{source} is shared with account {self.copy.account}, which does not see it"
            raise NotMeasured(told, call=f"rds:{of.describe}")
        given: dict[str, Any] = {
            f"Source{of.name}": source,
            f"Target{of.name}": self.copy.id,
            **key,
            **self._given,
        }
        return self._objects.ask(f"Copy{of.key}", self.copy, QUOTA, **given)

    def ready(self) -> Ready:
        """Wait until the whole snapshot is copied; AWS tells only then when it was made, by which it is known."""
        feed, states = (self._told(), STATES_TOLD) if self._given else (self._objects.feed(), STATES)
        seen = self._ours(self._toolkit.wait_until_ready(feed, self.copy, states))
        return Ready(self._toolkit.seconds_since(seen), self._shape.identity(seen.detail), _words(seen.detail))

    def _ours(self, seen: Sighting) -> Sighting:
        """The one that was waited for by its name, and has no identity before: NotRecoverable unless it is the run's,
        for whoever deletes and makes one of that name meanwhile would have it taken for the copy.
        """
        self._toolkit.proofs.adopt(self.copy, self._shape.live(seen.detail), self._shape.called)
        return seen

    def _told(self) -> Feed:
        """The states of snapshots that are being brought somewhere, with how far each is."""

        def describe(names: Iterable[str]) -> dict[str, Sighting]:
            return {name: _far(sighting) for name, sighting in self._objects.seen(names).items()}

        return self._objects.feed("progress", describe)

    def destroy(self, copy: Copy) -> CopyState:
        """Delete the copy, once proven to be this run's."""
        return self._objects.destroy(copy, STATES)


def _far(sighting: Sighting) -> Sighting:
    """A state with how far it is, where AWS tells that."""
    done = sighting.detail.get("PercentProgress")
    if sighting.status not in _TOLD[0] or done is None:
        return sighting
    return replace(sighting, status=f"{sighting.status}, {min(max(int(done), 0), 100) // 10 * 10} %")


def _words(snapshot: Mapping[str, Any]) -> str:
    """The size of what was copied; whether all of it went over, or what had changed alone, AWS does not tell."""
    size = snapshot.get("AllocatedStorage")
    return f"{size} GiB allocated; whether it was copied in full or incrementally RDS does not tell" if size else ""
