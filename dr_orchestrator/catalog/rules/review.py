"""The rules of reviews: of the declaration, and of what a reviewer answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from dr_orchestrator.catalog.rules.exercise import Mistake
from dr_orchestrator.catalog.rules.tabletop import of_scope
from dr_orchestrator.catalog.shapes.fields import likely
from dr_orchestrator.catalog.shapes.review import ReviewFile, SignedFile
from dr_orchestrator.domain.findings.persons import mixed
from dr_orchestrator.domain.programme import period_end
from dr_orchestrator.domain.review.plan import QUESTIONS, Review
from dr_orchestrator.domain.review.signing import Says
from dr_orchestrator.domain.service import Service

_LEAST = timedelta(days=1)


def of_plan(of: ReviewFile, stem: str, services: Mapping[str, Service]) -> Iterator[Mistake]:
    """The mistakes in a declaration."""
    if of.review != stem:
        yield ("review",), f"the file is {stem}.yaml, and it says '{of.review}'", "give both the same name"
    yield from of_scope(of.services, services)
    for index, each in enumerate(of.authors):
        if mixed(each):
            yield ("authors", index), "its letters are of several scripts that look alike", "write the name in one"
    if of.document is None and len(of.services) > 1:
        told = "it is about several services, and does not say which document"
        yield ("services",), told, "add `document: PATH`, or `document: https://...`"
    if of.document is not None:
        yield from _of_document(of.document)


def _of_document(document: str) -> Iterator[Mistake]:
    if "://" in document:
        if not document.startswith(("https://", "http://")):
            yield ("document",), "only https and http are asked", "write https://..."
        elif "@" in document.split("/")[2]:
            yield ("document",), "an address with a login is not kept in a file", "remove the login"
    elif document.startswith(("/", "~")) or ".." in document.split("/"):
        yield ("document",), "it leads out of the workspace", "write a path within it, such as runbooks/orders.md"


def of_signed(of: SignedFile, plan: Review, now: datetime) -> Iterator[Mistake]:
    """The mistakes in a reviewer's answers."""
    for name, each in of.answers.items():
        if name not in QUESTIONS:
            yield ("answers", name), f"there is no question '{name}'", likely(name, QUESTIONS)
        elif each.answer is not Says.YES and each.note is None:
            yield ("answers", name), f"it is answered by {each.answer}, and does not say why", "add `note:`"
    for name in QUESTIONS:
        if name not in of.answers:
            yield ("answers",), f"'{name}' is not answered", f"add `{name}: {{answer: yes}}`, or no, or unknown"
    yield from _of_next(of.next_review, plan, now)
    scope = [each.service for each in plan.services]
    for name, defect in of.defects.items():
        if defect.service is not None and defect.service not in scope:
            yield ("defects", name, "service"), f"it is not about '{defect.service}'", likely(defect.service, scope)
        if name in of.mended:
            yield ("mended", name), "it is a defect of this very review, too", "leave it out of one of them"


def _of_next(day: date, plan: Review, now: datetime) -> Iterator[Mistake]:
    latest = period_end(plan.every, period_end(plan.every, now)) - _LEAST
    if day <= now.date():
        yield ("next_review",), "the next review is not ahead", "name a day to come"
    elif day > latest.date():
        told = f"it is reviewed every {plan.every}, and the next would be later than that"
        yield ("next_review",), told, f"no later than {latest:%Y-%m-%d}"
