"""Files of reviews -> the domain's declarations, and what a reviewer signs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from dr_orchestrator.catalog.practice.reading import abouts, problems, refused, shaped, whole
from dr_orchestrator.catalog.practice.tabletops import files
from dr_orchestrator.catalog.rules import review as rules
from dr_orchestrator.catalog.rules.exercise import Mistake
from dr_orchestrator.catalog.shapes.fields import likely
from dr_orchestrator.catalog.shapes.review import ReviewFile, SignedFile
from dr_orchestrator.catalog.source import read
from dr_orchestrator.domain.review import signing as domain
from dr_orchestrator.domain.review.plan import Review
from dr_orchestrator.domain.service import Service
from dr_orchestrator.domain.tabletop.sitting import Shortcoming
from dr_orchestrator.errors import Problem

FOLDER = "reviews"


def plans(drills: Path, services: Mapping[str, Service]) -> dict[str, Review]:
    """Every declaration in the folder of drill files, by name; CatalogError with all mistakes of all of them."""
    found, wrong = readable(drills, services)
    if wrong:
        raise refused(wrong)
    return found


def plan_problems(drills: Path, services: Mapping[str, Service]) -> tuple[Problem, ...]:
    """Everything that is wrong with the declarations."""
    return readable(drills, services)[1]


def readable(drills: Path, services: Mapping[str, Service]) -> tuple[dict[str, Review], tuple[Problem, ...]]:
    """All that can be read, and everything that is wrong with the others: a report is made all the same."""
    found: dict[str, Review] = {}
    wrong: list[Problem] = []
    for path in files(drills.absolute(), FOLDER):
        document = read(path, f"{drills.absolute().name}/{FOLDER}/{path.name}")
        plan = shaped(document, ReviewFile)
        if plan is not None:
            document.problems.extend(document.problem(*each) for each in rules.of_plan(plan, path.stem, services))
        if told := problems(document):
            wrong += told
        elif plan is not None:
            found[plan.review] = _plan(plan, document.file, services)
    return found, tuple(wrong)


def _plan(of: ReviewFile, file: str, services: Mapping[str, Service]) -> Review:
    return Review(
        name=of.review,
        title=of.title,
        document=of.document or services[of.services[0]].runbook.url,
        authors=tuple(of.authors),
        every=of.every,
        services=abouts(of.services, dict(services)),
        mandatory=tuple(dict.fromkeys(of.mandatory)),
        allowed=tuple(of.allow_hosts),
        contacts_within=of.contacts_within,
        file=file,
    )


def signed(path: Path, told: str, plans: Mapping[str, Review], by: str, now: datetime) -> tuple[Review, domain.Signed]:
    """The answers that a file holds, signed by that person, with the declaration; CatalogError with every mistake."""

    def wrong(of: SignedFile) -> Iterator[Mistake]:
        if of.review in plans:
            yield from rules.of_signed(of, plans[of.review], now)
        else:
            fix = likely(of.review, plans) or f"declare it: drills/{FOLDER}/{of.review}.yaml"
            yield ("review",), f"there is no review '{of.review}'", fix

    of = whole(path, told, SignedFile, wrong)
    return plans[of.review], _signed(of, by)


def _signed(of: SignedFile, by: str) -> domain.Signed:
    return domain.Signed(
        by=by,
        look=of.look,
        answers=tuple(domain.Answer(name, each.answer, each.note or "") for name, each in of.answers.items()),
        changes=of.changes,
        next_review=of.next_review,
        defects=tuple(
            Shortcoming(name, each.what, each.severity, each.owner, each.service or "")
            for name, each in of.defects.items()
        ),
        mended=dict(of.mended),
        correction=of.correction or "",
    )
