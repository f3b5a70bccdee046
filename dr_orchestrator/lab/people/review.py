"""Tells a review of a document that nobody looked at: one with gaps, or one without; judged as a real one is.

The digest is made up like all of it, and stands in the record alone: no table of what documents were seen as has it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.quarter.ran import SEEDED
from dr_orchestrator.domain.review.judging import biased, judged
from dr_orchestrator.domain.review.looking import Look, Looked
from dr_orchestrator.domain.review.plan import QUESTIONS, Check, Review
from dr_orchestrator.domain.review.signing import Answer, Reviewed, Says, Signed
from dr_orchestrator.domain.service import Service
from dr_orchestrator.domain.tabletop.sitting import Shortcoming
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.lab.people.words import titled

_REVIEWERS = ("Samuel Okafor", "Lena Fischer", "Ines Duarte")
_DEFECT, _UNSAID = "who-declares", "It does not say who may declare where the director is away"
_NEXT = timedelta(days=90)


def past_review(declared: Review, services: Mapping[str, Service], at: datetime, *, well: bool) -> Reviewed:
    """A review by a declared plan, looked at and signed; `well` is one without gaps, which saw the earlier mended."""
    plan = replace(declared.kept, title=titled(declared.title))
    of = [services[each.service] for each in plan.services]
    look = _look(plan, of, at, well)
    gap = Shortcoming(_DEFECT, _UNSAID, Severity.MEDIUM, of[0].owner)
    signed = Signed(
        by=look.by,
        look=look.id,
        answers=tuple(_answer(each, well) for each in QUESTIONS),
        changes="none",
        next_review=(at + _NEXT).date(),
        defects=() if well else (gap,),
        mended={_DEFECT: "It names the deputy, and who stands in for both"} if well else {},
    )
    return judged(plan, look, signed, {each.name: each.dr_champion for each in of})


def _look(plan: Review, services: Sequence[Service], at: datetime, well: bool) -> Look:
    champions = [each.dr_champion for each in services]
    return Look(
        id=f"look-{plan.name}-{at:%Y%m%d-%H%M%S}-seeded",
        review=plan.name,
        by=next(each for each in _REVIEWERS if not biased(each, plan, champions)),
        at=at,
        document=plan.document,
        digest=hashlib.sha256(f"{SEEDED} {plan.name} {at.isoformat()}".encode()).hexdigest(),
        simulated=True,
        results=tuple(_results(plan, services, well)),
        operator=SEEDED,
    )


def _results(plan: Review, services: Sequence[Service], well: bool) -> Iterator[Looked]:
    yield _looked(Check.DOCUMENT, plan.document, "2,841 bytes")
    link = "https://wiki.example.com/restore"
    yield _looked(Check.LINKS, link, "200") if well else _looked(Check.LINKS, link, "404", Outcome.FAILED)
    for each in services:
        name = each.name
        yield _looked(Check.DRILLED, name, "not known: no run on AWS has passed", Outcome.INCONCLUSIVE, name)
        for one in each.resources.values():
            yield _looked(Check.RESOURCES, f"{one.name} ({one.id})", "there", of=name)
        yield _looked(Check.OBJECTIVES, name, "no looser than the tier's", of=name)
        yield _looked(Check.CONTACTS, name, "two can be reached", of=name)
        yield _looked(Check.CONTACTS_AGE, name, "verified in this quarter", of=name)
        yield _looked(Check.CHAMPION, name, f"{each.dr_champion} is among the contacts", of=name)
        told, outcome = ("in this quarter", Outcome.PASSED) if well else ("a year ago", Outcome.FAILED)
        yield _looked(Check.REVIEWED, name, f"its file says: {told}", outcome, name)


def _looked(check: Check, subject: str, told: str, outcome: Outcome = Outcome.PASSED, of: str = "") -> Looked:
    return Looked(check, subject, outcome, f"{told} (seeded)", of)


def _answer(question: str, well: bool) -> Answer:
    if question == "dependencies" and not well:
        return Answer(question, Says.NO, "The sign-in service is missing.")
    return Answer(question, Says.YES)
