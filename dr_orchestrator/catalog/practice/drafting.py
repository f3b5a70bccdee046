"""Drafts what people fill in: the record of a tabletop, the checklist of a review; what nobody said is a gap."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from dr_orchestrator.catalog.gaps import gap
from dr_orchestrator.domain.exercise.injects import InjectKind, in_order
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.review.looking import Look
from dr_orchestrator.domain.review.plan import QUESTIONS, Review
from dr_orchestrator.domain.tabletop.plan import Tabletop

_WHEN = gap("when, with its zone, such as 2026-11-20T09:00:00Z")


def tabletop(plan: Tabletop, sitting: str) -> str:
    """The draft of the record of a tabletop."""
    return "\n".join(_tabletop(plan, sitting)) + "\n"


def review(plan: Review, look: Look, mended: Iterable[str] = ()) -> str:
    """The draft of what a reviewer answers, to the look that was taken; `mended` are the gaps that are open."""
    return "\n".join(_review(plan, look, mended)) + "\n"


def _tabletop(plan: Tabletop, sitting: str) -> Iterator[str]:
    yield f"# The record of a tabletop: {_line(plan.title)}"
    yield f"# Fill in each gap, remove what did not happen, then: dro tabletop record FILE, by {_line(plan.owner)}."
    yield f"tabletop: {plan.name}"
    yield f"sitting: {sitting}"
    yield f"started: {_text(_WHEN)}"
    yield f"ended: {_text(_WHEN)}"
    yield "rehearsal: false"
    yield "attendance:"
    for role, holders in plan.cast.items():
        yield f"  {role}:"
        for each in holders:
            mode = _text(each.mode or gap("in the room, or remote"))
            deputy = f" # or {_line(each.deputy)}, their deputy" if each.deputy else ""
            yield f"    - {{person: {_text(each.person)}, mode: {mode}}}{deputy}"
    yield "injects:"
    for inject in in_order(plan.injects):
        due = format_duration(inject.at) if inject.at is not None else _line(inject.trigger) or "a contingency"
        only = ", delivered only where the expected did not come" if inject.kind is InjectKind.CONTINGENCY else ""
        yield f"  # {due}{only}: {_line(inject.content)}"
        yield f"  # Expected: {_line(inject.expected)}"
        yield f"  {inject.name}:"
        yield f"    at: {_text(_WHEN)}"
        yield f"    action: {_text(gap('what the players did'))}"
        yield f"    response: {_text(gap('how long that took, such as 4m, or remove the key'))}"
        yield f"    rating: {_text(gap('P, S, M or U'))}"
    yield "criteria:"
    for criterion in plan.criteria:
        yield f"  # {'CRITICAL: ' if criterion.critical else ''}{_line(criterion.success)}"
        rating, by = _text(gap("P, S, M or U")), _text(gap("the evaluator"))
        yield f"  {criterion.name}: {{rating: {rating}, by: {by}}}"
    yield "declared: # remove it where nobody declared the disaster"
    yield f"  {{inject: {_text(gap('on which inject'))}, at: {_text(_WHEN)}, by: {_text(gap('by whom'))}}}"
    yield "decisions:"
    yield f"  - what: {_text(gap('what was decided, one entry each'))}"
    yield f"    who: {_text(gap('by whom'))}"
    yield f"    at: {_text(_WHEN)}"
    yield "    options: [] # between what"
    yield "    missing: [] # what they had to know, and did not"
    if plan.contacts:
        yield "contacts: # try each; where nobody answered, reached is false, and there is no `after`"
    for contact in plan.contacts:
        reached, after = _text(gap("true or false")), _text(gap("after how long, such as 4m"))
        yield f"  # {_line(contact.person)}, by {_line(contact.reach)}"
        yield f"  {contact.name}: {{reached: {reached}, after: {after}}}"
    yield "questions: [] # what nobody could answer"
    yield from _gaps(plan.services)


def _review(plan: Review, look: Look, mended: Iterable[str]) -> Iterator[str]:
    yield f"# The reviewer's answers: {_line(plan.title)}, {_line(look.document)}"
    yield "# yes, no or unknown; with a note where it is not yes. Then: dro review sign FILE --by REVIEWER"
    yield f"review: {plan.name}"
    yield f"look: {look.id}"
    for each in look.results:
        if not each.passed:
            yield f"# {each.outcome}: {_line(each.subject)}: {_line(each.told)}"
    for finding in look.findings:
        yield f"# open finding: {_line(finding)}"
    yield "answers:"
    for name, question in QUESTIONS.items():
        yield f"  {name}: {{answer: {_text(gap(question))}}}"
    yield f"changes: {_text(gap('a link to what was changed in the document, or the word none'))}"
    yield f"next_review: {_text(gap('the day of the next one, such as 2027-01-15'))}"
    yield from _defects(plan.services)
    for name in mended:
        yield f"# open of an earlier review: {_line(name)}; where it holds now: mended: {{{_line(name)}: HOW}}"


def _gaps(services: Sequence[object]) -> Iterator[str]:
    service = ", service: NAME" if len(services) > 1 else ""
    yield f"gaps: {{}} # NAME: {{what: ..., severity: high, owner: ...{service}}}; each becomes a finding"
    yield "mended: {} # gaps of earlier sittings that this one showed to be closed: NAME: how"


def _defects(services: Sequence[object]) -> Iterator[str]:
    service = ", service: NAME" if len(services) > 1 else ""
    yield f"defects: {{}} # NAME: {{what: ..., severity: medium, owner: ...{service}}}; each becomes a finding"


def _text(value: str) -> str:
    """A text in quotes, as every reader of YAML takes it."""
    return json.dumps(value, ensure_ascii=False)


def _line(value: str) -> str:
    """A text that cannot end the comment that it stands in."""
    return " ".join(value.split())
