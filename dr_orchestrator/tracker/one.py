"""One finding's ticket while a sync has it: made or found, told, moved and assigned, each step kept before the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.findings.tracked import LIVE, State
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.tickets import draft as words
from dr_orchestrator.domain.tickets.policy import TrackerKind, TrackerPolicy
from dr_orchestrator.domain.tickets.ports import Outbox, Tracker
from dr_orchestrator.domain.tickets.ticket import MOST_TRIES, Held, Item, Seen, Ticket, whose
from dr_orchestrator.domain.tickets.wanted import Wanted, wanted
from dr_orchestrator.errors import ClaimLost
from dr_orchestrator.tracker.faults import Gone, Later, NotSent, Rejected, TrackerFault, Unusable
from dr_orchestrator.tracker.holding import holding

CLAIM = timedelta(minutes=10)
"""How long a ticket is one sync's, from its last word: longer than all that it may wait for in between."""

LASTS = timedelta(hours=1)
"""How long a ticket has not been seen before it is made anew unasked: a token may lose sight of it for a while."""

_NONE = timedelta()


@dataclass
class Done:
    """The doings of a sync, each line by the fingerprint of its finding; `left` is why others are as they were."""

    made: list[tuple[str, str]] = field(default_factory=list)
    found: list[tuple[str, str]] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    assigned: list[tuple[str, str]] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)
    stopped: str = ""

    @property
    def in_line(self) -> bool:
        """Whether every ticket is as it should be."""
        return not self.left and not self.stopped

    @property
    def told_short(self) -> str:
        """The sentence that counts it all."""
        counts = (
            f"{counted(len(self.made), 'ticket')} made, {len(self.found)} found, {counted(len(self.told), 'comment')}"
        )
        return f"{counts}, {len(self.moved)} moved, {len(self.assigned)} assigned, {len(self.left)} left."


class Again(Exception):
    """A ticket is to be looked for again, after a pause."""


class One:
    """One ticket that is claimed; `ticket` is as the ledger has it."""

    def __init__(
        self, tracker: Tracker, outbox: Outbox, policy: TrackerPolicy, clock: Clock, done: Done, item: Item, of: Ticket
    ) -> None:
        self._tracker, self._outbox, self._policy, self._clock, self._done = tracker, outbox, policy, clock, done
        self._item, self.ticket = item, of
        self._of = item.finding

    def bring(self, known: Sequence[Seen]) -> None:
        """Bring it up to date, and let go of it; `known` are those that wear its key, whoever made them."""
        if self.ticket.lost and self._is_back():
            known = ()
        if self.ticket.remote:
            wrong = self._up_to_date()
        elif not (known and self.ticket.lost) and (not self._is_to_be_made() or self._is_too_soon()):
            wrong = self.ticket.error
        else:
            wrong = self._make(known)
        self.let_go(wrong, _NONE)

    def _is_back(self) -> bool:
        """Whether one that was not seen is seen again: the same one, which is told what became of it since."""
        try:
            seen = self._tracker.read(self.ticket.gone)
        except Gone:
            return False
        if seen.is_anothers(self._outbox.ledger):
            return False
        self._note(self._done.found, f"seen again as {seen.ref}")
        self._keep(intended_at=self._clock.now(), gone="", gone_at=None, error="", **_shown(seen))
        return True

    def _is_to_be_made(self) -> bool:
        return wanted(self._item, self._policy, self._clock.now()).make

    def _is_too_soon(self) -> bool:
        """Whether one that is not seen, and of which nobody said that it is deleted, may be so for a while alone."""
        at = self.ticket.gone_at
        return at is not None and self._clock.now() - at < LASTS

    def let_go(self, error: str, pause: timedelta) -> None:
        """Write why it is not up to date, if it is not, and let go of it: it is left alone for the pause."""
        now = self._clock.now()
        self._keep(pause, error=error, tried_at=now, synced_at=self.ticket.synced_at if error else now)

    def _keep(self, span: timedelta = CLAIM, /, **changes: Any) -> None:
        self.ticket = replace(self.ticket, **changes)
        self._outbox.keep(self.ticket, span)

    def _surely_not(self, **changes: Any) -> None:
        """Take back what was written before it was asked for: the next word writes that."""
        self.ticket = replace(self.ticket, **changes)

    def _make(self, known: Sequence[Seen]) -> str:
        """Make it, or take the one that is there; what is wrong with it all the same."""
        ours, known = self._looked_for() if self.ticket.unsure else (self._ours_of(known), known)
        if ours is not None:
            self._found(ours)
            return self._up_to_date(ours)
        if self._of.state_at(self._clock.now()) not in LIVE:  # it was closed while nobody knew
            self._keep(intended_at=None, tries=0)
            return ""
        if known:
            self._keep(looks=self._tracker.looks)
            return self._of_nobody_known(known)
        if self.ticket.tries >= MOST_TRIES:
            self._keep(looks=self._tracker.looks)
            return self._a_word_is_needed()
        if self.ticket.gone and not self.ticket.unsure:
            self._begin_anew()
        before = self.ticket
        told = self._is_to_tell()
        history = [each.entry for each in self._item.news if each.number <= told]
        draft = words.draft_of(self._of, history, self._policy, self._clock.now(), self._outbox.ledger)
        self._keep(intended_at=self._clock.now(), tries=before.tries + 1, drafted=told, looks=0)
        try:
            seen, wrong = self._asked_to_make(draft)
        except (NotSent, Rejected, Later, Unusable):
            self._surely_not(
                intended_at=before.intended_at, tries=before.tries, drafted=before.drafted, looks=before.looks
            )
            raise
        self._note(self._done.made, f"made as {seen.ref}")
        self._made(seen, assigned=not wrong, bare=draft.key not in seen.labels)
        self._hold_labels(seen)
        return wrong

    def _a_word_is_needed(self) -> str:
        made = f"it was asked for {self.ticket.tries} times, nobody answered, and it is not found"
        label = f"look there for tickets that end with 'dr-orchestrator {self.ticket.key}'"
        return f"{made} ({label}, and give one the label {self.ticket.key}; or `dro tickets anew {self._name}`)"

    def _begin_anew(self) -> None:
        """Forget all that the one told that is gone: the new one tells it."""
        self._keep(told=0, telling="", lapse=None, moved="", owner="", made_at=None, gone_at=None)
        claimed = self._outbox.claim(self._item, self.ticket.key, CLAIM)
        if isinstance(claimed, Held):
            raise ClaimLost(f"the ticket {self.ticket.key} is another sync's by now", "that brings it up to date")
        self._item = claimed

    def _is_to_tell(self) -> int:
        """The number of the last entry that it tells when it is made; the same as when that was begun before."""
        if self.ticket.unsure:
            return self.ticket.drafted
        return max((each.number for each in self._item.news), default=0)

    def _hold_labels(self, seen: Seen) -> None:
        """Hold that it would be found again: else no other is made."""
        if self.ticket.bare and self.ticket.key not in seen.labels:
            told = f"{seen.ref} was made without its labels, by which it would be found again"
            raise Unusable(self._policy.name, told, "give the token's user the right to label issues, and label it")
        if self.ticket.bare:
            self._keep(bare=False)

    def _asked_to_make(self, draft: words.Draft) -> tuple[Seen, str]:
        """Make it; without its assignee, where the tracker refuses that: which is told, and better than no ticket."""
        try:
            return self._asked(draft), ""
        except Rejected as refused:
            if not draft.person:
                raise
            wrong = f"it is assigned to nobody there: {said(refused)}"
        self._keep()
        return self._asked(replace(draft, person="")), wrong

    def _asked(self, draft: words.Draft) -> Seen:
        try:
            with holding(self._keep):
                return self._tracker.make(draft)
        except Gone as refused:  # where there is nothing to read: nothing takes tickets here
            hint = "see that the project is there and takes issues; the next sync tries again"
            raise Rejected(refused.call, refused.said, hint) from None

    def _ours_of(self, known: Sequence[Seen]) -> Seen | None:
        """The first that says that it is this finding's, and this ledger's: a label may be anybody's, and a copy's."""
        for each in known:
            try:
                seen = self._tracker.read(each.remote)
            except Gone:
                continue
            if seen.whose == self._whose:
                return seen
        return None

    def _of_nobody_known(self, known: Sequence[Seen]) -> str:
        """Of those that wear its key and do not say that they are ours: nobody but a person knows whose they are."""
        shown, own = ", ".join(each.ref for each in known), f"'dr-orchestrator {self._whose}'"
        told = f"{shown} there with the label {self.ticket.key}, and not of this ledger by what it says: none is made"
        take, end = "take that label away, and one is made", f"end its description with {own}"
        if self._policy.kind is TrackerKind.MARKDOWN:
            take, end = "move it out of the folder, and one is made", f"let it begin with '<!-- {self._whose} -->'"
        return f"{told} ({take}; where it is this finding's, {end}; two ledgers need two projects, or folders)"

    @property
    def _whose(self) -> str:
        return whose(self.ticket.key, self._outbox.ledger)

    def _looked_for(self) -> tuple[Seen | None, Sequence[Seen]]:
        """The ticket that may have been made, and all that wear its key; none where it was looked for as often as the
        search may lag.
        """
        there = [each for each in self._tracker.look(self.ticket.key) if each.remote != self.ticket.gone]
        ours = self._ours_of(there)
        if ours is None and self.ticket.looks + 1 < self._tracker.looks:
            waited = "nobody answered whether it was made; it is looked for again"
            self._keep(self._tracker.pause, looks=self.ticket.looks + 1, error=waited)
            self._done.left[self._of.fingerprint] = waited
            raise Again
        return ours, there

    def _made(self, seen: Seen, *, assigned: bool, bare: bool) -> None:
        """Write the answer: what was just made is open in every workflow, and tells all that was drafted."""
        now = self._clock.now()
        lapsed = self._of.state_at(now) is not self._of.state
        self._keep(
            made_at=now,
            told=self.ticket.drafted,
            tries=0,
            bare=bare,
            moved=State.OPEN.value,
            owner=self._of.owner if assigned else "",
            lapse=self._of.accepted_until if lapsed else None,
            gone_at=None,
            error="",
            seen_at=now,
            **_shown(seen),
        )

    def _found(self, seen: Seen) -> None:
        """Take one that is there: our own, made when nobody answered, or of a ledger that knew more than this one."""
        self._note(self._done.found, f"found there as {seen.ref}")
        then = self.ticket.intended_at
        told, moved = (self.ticket.drafted, State.OPEN.value) if then else (0, "")
        self._keep(
            told=told,
            moved=moved,
            made_at=None,
            intended_at=then or self._clock.now(),
            tries=0,
            looks=0,
            gone_at=None,
            error="",
            **_shown(seen),
        )

    def _up_to_date(self, seen: Seen | None = None) -> str:
        """Bring one that is there, as it was just seen, up to date; what could not be done, where the rest could."""
        try:
            seen = seen or self._tracker.read(self.ticket.remote)
        except Gone as gone:
            self._keep(
                remote="", gone=self.ticket.remote, gone_at=self._clock.now(), intended_at=None, tries=0, bare=False
            )
            anew = f"`dro tickets anew {self._name}` makes another"
            hint = f"each sync looks for it, and takes it again where it is seen; {anew}"
            raise Gone(gone.call, gone.said, hint) from None
        if seen.is_anothers(self._outbox.ledger):
            return self._of_nobody_known([seen])
        self._keep(**_shown(seen), seen_at=self._clock.now())
        self._hold_labels(seen)
        lacks = wanted(replace(self._item, ticket=self.ticket), self._policy, self._clock.now())
        self._tell(lacks)
        return "; ".join(filter(None, (self._move(seen, lacks.move), self._assign(lacks.assign))))

    def _tell(self, lacks: Wanted) -> None:
        now = self._clock.now()
        for each in lacks.news:
            self._comment(words.mark_of(each.entry), lambda each=each: words.comment_of(each.entry, self._of, now))  # type: ignore[misc]
            self._note(self._done.told, each.entry.act.value)
            self._keep(told=each.number, telling="")
        if (until := lacks.lapse) is not None:
            self._comment(words.lapse_mark(until), lambda: words.lapse_comment(self._of, until, now))
            self._note(self._done.told, "the acceptance ran out")
            self._keep(lapse=until, telling="")

    def _comment(self, mark: str, text: Callable[[], words.Text]) -> None:
        """Add a comment, unless it is there: of one that was found, or that nobody answered for, that is asked."""
        unsure = self.ticket.telling == mark or self.ticket.made_at is None
        if unsure and self._tracker.tells(self.ticket.remote, mark):
            return
        self._keep(telling=mark)
        try:
            with holding(self._keep):
                self._tracker.comment(self.ticket.remote, text())
        except (NotSent, Rejected, Gone, Later, Unusable):
            self._surely_not(telling="")
            raise

    def _move(self, seen: Seen, state: State | None) -> str:
        if state is None:
            return ""
        name = self._policy.status(state)
        if not (state.closed and seen.closed):
            try:
                with holding(self._keep):
                    seen = self._tracker.move(seen, name)
            except Rejected as refused:
                return said(refused)
            self._note(self._done.moved, f"moved to {seen.status or name}")
        self._keep(moved=state.value, **_shown(seen), seen_at=self._clock.now())
        return ""

    def _assign(self, lacking: bool) -> str:
        if not lacking:
            return ""
        person = self._policy.person(self._of.owner)
        try:
            self._tracker.assign(self.ticket.remote, person)
        except Rejected as refused:
            return said(refused)
        self._note(self._done.assigned, f"assigned to {person}")
        self._keep(owner=self._of.owner)
        return ""

    @property
    def _name(self) -> str:
        return self._of.fingerprint

    def _note(self, where: list[tuple[str, str]], text: str) -> None:
        where.append((self._of.fingerprint, text))


def _shown(seen: Seen) -> dict[str, Any]:
    named: dict[str, Any] = {"remote": seen.remote, "ref": seen.ref, "url": seen.url}
    return {**named, **({"status": seen.status, "closed": seen.closed} if seen.status else {})}


def said(fault: TrackerFault | ClaimLost) -> str:
    """The sentence that a fault is told with."""
    return f"{fault.message} ({fault.hint})" if fault.hint else fault.message
