"""The customers' stacks around a drill as a template sees them: what was to stay, what did not, and who changed it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dr_orchestrator.domain.customer.looking import FIGURE, When, stacks_in
from dr_orchestrator.domain.customer_stack import Aspect
from dr_orchestrator.domain.run import CheckResult, Run
from dr_orchestrator.reporting.wording import NOT_REACHED, Badge, outcome_badge

DURING = "came during the drill"
_BOTH, _BEFORE, _AFTER = "before and after", "before the drill", "seen only afterwards"


@dataclass(frozen=True)
class AspectRow:
    """An aspect of a stack: how it stood before the drill and after it, and in words."""

    aspect: str
    before: Badge
    after: Badge
    words: str


@dataclass(frozen=True)
class ChangeRow:
    """A difference from the baseline; `seen` is when it was there."""

    aspect: str
    path: str
    was: str
    now: str
    seen: str


@dataclass(frozen=True)
class EventRow:
    """A change that CloudTrail tells of."""

    at: str
    call: str
    subject: str
    by: str


@dataclass(frozen=True)
class CustomerView:
    """A stack of a customer."""

    name: str
    place: str
    aspects: tuple[AspectRow, ...]
    changes: tuple[ChangeRow, ...]
    events: tuple[EventRow, ...]


def customer_views(run: Run) -> tuple[CustomerView, ...]:
    """The stacks that were looked at around a run; none where its service depends on none."""
    checks = stacks_in(run.checks)
    return tuple(_view(name, own) for name, own in _by_stack(checks).items())


def _by_stack(checks: Sequence[CheckResult]) -> dict[str, dict[tuple[str, str], CheckResult]]:
    found: dict[str, dict[tuple[str, str], CheckResult]] = {}
    for each in checks:
        told = each.figures[FIGURE]
        found.setdefault(told["name"], {})[told["when"], told["aspect"]] = each
    return found


def _view(name: str, own: Mapping[tuple[str, str], CheckResult]) -> CustomerView:
    told = next(iter(own.values())).figures[FIGURE]
    events = {
        each["id"]: EventRow(each["at"], each["call"], each["subject"], each["by"])
        for check in own.values()
        for each in check.figures[FIGURE]["events"]
    }
    return CustomerView(
        name=name,
        place=f"{told['stack']} in {told['region']} of account {told['account']}",
        aspects=tuple(_aspect(each.value, own) for each in Aspect),
        changes=tuple(change for each in Aspect for change in _changes(each.value, own)),
        events=tuple(sorted(events.values(), key=lambda each: (each.at, each.call))),
    )


def _aspect(aspect: str, own: Mapping[tuple[str, str], CheckResult]) -> AspectRow:
    before, after = (own.get((when.value, aspect)) for when in When)
    newest = after or before
    return AspectRow(aspect, _badge(before), _badge(after), newest.observed if newest is not None else NOT_REACHED)


def _badge(check: CheckResult | None) -> Badge:
    return Badge(NOT_REACHED, "unsure") if check is None else outcome_badge(check.outcome)


def _changes(aspect: str, own: Mapping[tuple[str, str], CheckResult]) -> Iterator[ChangeRow]:
    """Each difference once, however often it was seen."""
    seen: dict[tuple[str, str, str], list[str]] = {}
    during: set[str] = set()
    for when in When:
        told: Mapping[str, Any] = own[when.value, aspect].figures[FIGURE] if (when.value, aspect) in own else {}
        during.update(told.get("during", ()))
        for each in told.get("changes", ()):
            seen.setdefault((each["path"], each["was"], each["now"]), []).append(when.value)
    for (path, was, now), at in seen.items():
        if len(at) > 1:
            words = _BOTH
        elif at == [When.BEFORE.value]:
            words = _BEFORE
        else:
            words = DURING if path in during else _AFTER
        yield ChangeRow(aspect, path, was, now, words)
