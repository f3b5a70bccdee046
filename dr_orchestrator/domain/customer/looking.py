"""A look at a customer's stack, and what it says against the baseline: a check for each aspect, before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.customer.differing import Change, changes, digest
from dr_orchestrator.domain.customer.history import LATE, Event, History, by_whom
from dr_orchestrator.domain.customer_stack import Aspect, Baseline, CustomerStack
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome

FIGURE = "customer_stack"
"""The key of a check's figures under which a look keeps what it saw."""

_SHOWN = 3
"""So many differences are told in the words of a check; its figures have them all."""

_BEFORE = "all of it was so before the drill"
NO_BASELINE = "no baseline is recorded"


class When(StrEnum):
    """Whether a look was taken before the drill, or after it."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class Known:
    """The document that AWS's answers make of an aspect; `note` is what else has to be told of it.

    `lacks` is what of it nobody looked at: a difference of the rest is one, and the rest alone is no pass.
    """

    document: Any
    note: str = ""
    lacks: str = ""


@dataclass(frozen=True)
class Unread:
    """An aspect that nobody could look at, and why."""

    why: str


@dataclass(frozen=True)
class Look:
    """All that was seen of a stack; `history` are its changes, where they could be read, and say who made them."""

    at: datetime
    aspects: Mapping[Aspect, Known | Unread]
    history: History | None = None

    @property
    def unread(self) -> dict[Aspect, str]:
        """The aspects that could not be looked at, or not whole, and why."""
        found = {each: seen.why if isinstance(seen, Unread) else seen.lacks for each, seen in self.aspects.items()}
        return {each: why for each, why in found.items() if why}

    @property
    def documents(self) -> dict[Aspect, Any]:
        """The documents of the others."""
        return {each: seen.document for each, seen in self.aspects.items() if isinstance(seen, Known)}


@dataclass(frozen=True)
class Told:
    """An aspect against the baseline: an outcome, in words, and the differences with who made them."""

    outcome: Outcome
    words: str
    changes: tuple[Change, ...] = ()
    events: tuple[Event, ...] = ()
    digest: str = ""
    during: tuple[str, ...] = field(default=())
    """The ways to what came between the look before the drill and this one."""

    def figures(self, stack: CustomerStack, aspect: Aspect, when: When, at: datetime) -> dict[str, Any]:
        """The figures of its check, as JSON holds them."""
        told = {
            "name": stack.name,
            "stack": stack.stack,
            "account": stack.account,
            "region": stack.region,
            "aspect": aspect.value,
            "when": when.value,
            "at": at.isoformat(),
            "baseline": stack.baseline.digest if stack.baseline else "",
            "digest": self.digest,
            "changes": [asdict(each) for each in self.changes],
            "events": [{**asdict(each), "at": each.at.isoformat()} for each in self.events],
            "during": list(self.during),
        }
        return {FIGURE: told}


def name_of(stack: CustomerStack, aspect: Aspect, when: When) -> str:
    """The name of the check of an aspect."""
    return f"{stack.name}, {when.value} the drill: {aspect.value}"


def names(stacks: Sequence[CustomerStack]) -> tuple[str, ...]:
    """The names of all the checks of a drill whose service depends on these stacks."""
    return tuple(name_of(each, aspect, when) for when in When for each in stacks for aspect in Aspect)


def results(
    stack: CustomerStack, look: Look, when: When, before: Mapping[str, CheckResult] | None = None
) -> Iterator[CheckResult]:
    """Hold a look to the baseline; `before` are the results of the look before the drill, by name."""
    for aspect in Aspect:
        told = compared(stack.baseline, look, aspect)
        earlier = (before or {}).get(name_of(stack, aspect, When.BEFORE))
        if when is When.AFTER and earlier is not None:
            told = _meanwhile(told, earlier, aspect)
        yield CheckResult(
            name_of(stack, aspect, when),
            "as recorded",
            told.words,
            told.outcome,
            proves_data=False,
            figures=told.figures(stack, aspect, when, look.at),
        )


def compared(baseline: Baseline | None, look: Look, aspect: Aspect) -> Told:
    """An aspect as it was seen, held to what was recorded of it."""
    seen = look.aspects[aspect]
    if isinstance(seen, Unread):
        return Told(Outcome.INCONCLUSIVE, seen.why)
    if baseline is None:
        return Told(Outcome.INCONCLUSIVE, NO_BASELINE, digest=digest(seen.document))
    if aspect is Aspect.HISTORY:
        return _of_history(baseline, look, seen)
    found = tuple(changes(baseline.documents[aspect], seen.document))
    made = digest(seen.document)
    if not found and seen.lacks:
        return Told(Outcome.INCONCLUSIVE, seen.lacks, digest=made)
    if not found:
        return Told(Outcome.PASSED, _joined(f"as recorded ({made[:12]})", seen.note), digest=made)
    words = f"{counted(len(found), 'difference')}: {_listed(found)}"
    who, made_by = _who(found, _hands(baseline, look.history))
    return Told(Outcome.FAILED, _joined(words, who, seen.note, seen.lacks), found, made_by, made)


def _hands(baseline: Baseline, history: History | None) -> list[Event] | None:
    """The changes that may have made a difference: one made just before the record may not have been seen for it."""
    if history is None:
        return None
    recorded = baseline.documents[Aspect.HISTORY], baseline.recorded_at
    return history.newer(*recorded) or history.late(*recorded)


def _of_history(baseline: Baseline, look: Look, seen: Known) -> Told:
    """The last change: anything newer than the recorded one is a difference, whatever was changed by it."""
    made = digest(seen.document)
    history = look.history or History((), look.at)
    recorded = baseline.documents[Aspect.HISTORY], baseline.recorded_at
    late, short = _came_late(history.late(*recorded)), _reached(history)
    if newer := history.newer(*recorded):
        found = tuple(
            Change(_of_event(each), _last(baseline, each.subject), f"{each.call} by {each.by}") for each in newer
        )
        listed = "; ".join(map(str, newer[:_SHOWN])) + _more(len(newer))
        words = f"{counted(len(newer), 'change')} since the recorded one: {listed}"
        return Told(Outcome.FAILED, _joined(words, late, short), found, tuple(newer), made)
    if history.since > baseline.recorded_at:
        told = (
            f"{short or f'the event history reaches back to {_minute(history.since)}'}; the baseline is from"
            f" {_minute(baseline.recorded_at)}: what was changed between, and changed back, nobody can tell"
        )
        return Told(Outcome.INCONCLUSIVE, _joined(told, late), digest=made)
    words = f"no change since the recorded one; the newest may come {LATE.seconds // 60} minutes late"
    return Told(Outcome.PASSED, _joined(words, late, seen.note), digest=made)


def _reached(history: History) -> str:
    return f"{'; '.join(history.short)}: read back to {_minute(history.since)}" if history.short else ""


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _came_late(events: Sequence[Event]) -> str:
    if not events:
        return ""
    return f"from before the record, came late: {'; '.join(map(str, events[:_SHOWN]))}{_more(len(events))}"


def _of_event(event: Event) -> str:
    """The way to a change in the history: each of them is one by itself, however often the same is done again."""
    return f"{event.subject} / change of {event.at:%Y-%m-%d %H:%M:%S} UTC"


def _last(baseline: Baseline, subject: str) -> str:
    last = baseline.documents[Aspect.HISTORY].get(subject)
    if not last:
        return "none that the event history told"
    told = sorted(f"{each['call']} by {each['by']}" for each in last["events"].values())
    return f"{', '.join(told)} at {last['at']}"


def _who(found: Sequence[Change], since: Sequence[Event] | None) -> tuple[str, tuple[Event, ...]]:
    """The hands that made these differences, as far as CloudTrail tells."""
    if since is None:
        return "who changed it is not known: the event history could not be read", ()
    if not since:
        return f"CloudTrail tells of no change yet: an event may come {LATE.seconds // 60} minutes late", ()
    parts = {part for each in found for part in each.path.split(" / ")}
    events = by_whom(since, parts)
    told = "; ".join(map(str, events[:_SHOWN]))
    return f"by CloudTrail: {told}{_more(len(events))}", tuple(events)


def _listed(found: Sequence[Change]) -> str:
    return "; ".join(map(str, found[:_SHOWN])) + _more(len(found))


def _more(count: int) -> str:
    return f"; and {count - _SHOWN} more" if count > _SHOWN else ""


def _meanwhile(told: Told, earlier: CheckResult, aspect: Aspect) -> Told:
    """The differences that came during the drill; one that has gone again is told as well."""
    kept = earlier.figures.get(FIGURE, {})
    if told.outcome is Outcome.INCONCLUSIVE:
        return told
    if aspect is Aspect.HISTORY:
        return _made_meanwhile(told, kept, earlier.outcome)
    if earlier.outcome is Outcome.INCONCLUSIVE:
        return told
    before = {(each["path"], each["was"], each["now"]) for each in kept.get("changes", ())}
    after = {(each.path, each.was, each.now) for each in told.changes}
    came = tuple(sorted({path for path, _, _ in after - before}))
    gone = sorted({path for path, _, _ in before - after} - set(came))
    words = told.words
    if came:
        words += f"; {counted(len(came), 'of these', 'of these')} came during the drill"
    elif after:
        words += f"; {_BEFORE}"
    if gone:
        words += f"; no more as before the drill: {', '.join(gone)}"
    outcome = Outcome.FAILED if came or gone else told.outcome
    return Told(outcome, words, told.changes, told.events, told.digest, (*came, *gone))


def _made_meanwhile(told: Told, kept: Mapping[str, Any], earlier: Outcome) -> Told:
    """The changes of the history that were made during the drill: by when, for many an event comes late.

    CloudTrail tells whole seconds: one in that of the look before is the drill's.
    """
    known = {each["id"] for each in kept.get("events", ())}
    if not told.events or not kept.get("at"):
        return told
    began = datetime.fromisoformat(kept["at"]).replace(microsecond=0)
    new = [each for each in told.events if each.id not in known]
    came = [each for each in new if each.at >= began]
    words = [told.words]
    if came:
        words.append(f"{counted(len(came), 'of these', 'of these')} came during the drill")
    if (early := len(new) - len(came)) and earlier is not Outcome.INCONCLUSIVE:
        were = "was" if early == 1 else "were"
        words.append(f"{early:,} of these {were} made before the drill, and seen only afterwards")
    if not new:
        words.append(_BEFORE)
    during = tuple(dict.fromkeys(_of_event(each) for each in came))
    return Told(told.outcome, _joined(*words), told.changes, told.events, told.digest, during)


def _joined(*words: str) -> str:
    return "; ".join(filter(None, words))


def stacks_in(checks: Sequence[CheckResult]) -> list[CheckResult]:
    """The checks of a run that are of customers' stacks."""
    return [each for each in checks if FIGURE in each.figures]
