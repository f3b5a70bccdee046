"""Names of copies, and the three proofs that a live object is one before it may be deleted."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dr_orchestrator.domain.copy import Copy, CopyRecord
from dr_orchestrator.domain.resource_type import CopyType
from dr_orchestrator.errors import NotMeasured, NotRecoverable, UnsafeToDelete

SKEW = timedelta(minutes=5)
"""How far the clocks of AWS and of this machine may lie apart."""

PREFIX = "dro-"
"""How every copy's name begins: a hint where to look, and never a proof."""

TAG = "dr-drill:run"
"""The tag that names the run which a copy is of."""

STACK_TAG = "aws:cloudformation:stack-id"
"""The tag by which CloudFormation says of an object which stack made it; nobody else can set it."""

_HASHED = 8
"""The characters of the hash in which a name ends that was cut."""

_UNTOUCHED = "nothing was read from it or written to it: what AWS answers cannot be right"


def name(run: str, resource_id: str, of: CopyType, held: Callable[[], Iterable[str]] = tuple) -> str:
    """The name of a run's copy of a resource: legal for its type, unique to the run, the same when asked again.

    `held` are the names that the run's ledger has for it: one that was cut before names ended in a hash stays so.
    """
    whole = slug(f"{PREFIX}{run}-{resource_id}")
    before = whole[: of.longest].strip("-")
    return before if len(whole) > of.longest and before in held() else cut(whole, of.longest)


def cut(name: str, longest: int) -> str:
    """A name that is no longer than that; one that had to be cut ends in a short hash of the whole, for others may
    begin as it does.
    """
    if len(name) <= longest:
        return name
    ending = hashlib.sha256(name.encode()).hexdigest()[:_HASHED]
    return f"{name[: longest - _HASHED - 1].strip('-')}-{ending}"


def run_of(tags: Iterable[Mapping[str, str]]) -> str | None:
    """The run that an object's tags name; None where it wears no such tag."""
    return next((tag["Value"] for tag in tags if tag["Key"] == TAG), None)


def slug(text: str) -> str:
    """A text as it stands in the name of a copy."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def beginning(copy: Copy) -> str:
    """How the names of a run's copies begin: AWS cuts those that it makes after a stack's, behind that."""
    return slug(f"{PREFIX}{copy.run}")


def carries(name: str, copy: Copy) -> bool:
    """Whether a name says of which run it is, at its beginning or after what AWS puts before it."""
    return re.search(rf"(?:^|[^a-z0-9]){re.escape(beginning(copy))}(?:[^a-z0-9]|$)", name.lower()) is not None


@dataclass(frozen=True)
class Live:
    """A live object as AWS shows it just before a deletion; `derived` is a proof in place of a tag that is not set.

    `created_at` is when it was made, None where AWS does not tell yet.
    """

    name: str
    unique_id: str
    tags: Mapping[str, str]
    derived: bool = False
    created_at: datetime | None = None


@dataclass(frozen=True)
class Proofs:
    """The proofs that a deletion must agree with: the run's ledger rows, and the registered sources.

    `owned` are the rows of what a stack holds: none of it may outlive the stack unseen.
    """

    record: Callable[[Copy], CopyRecord | None]
    sources: frozenset[str]
    owned: Callable[[Copy], Sequence[CopyRecord]]

    def intended(self, copy: Copy) -> CopyRecord:
        """The ledger's row of a copy; UnsafeToDelete where there is none."""
        record = self.record(copy)
        if record is None:
            raise UnsafeToDelete(f"{copy.id} is not in the ledger of this run")
        return record

    def made_since(self, copy: Copy, created_at: datetime | None) -> bool:
        """Whether an object of the copy's name can be what this run asked for: it wrote that down, and before."""
        record = self.record(copy)
        return record is not None and (created_at is None or created_at >= record.intended_at - SKEW)

    def adopt(self, copy: Copy, live: Live, called: str) -> None:
        """Raise NotRecoverable unless what stands under the copy's name is what this run asked for."""
        if not self.made_since(copy, live.created_at) or self._tag(copy, live) != copy.run:
            raise NotRecoverable(f"{called} {copy.id} exists already and is not of this run")

    def name_is_free(self, copy: Copy, live: Live | None, called: str) -> str:
        """Whether a copy can be named so; NotRecoverable where something of another's is."""
        if live is None:
            return f"{copy.id} is free"
        self.adopt(copy, live, called)
        return f"{copy.id} is this run's already"

    def prove_member(self, stack: Copy, stack_id: str, live: Live) -> None:
        """Raise NotMeasured unless the live object says itself that the run's stack made it, whoever named it to us."""
        if self.is_source(live.name):
            raise NotMeasured(f"{live.name} is a registered source, and no part of {stack.id}", _UNTOUCHED)
        if live.tags.get(TAG) != stack.run and (not stack_id or live.tags.get(STACK_TAG) != stack_id):
            told = f"{live.name} wears neither the tag {TAG}={stack.run} nor {STACK_TAG} of {stack.id}"
            raise NotMeasured(f"{told}: nothing proves that the stack made it", _UNTOUCHED)
        if live.created_at is None or not self.made_since(stack, live.created_at):
            told = f"{live.name} is of {live.created_at}, from before this run asked for {stack.id}"
            raise NotMeasured(told, _UNTOUCHED)

    def prove_held(self, stack: Copy, stack_id: str, live: Live, *, named: bool = True) -> None:
        """Raise UnsafeToDelete unless a live object is held by a stack of the run's, by all that it says of itself.

        `stack_id` is the stack that tells of it: the run's own, or one in it. With `named` it has to be named after the
        run, as CloudFormation names what it can. `derived` is a proof in place of tags, which nothing sets.
        """
        self.intended(stack)
        if self.is_source(live.name):
            raise UnsafeToDelete(f"{live.name} is a registered source, and no part of {stack.id}")
        if named and not carries(live.name, stack):
            raise UnsafeToDelete(f"{live.name} is not named after {stack.id}")
        made_by, run = live.tags.get(STACK_TAG), live.tags.get(TAG)
        if not live.derived and (made_by or run) is None:
            raise UnsafeToDelete(
                f"{live.name} wears neither {STACK_TAG} nor {TAG}: nothing proves that a stack made it"
            )
        if (made_by or stack_id) != stack_id or (run or stack.run) != stack.run:
            raise UnsafeToDelete(f"{live.name} is of {made_by or run} by its tags, and not of {stack.id}")
        if not self.made_since(stack, live.created_at):
            raise UnsafeToDelete(f"{live.name} is of {live.created_at}, from before this run asked for {stack.id}")

    def same(self, copy: Copy, unique_id: str) -> None:
        """Raise NotMeasured where what AWS shows of a copy is not the object that it made for us."""
        known = self.intended(copy).identity
        if known is not None and known.unique_id != unique_id:
            raise NotMeasured(f"{copy.id} is {unique_id}, but this run made {known.unique_id}", _UNTOUCHED)

    def is_source(self, name: str) -> bool:
        """Whether a name is that of a registered source: production's, whatever says otherwise."""
        return name.lower() in {source.lower() for source in self.sources}

    def _tag(self, copy: Copy, live: Live) -> str | None:
        return live.tags.get(TAG, copy.run if live.derived else None)

    def prove(self, copy: Copy, live: Live) -> None:
        """Raise UnsafeToDelete unless ledger, tag and identity agree that the live object is this run's copy."""
        record = self.intended(copy)
        if self.is_source(live.name):
            raise UnsafeToDelete(f"{live.name} is a registered source: never deleted, whatever its tags say")
        if not copy.parent and not copy.id.startswith(PREFIX):
            raise UnsafeToDelete(f"{copy.id} is not named as copies are, whatever the ledger says")
        if live.name != copy.id:
            raise UnsafeToDelete(f"{live.name} is not {copy.id}, which the ledger of this run holds")
        if self._tag(copy, live) != copy.run:
            raise UnsafeToDelete(f"{live.name} does not wear the tag {TAG}={copy.run}")
        if record.identity is None and not self.made_since(copy, live.created_at):
            raise UnsafeToDelete(f"{live.name} is of {live.created_at}, from before this run asked for it")
        if record.identity is not None and live.unique_id != record.identity.unique_id:
            raise UnsafeToDelete(f"{live.name} is {live.unique_id}, but this run made {record.identity.unique_id}")
