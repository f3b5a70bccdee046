"""Findings by age and state as of an instant, what became of them in a quarter, and what was accepted until when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dr_orchestrator.domain.findings.acts import accepted_in
from dr_orchestrator.domain.findings.before import as_given
from dr_orchestrator.domain.findings.tracked import LIVE, Act, Entry, State, TrackedFinding

_DAY = timedelta(days=1)
AGES = (("under 30 days", 30 * _DAY), ("30 to 89 days", 90 * _DAY), ("90 to 179 days", 180 * _DAY))
OLDEST = "180 days and more"
_BEGINS = (Act.RAISED, Act.REOPENED)
_STATES = {
    Act.RAISED: State.OPEN,
    Act.REOPENED: State.OPEN,
    Act.REMEDIATED: State.REMEDIATED,
    Act.STARTED: State.IN_PROGRESS,
    Act.ACCEPTED: State.ACCEPTED,
    Act.NOT_REPRODUCIBLE: State.NOT_REPRODUCIBLE,
}
_CLOSINGS = (Act.REMEDIATED, Act.NOT_REPRODUCIBLE)
TURNS = (*_STATES, Act.ASSIGNED)
"""The acts that change a state, or a due date; whatever else a history tells is not asked for."""

History = Mapping[tuple[str, bool], Sequence[Entry]]


@dataclass(frozen=True)
class Aged:
    """A finding as it stood at an instant; `age` is since it was raised or reopened last."""

    finding: TrackedFinding
    state: State
    age: timedelta
    overdue: bool

    @property
    def bucket(self) -> str:
        """The class of its age."""
        return next((name for name, below in AGES if self.age < below), OLDEST)


@dataclass(frozen=True)
class Ageing:
    """The findings of one world: those that are not closed, the oldest first, and what the quarter did.

    `opened` were raised or reopened in it, and `closed` closed and not reopened, each finding once; `states` counts all
    that were ever raised, so that its sum is all of them.
    """

    standing: tuple[Aged, ...]
    states: Mapping[State, int]
    opened: int
    closed: int

    @property
    def live(self) -> tuple[Aged, ...]:
        """Those that somebody has to do something about."""
        return tuple(each for each in self.standing if each.state in LIVE)

    @property
    def overdue(self) -> tuple[Aged, ...]:
        """Those that should have been done by then."""
        return tuple(each for each in self.standing if each.overdue)

    @property
    def accepted(self) -> tuple[Aged, ...]:
        """Those that somebody accepted, what ends first first."""
        found = [each for each in self.standing if each.state is State.ACCEPTED]
        return tuple(sorted(found, key=lambda each: (each.finding.accepted_until is None, each.finding.accepted_until)))

    @property
    def buckets(self) -> list[tuple[str, int, int]]:
        """Each class of age with how many live findings are of it, and how many of those are overdue."""
        many = Counter(each.bucket for each in self.live)
        late = Counter(each.bucket for each in self.overdue)
        return [(name, many[name], late[name]) for name in (*(name for name, _ in AGES), OLDEST)]


def ageing(
    findings: Iterable[TrackedFinding],
    histories: History,
    start: datetime,
    now: datetime,
    judged: datetime | None = None,
    *,
    simulated: bool,
) -> Ageing:
    """The findings of one world as of now, in the quarter that began at `start`; dates are held against `judged`."""
    own = [(each, histories.get(each.key, ())) for each in findings if each.simulated is simulated]
    told = [aged for each, history in own if (aged := as_of(each, history, now, judged)) is not None]
    standing = sorted((each for each in told if not each.state.closed), key=lambda each: (-each.age, each.finding.key))
    within = [
        [entry.act for entry in history if start <= entry.at <= now and entry.act in (*_BEGINS, *_CLOSINGS)]
        for _, history in own
    ]
    return Ageing(
        tuple(standing),
        Counter(dict.fromkeys(State, 0) | Counter(each.state for each in told)),
        sum(any(act in _BEGINS for act in acts) for acts in within),
        sum(bool(acts) and acts[-1] in _CLOSINGS for acts in within),
    )


def as_of(
    finding: TrackedFinding, history: Sequence[Entry], now: datetime, judged: datetime | None = None
) -> Aged | None:
    """A finding as it stood at an instant; None where it was not raised by then. Its dates are held against `judged`.

    Its history is folded, and what was assigned later is taken back, as is the date of a later reopening.
    """
    if finding.first_seen > now:
        return None
    judged = judged or now
    finding = as_given(finding, history, now)
    turns = [each for each in history if each.act in _STATES]
    then = [each for each in turns if each.at <= now]
    if len(then) == len(turns):  # nothing has turned since
        return _aged(finding, judged)
    state = _STATES[then[-1].act] if then else State.OPEN
    opened = next((each.at for each in reversed(then) if each.act in _BEGINS), finding.first_seen)
    closed = then[-1].at if state.closed else None
    stood = replace(finding, state=state, opened_at=opened, closed_at=closed)
    of = accepted_in(then[-1].text) if state is State.ACCEPTED else None
    if of is not None:  # by whom, why and until when: a later turn has taken it away, or accepted it anew
        stood = replace(stood, accepted_by=of.approver, accepted_reason=of.reason, accepted_until=of.until)
    return _aged(stood, judged)


def _aged(finding: TrackedFinding, now: datetime) -> Aged:
    return Aged(finding, finding.state_at(now), finding.age_at(now), finding.overdue_at(now))
