"""Silences each copy while its run lives: made, prolonged, and ended when it is gone; whoever else does the same.

The ledger holds what is meant before Alertmanager is asked, and the answer after that. Before each POST it is looked
there for what an answer that was lost, or a process that died, may have left. Each silence ends by itself: at most a
margin after the last heartbeat of its run, by Alertmanager's own clock. What stands there, and what is over, is what it
shows itself, by our words and by the id that the ledger knows, whatever that is matched by.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.silences.matching import NotSilenced, exact, matchers_of
from dr_orchestrator.domain.silences.policy import ASTRAY, LONGEST, SilencePolicy
from dr_orchestrator.domain.silences.ports import Alertmanager, Box, Fault, Unknown, Wanted
from dr_orchestrator.domain.silences.silence import OPEN, Done, Silence, Standing, State, There

SPAN = timedelta(minutes=2)
"""How long a silence is one process's, which asks for it."""

BRIEFEST = timedelta(seconds=20)
"""The shortest silence that is asked for: a shorter one might be over when it arrives."""

LENIENT = timedelta(seconds=5)
"""How much sooner than meant a silence may end before somebody is taken to have ended it."""

BY_SOMEBODY = "somebody ended it there: it is not made again"
REFUSED = "see that what stands before Alertmanager lets DELETE through; until then it ends by itself"

_ALWAYS: Callable[[], bool] = lambda: True  # noqa: E731 - a default


class Silencing:
    """One sync. `production` are the names that are never silenced, `machine` the clock by which people live.

    Where it is `blind`, those names are not all known, and why: then silences are ended alone.
    """

    def __init__(
        self,
        box: Box,
        there: Alertmanager,
        policy: SilencePolicy,
        production: Collection[str],
        machine: Clock,
        blind: str = "",
    ) -> None:
        self._box, self._there, self._policy, self._machine = box, there, policy, machine
        self._production, self._blind = production, blind
        self._read_at, self._each = 0.0, False
        self._known: set[str] = set()
        self.done = Done()

    def perform(self, go_on: Callable[[], bool] = _ALWAYS, *, each: bool = False) -> Done:
        """Bring each copy's silence up to date, those of copies that are gone first; `each` looks at those, too, that
        were asked for a short while ago.
        """
        self._read_at, self._each = self._machine.monotonic(), each
        copies = sorted(self._box.standing(), key=lambda each: not each.gone)
        self._known = {each.known.remote for each in copies} - {""}
        stopped = ""
        for copy in copies:
            if stopped or not go_on():
                self._leave(copy, stopped or "there was no time left: the next round goes on")
                continue
            try:
                self._one(copy)
            except NotSilenced as why:
                self.done.left[copy.name] = str(why)
            except Fault as fault:
                self.done.left[copy.name] = told(fault)
                stopped = told(fault) if fault.over else ""
        return self.done

    def _one(self, of: Standing) -> None:
        if of.gone:
            if of.known.state in OPEN:
                self._end(of)
        elif self._is_due(of):
            self._silence(of)
        elif self._may_have_run_out(of):
            self._settle(of)

    def _leave(self, of: Standing, why: str) -> None:
        if (of.gone and of.known.state in OPEN) or self._is_due(of):
            self.done.left[of.name] = why

    def _is_due(self, of: Standing) -> bool:
        """Whether its run lives, and its silence is to be made, or is a third of the margin old."""
        if of.gone or not of.alive or of.heard is None or (of.simulated and not self._policy.simulated):
            return False
        return of.known.state is not State.LIFTED and (self._each or not self._is_young(of.known))

    def _is_young(self, known: Silence) -> bool:
        """Whether it was asked for less than a third of the margin ago."""
        if known.state is not State.STANDS or known.asked_at is None:
            return False
        return timedelta() <= self._machine.now() - known.asked_at < self._policy.margin / 3

    def _may_have_run_out(self, of: Standing) -> bool:
        """By this machine's clock, which may be ahead of Alertmanager's."""
        ends = of.known.ends_at
        return of.known.state in OPEN and not of.alive and (ends is None or ends - ASTRAY < self._machine.now())

    def _settle(self, of: Standing) -> None:
        """Write of one that nobody prolongs that it is over, once it is."""
        seen = self._seen(of)
        if self._standing_of(of, seen):
            return
        if _lifted(of.known, seen):
            self._write(of.known, State.LIFTED, error=BY_SOMEBODY)
        else:
            self._write(of.known, State.ENDED, error="its run was not heard of: it ended by itself")

    def _silence(self, of: Standing) -> None:
        if self._blind:
            raise NotSilenced(self._blind)
        matchers, known = matchers_of(of, self._policy, self._production), of.known
        seen = self._seen(of)
        current = self._current(of, seen, matchers)
        if current is None and _lifted(known, seen):
            self._write(known, State.LIFTED, error=BY_SOMEBODY)
            return
        if current is not None and self._is_as_meant(known, current, matchers):
            return
        now = self._there.time()
        wanted = Wanted(matchers, current.starts_at if current else now, self._end_of(of, now), of.comment)
        if wanted.ends_at - now < BRIEFEST:
            return
        remote = current.id if current else ""
        meant = replace(known, state=State.MEANT, remote=remote, ends_at=wanted.ends_at)
        if (begun := self._begin(meant)) is None:
            return
        self._asked(begun, wanted)
        (self.done.prolonged if current else self.done.made).append(of.name)

    def _asked(self, begun: Silence, wanted: Wanted) -> None:
        """Ask for it, and write what came of it; of what nobody knows it stays as it was meant."""
        try:
            made = self._posted(wanted, begun.remote)
        except Fault as fault:
            state = State.ENDED if fault.surely and not begun.remote else State.MEANT
            self._box.keep(replace(begun, state=state, error=fault.message))
            raise
        self._known.add(made)
        self._box.keep(replace(begun, state=State.STANDS, remote=made))

    def _posted(self, wanted: Wanted, remote: str) -> str:
        try:
            return self._there.post(wanted, remote)
        except Unknown:  # it forgot it meanwhile
            return self._there.post(replace(wanted, starts_at=self._there.time()), "")

    def _end_of(self, of: Standing, now: datetime) -> datetime:
        """A margin after the last heartbeat, by Alertmanager's clock, an hour from now at most; cut to the second."""
        if of.heard is None:
            return now
        since = of.heard + timedelta(seconds=self._machine.monotonic() - self._read_at)
        return (now + min(self._policy.margin - since, LONGEST)).replace(microsecond=0)

    def _seen(self, of: Standing) -> list[There]:
        """Those that Alertmanager shows of it: by its label, and by its id where that is not among them."""
        label, known = exact(self._policy.matchers), of.known
        try:
            found = list(self._there.find(label, matchers_of(of, self._policy, ())[label]))
        except NotSilenced:
            found = []
        if known.state not in OPEN or not known.remote or known.remote in {each.id for each in found}:
            return found
        looked = self._there.look(known.remote)
        return found if looked is None else [*found, looked]

    def _current(self, of: Standing, seen: Sequence[There], matchers: dict[str, str]) -> There | None:
        """Its silence as it stands there: by its id, else by our own words. One of other matchers is asked for under
        its id all the same: Alertmanager ends it, and makes another in its place.
        """
        standing = [each for each in seen if not each.over]
        ours = [each for each in standing if each.id == of.known.remote]
        lost = [each for each in standing if each.of(of) and each.matchers == matchers and each.id not in self._known]
        return next(iter(ours + lost), None)

    def _is_as_meant(self, known: Silence, current: There, matchers: dict[str, str]) -> bool:
        """Whether there is nothing to be asked for: it stands as it was, and is not old yet."""
        if not self._is_young(known) or known.ends_at is None:
            return False
        same = (current.id, current.matchers) == (known.remote, matchers)
        return same and current.ends_at >= known.ends_at - LENIENT

    def _end(self, of: Standing) -> None:
        """End all that stands of it; what is not there any more is ended, too."""
        known = of.known
        if (begun := self._begin(replace(known))) is None:
            return
        try:
            self._delete(of)
        except Fault as fault:
            self._box.keep(replace(begun, error=fault.message))
            raise
        self._box.keep(replace(begun, state=State.ENDED))
        self.done.ended.append(of.name)

    def _delete(self, of: Standing) -> None:
        """Delete what is shown to stand of it, all that can be; of what is not known there it is looked again.

        A fault is of this one alone: the next one is looked for before anything is asked of it.
        """
        faults: list[Fault] = []
        for remote in self._standing_of(of, self._seen(of)):
            try:
                self._there.delete(remote)
            except Unknown as unknown:
                if remote in self._standing_of(of, self._seen(of)):
                    faults.append(Fault(f"{unknown.message}; it shows it all the same", REFUSED))
            except Fault as fault:
                faults.append(fault)
        if faults:
            faults[0].over = False
            raise faults[0]

    def _standing_of(self, of: Standing, seen: Sequence[There]) -> list[str]:
        """The ids of those that are its own and not over; never one that the ledger knows to be another copy's."""
        others = self._known - {of.known.remote}
        own = {each.id for each in seen if not each.over and (each.id == of.known.remote or each.of(of))}
        return sorted(own - others)

    def _write(self, known: Silence, state: State, error: str) -> None:
        if (begun := self._begin(replace(known, state=state))) is not None:
            self._box.keep(replace(begun, state=state, error=error))

    def _begin(self, meant: Silence) -> Silence | None:
        begun = replace(meant, tries=meant.tries + 1, error="", asked_at=self._machine.now().astimezone(UTC))
        return begun if self._box.begin(begun, SPAN) else None


def _lifted(known: Silence, seen: Sequence[There]) -> bool:
    """Whether a silence that stood was ended before its time, and not by us."""
    if known.state is not State.STANDS or known.ends_at is None:
        return False
    ended = [each for each in seen if each.id == known.remote and each.over]
    return any(each.ends_at < known.ends_at - LENIENT for each in ended)


def told(fault: Fault) -> str:
    """A fault in one line, with what to do."""
    return f"{fault.message}: {fault.hint}" if fault.hint else fault.message
