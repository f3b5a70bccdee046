"""Brings findings into a tracker, each once, whoever else does the same, whatever fails, and wherever this is killed.

The ledger holds what is meant before the tracker is asked, and the answer after that. Of what nobody answered for the
tracker is asked by our own key, again and again for as long as its search may lag, before it is made once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.findings.tracked import LIVE, State
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.tickets import draft as words
from dr_orchestrator.domain.tickets.policy import TrackerPolicy
from dr_orchestrator.domain.tickets.ports import Outbox, Tracker
from dr_orchestrator.domain.tickets.ticket import Held, Item, Seen, Ticket, key_of
from dr_orchestrator.domain.tickets.wanted import Wanted, wanted
from dr_orchestrator.errors import ClaimLost
from dr_orchestrator.tracker.faults import AnswerLost, Gone, Later, NotSent, Rejected, TrackerFault, Unusable

CLAIM = timedelta(minutes=10)
"""How long a ticket is one sync's, from its last word: longer than all that it may wait for in between."""

PATIENCE = timedelta(minutes=5)
"""How long a sync waits in all for tickets that it has to look for again."""

STRAIGHT = 5
"""So many tickets in a row that failed end a sync: the tracker is down, or refuses us all."""

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


class Sync:
    """One sync of one tracker. `clock` tells what time it is for the record, `machine` is what is waited by."""

    def __init__(self, tracker: Tracker, outbox: Outbox, policy: TrackerPolicy, clock: Clock, machine: Clock) -> None:
        self._tracker, self._outbox, self._policy = tracker, outbox, policy
        self._clock, self._machine = clock, machine
        self._there: dict[str, list[Seen]] = {}
        self.done = Done()

    def perform(self) -> Done:
        """Bring every ticket up to date that can be, and tell of those that cannot."""
        try:
            self._tracker.open()
            self._look_there()
            again = self._pass(self._in_order(self._outbox.items()))
            patience = PATIENCE
            while again and self._tracker.pause <= patience:
                self._machine.sleep(self._tracker.pause.total_seconds())
                patience -= max(self._tracker.pause, timedelta(seconds=1))
                again = self._pass(again)
        except TrackerFault as fault:
            self._stop(fault)
        return self.done

    def planned(self) -> list[tuple[Item, Wanted]]:
        """All that a sync would do; nothing is written anywhere."""
        self._tracker.open()
        self._look_there()
        now = self._clock.now()
        found = ((each, wanted(each, self._policy, now)) for each in self._in_order(self._outbox.items()))
        return [(item, lacks) for item, lacks in found if lacks]

    def known_there(self, of: Item) -> Seen | None:
        """The ticket that wears a finding's key already, as the tracker was seen to list it."""
        gone = of.ticket.gone if of.ticket else ""
        return next((each for each in self._there.get(key_of(of.finding), ()) if each.remote != gone), None)

    def _look_there(self) -> None:
        for each in self._tracker.ours():
            for label in each.labels:
                self._there.setdefault(label, []).append(each)

    def _in_order(self, items: Iterable[Item]) -> list[Item]:
        """Those that failed before come last: they keep nobody else's from being made."""
        return sorted(items, key=lambda each: bool(each.ticket and each.ticket.error))

    def _pass(self, items: Sequence[Item]) -> list[Item]:
        """Go through them once; return those that are to be looked at again."""
        again, seen, failed = [], {}, 0
        for item in items:
            shown = self._shown(item)
            if not self._lacks(item) and (shown is not None or not self._missing(item)):
                if shown is not None:
                    seen[item.number] = shown
                continue
            try:
                self._one(item)
            except Again:
                again.append(item)
                failed = 0
                continue
            except (Later, Unusable):
                self._outbox.saw(seen, self._clock.now())
                raise
            except TrackerFault as fault:
                self.done.left[item.finding.fingerprint] = _said(fault)
                again += [item] if isinstance(fault, AnswerLost) else []
                failed += 1
                if failed == STRAIGHT:
                    self._outbox.saw(seen, self._clock.now())
                    raise
            else:
                failed = 0
        self._outbox.saw(seen, self._clock.now())
        return again

    def _shown(self, of: Item) -> Seen | None:
        """The ticket as the list shows it that was asked for first."""
        there = self._there.get(key_of(of.finding), ()) if of.ticket and of.ticket.remote else ()
        return next((each for each in there if of.ticket and each.remote == of.ticket.remote), None)

    def _lacks(self, of: Item) -> Wanted:
        return wanted(of, self._policy, self._clock.now())

    def _missing(self, of: Item) -> bool:
        """Whether a ticket that somebody still has to do something about is not where it was: moved, or deleted."""
        open_still = not of.finding.state_at(self._clock.now()).closed
        return bool(of.ticket and of.ticket.remote) and open_still

    def _one(self, item: Item) -> None:
        """Claim a ticket, bring it up to date, and let go of it, whatever comes of that."""
        name = item.finding.fingerprint
        claimed = self._outbox.claim(item, key_of(item.finding), CLAIM)
        if isinstance(claimed, Held):
            whose = f"it is another sync's ({claimed.holder}), or waits to be looked for"
            self.done.left[name] = f"{whose}, for {claimed.left.total_seconds():.0f} s yet: sync again then"
            return
        self.done.left.pop(name, None)
        ticket = claimed.ticket or Ticket(claimed.number, "", "")  # a claim makes one
        one = _One(self._tracker, self._outbox, self._policy, self._clock, self.done, claimed, ticket)
        try:
            self._brought(one, claimed)
        except ClaimLost as lost:
            self.done.left[name] = _said(lost)

    def _brought(self, one: _One, item: Item) -> None:
        try:
            one.bring(self.known_there(item))
        except TrackerFault as fault:
            one.let_go(_said(fault), self._tracker.pause if isinstance(fault, AnswerLost) else _NONE)
            raise
        if one.ticket.error:
            self.done.left[item.finding.fingerprint] = one.ticket.error

    def _stop(self, fault: TrackerFault) -> None:
        self.done.stopped = _said(fault)


class _One:
    """One ticket that is claimed; `ticket` is as the ledger has it."""

    def __init__(
        self, tracker: Tracker, outbox: Outbox, policy: TrackerPolicy, clock: Clock, done: Done, item: Item, of: Ticket
    ) -> None:
        self._tracker, self._outbox, self._policy, self._clock, self._done = tracker, outbox, policy, clock, done
        self._item, self.ticket = item, of
        self._of = item.finding

    def bring(self, known: Seen | None) -> None:
        """Bring it up to date, and let go of it."""
        wrong = ""
        if not self.ticket.remote:
            if not wanted(self._item, self._policy, self._clock.now()).make:
                self.let_go(self.ticket.error, _NONE)
                return
            wrong = self._make(known)
        else:
            wrong = self._up_to_date()
        self.let_go(wrong, _NONE)

    def let_go(self, error: str, pause: timedelta) -> None:
        """Write why it is not up to date, if it is not, and let go of it: it is left alone for the pause."""
        done = self.ticket.synced_at if error else self._clock.now()
        self._keep(pause, error=error, synced_at=done)

    def _keep(self, span: timedelta = CLAIM, /, **changes: Any) -> None:
        self.ticket = replace(self.ticket, **changes)
        self._outbox.keep(self.ticket, span)

    def _make(self, known: Seen | None) -> str:
        """Make it, or take the one that is there; what is wrong with it all the same."""
        if self.ticket.unsure:
            known = self._looked_for()
        if known is not None:
            self._found(known)
            return self._up_to_date()
        if self._of.state_at(self._clock.now()) not in LIVE:  # it was closed while nobody knew
            self._keep(intended_at=None)
            return ""
        history = [each.entry for each in self._item.news]
        draft = words.draft_of(self._of, history, self._policy, self._clock.now())
        self._keep(intended_at=self._clock.now(), looks=0)
        try:
            seen, wrong = self._asked_to_make(draft)
        except (NotSent, Rejected, Later, Unusable):
            self.ticket = replace(self.ticket, intended_at=None)  # surely not done
            raise
        self._note(self._done.made, f"made as {seen.ref}")
        self._made(seen, assigned=not wrong)
        if draft.key not in seen.labels:
            told = f"{seen.ref} was made without its labels, by which it would be found again"
            raise Unusable(self._policy.name, told, "give the token's user the right to label issues, and label it")
        return wrong

    def _asked_to_make(self, draft: words.Draft) -> tuple[Seen, str]:
        """Make it; without its assignee, where the tracker refuses that: which is told, and better than no ticket."""
        try:
            return self._tracker.make(draft), ""
        except Rejected as refused:
            if not draft.person:
                raise
            wrong = f"it is assigned to nobody there: {_said(refused)}"
        return self._tracker.make(replace(draft, person="")), wrong

    def _looked_for(self) -> Seen | None:
        """The ticket that may have been made; None where it was looked for as often as the search may lag."""
        gone = self.ticket.gone
        there = next((each for each in self._tracker.look(self.ticket.key) if each.remote != gone), None)
        if there is None and self.ticket.looks + 1 < self._tracker.looks:
            waited = "nobody answered whether it was made; it is looked for again"
            self._keep(self._tracker.pause, looks=self.ticket.looks + 1, error=waited)
            self._done.left[self._of.fingerprint] = waited
            raise Again
        return there

    def _made(self, seen: Seen, *, assigned: bool) -> None:
        """Write the answer: what was just made is open in every workflow, and tells all that was until now."""
        now = self._clock.now()
        told = max((each.number for each in self._item.news), default=0)
        lapsed = self._of.state_at(now) is not self._of.state
        self._keep(
            made_at=now,
            told=told,
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
        then, now = self.ticket.intended_at, self._clock.now()
        told = max((each.number for each in self._item.news if then and each.entry.at <= then), default=0)
        moved = State.OPEN.value if then else ""
        intended = then or now
        self._keep(told=told, moved=moved, intended_at=intended, looks=0, gone_at=None, error="", **_shown(seen))

    def _up_to_date(self) -> str:
        """Bring one that is there up to date; what could not be done of it, where the rest could."""
        try:
            seen = self._tracker.read(self.ticket.remote)
        except Gone as gone:
            self._keep(remote="", gone=self.ticket.remote, gone_at=self._clock.now(), intended_at=None)
            if self._policy.anew:
                self._item = replace(self._item, ticket=self.ticket)
                return self._make(None) if wanted(self._item, self._policy, self._clock.now()).make else ""
            return f"{_said(gone)}; `dro tickets anew {self._of.fingerprint}` makes another"
        self._keep(**_shown(seen), seen_at=self._clock.now())
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
            self._tracker.comment(self.ticket.remote, text())
        except (NotSent, Rejected, Later, Unusable):
            self.ticket = replace(self.ticket, telling="")  # surely not done
            raise

    def _move(self, seen: Seen, state: State | None) -> str:
        if state is None:
            return ""
        name = self._policy.status(state)
        if not (state.closed and seen.closed):
            try:
                seen = self._tracker.move(seen, name)
            except Rejected as refused:
                return _said(refused)
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
            return _said(refused)
        self._note(self._done.assigned, f"assigned to {person}")
        self._keep(owner=self._of.owner)
        return ""

    def _note(self, where: list[tuple[str, str]], text: str) -> None:
        where.append((self._of.fingerprint, text))


def _shown(seen: Seen) -> dict[str, Any]:
    named: dict[str, Any] = {"remote": seen.remote, "ref": seen.ref, "url": seen.url}
    return {**named, **({"status": seen.status, "closed": seen.closed} if seen.status else {})}


def _said(fault: TrackerFault | ClaimLost) -> str:
    return f"{fault.message} ({fault.hint})" if fault.hint else fault.message
