"""Brings findings into a tracker, each once, whoever else does the same, whatever fails, and wherever this is killed.

The ledger holds what is meant before the tracker is asked, and the answer after that. Of what nobody answered for the
tracker is asked by our own key, again and again for as long as its search may lag, before it is made once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.tickets.policy import TrackerPolicy
from dr_orchestrator.domain.tickets.ports import Outbox, Tracker
from dr_orchestrator.domain.tickets.ticket import Held, Item, Seen, Ticket, key_of, whose
from dr_orchestrator.domain.tickets.wanted import Wanted, wanted
from dr_orchestrator.errors import ClaimLost
from dr_orchestrator.tracker.faults import AnswerLost, Later, Rejected, TrackerFault, Unusable
from dr_orchestrator.tracker.one import CLAIM, Again, Done, One, said

__all__ = ["CLAIM", "Done", "Sync"]

PATIENCE = timedelta(minutes=5)
"""How long a sync waits in all for tickets that it has to look for again."""

STRAIGHT, REFUSED = 5, 50
"""So many tickets in a row that failed, or that were refused, end a sync: the tracker is down, or refuses us all."""

_NONE = timedelta()
_NEVER = datetime.min.replace(tzinfo=UTC)


class Sync:
    """One sync of one tracker. `clock` tells what time it is for the record, `machine` is what is waited by."""

    def __init__(self, tracker: Tracker, outbox: Outbox, policy: TrackerPolicy, clock: Clock, machine: Clock) -> None:
        self._tracker, self._outbox, self._policy = tracker, outbox, policy
        self._clock, self._machine = clock, machine
        self._there: dict[str, list[Seen]] = {}
        self._began = clock.now()
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
            self._tell_of_several()
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

    def known_there(self, of: Item) -> list[Seen]:
        """The tickets that wear a finding's key already, as the tracker was seen to list them."""
        gone = of.ticket.gone if of.ticket else ""
        return [each for each in self._there.get(key_of(of.finding), ()) if each.remote != gone]

    def told_there(self, of: Item) -> list[tuple[Seen, bool]]:
        """Those, each as it is read, and whether it says that it is this finding's, and this ledger's."""
        own = whose(key_of(of.finding), self._outbox.ledger)
        found = [self._tracker.read(each.remote) for each in self.known_there(of)]
        return [(each, each.whose == own) for each in found]

    def _look_there(self) -> None:
        self._began = self._clock.now()
        for each in self._tracker.ours():
            for label in each.labels:
                self._there.setdefault(label, []).append(each)

    def _in_order(self, items: Iterable[Item]) -> list[Item]:
        """Those that failed before come last, the one first that was tried longest ago: they keep nobody else's from
        being made. Before all comes what was made without its labels, which would be so of others as well.
        """

        def place(of: Item) -> tuple[bool, bool, datetime]:
            ticket = of.ticket or Ticket(of.number, "", "")
            failed = bool(ticket.error)
            return not ticket.bare, failed, (ticket.tried_at or _NEVER) if failed else _NEVER

        return sorted(items, key=place)

    def _tell_of_several(self) -> None:
        """Tell of findings of which the tracker shows more than one ticket: nobody else would."""
        for item in self._outbox.items():
            ticket, name = item.ticket, item.finding.fingerprint
            if ticket is None or not ticket.remote:
                continue
            others = [each for each in self._there.get(ticket.key, ()) if not each.closed]
            refs = [each.ref for each in others if each.remote not in (ticket.remote, ticket.gone)]
            if refs:
                shown = ", ".join(dict.fromkeys(refs))
                told = f"{shown} there too, with the label of {ticket.ref} (close it, or take its label away)"
                self.done.left[name] = "; ".join(filter(None, (self.done.left.get(name), told)))

    def _pass(self, items: Sequence[Item]) -> list[Item]:
        """Go through them once; return those that are to be looked at again."""
        again, seen, failed, refused = [], {}, 0, 0
        for item in items:
            shown = self._shown(item)
            if not self._lacks(item) and not self._is_doubtful(item) and (shown is not None or not self._missing(item)):
                if shown is not None:
                    seen[item.number] = shown
                continue
            try:
                self._one(item)
            except Again:
                again.append(item)
                failed = refused = 0
            except (Later, Unusable):
                self._outbox.saw(seen, self._began)
                raise
            except TrackerFault as fault:
                self.done.left[item.finding.fingerprint] = said(fault)
                again += [item] if isinstance(fault, AnswerLost) else []
                failed, refused = (0, refused + 1) if isinstance(fault, Rejected) else (failed + 1, 0)
                if failed == STRAIGHT or refused == REFUSED:
                    self._outbox.saw(seen, self._began)
                    raise
            else:
                failed = refused = 0
        self._outbox.saw(seen, self._began)
        return again

    def _shown(self, of: Item) -> Seen | None:
        """The ticket as the list shows it that was asked for first."""
        there = self._there.get(key_of(of.finding), ()) if of.ticket and of.ticket.remote else ()
        same = (each for each in there if of.ticket and each.remote == of.ticket.remote)
        return next((each for each in same if not each.is_anothers(self._outbox.ledger)), None)

    def _lacks(self, of: Item) -> Wanted:
        return wanted(of, self._policy, self._clock.now())

    def _is_doubtful(self, of: Item) -> bool:
        """Whether a ticket was made without its labels, or was not seen though the finding is open, or it is seen."""
        if of.ticket is None or not of.ticket.lost:
            return bool(of.ticket and of.ticket.bare)
        there = self._there.get(key_of(of.finding), ())
        return not of.finding.state_at(self._clock.now()).closed or any(each.remote == of.ticket.gone for each in there)

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
        one = One(self._tracker, self._outbox, self._policy, self._clock, self.done, claimed, ticket)
        try:
            self._brought(one, claimed)
        except ClaimLost as lost:
            self.done.left[name] = said(lost)

    def _brought(self, one: One, item: Item) -> None:
        try:
            one.bring(self.known_there(item))
        except TrackerFault as fault:
            one.let_go(said(fault), self._tracker.pause if isinstance(fault, AnswerLost) else _NONE)
            raise
        if one.ticket.error:
            self.done.left[item.finding.fingerprint] = one.ticket.error

    def _stop(self, fault: TrackerFault) -> None:
        self.done.stopped = said(fault)
