"""Reviews of documents: the machine's look, the reviewer's checklist, and the review that they sign."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from dr_orchestrator.catalog.digest import of_record
from dr_orchestrator.catalog.practice import drafting, reviews
from dr_orchestrator.catalog.practice.reading import problem_at, refused
from dr_orchestrator.checks.links.asking import Links
from dr_orchestrator.domain.exercise.kept import Sat
from dr_orchestrator.domain.findings.persons import named_so
from dr_orchestrator.domain.findings.tracked import LIVE, RaisedBy
from dr_orchestrator.domain.review.judging import biased, judged
from dr_orchestrator.domain.review.looking import FRESH, Look
from dr_orchestrator.domain.review.plan import Review
from dr_orchestrator.domain.review.signing import Reviewed, Says, Signed
from dr_orchestrator.domain.service import Service
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger.practice import NotCorrected, Recorded
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.estate.reading import Reading
from dr_orchestrator.wiring.identity import is_simulated
from dr_orchestrator.wiring.operator import operator
from dr_orchestrator.wiring.practice import declared, documents
from dr_orchestrator.wiring.practice.tabletops import named, only_known, uncorrected

_DEFECT = "defect "
_ANYWHERE = "us-east-1"


def plans(here: App) -> dict[str, Review]:
    """The declared reviews, by name."""
    return reviews.plans(here.settings.drills, here.catalogue.services)


def look(here: App, name: str, by: str, asks: Links | None = None) -> Look:
    """Look at a document and at its services, and keep what was seen; UsageError where that person may not."""
    plan = named(plans(here), name, "review")
    services, by = _services(here, plan), by.strip()
    _unbiased(plan, services, by)
    now, reading, links = here.clock.now(), Reading(here), asks or Links(plan.allowed)
    document = documents.read(here, plan, links)
    results = (
        document.read,
        *documents.of_links(here, plan, document, links),
        *declared.drilled(here, plan, services, document.digest, now),
        *declared.resources(reading, services),
        *declared.objectives(services),
        *declared.contacts(plan, services, now),
        *declared.champions(services),
        *declared.reviewed(plan, services, now),
    )
    simulated = _simulated(here, reading, services)
    seen = of_record(results, by, now, document.digest)[:6]
    found = Look(
        id=f"look-{plan.name}-{now:%Y%m%d-%H%M%S}-{seen}",
        review=plan.name,
        by=by,
        at=now,
        document=plan.kept.document,
        digest=document.digest,
        simulated=simulated,
        results=results,
        findings=tuple(_open(here, services)),
        operator=operator(),
    )
    here.ledger.practice.keep_look(found)
    return found


def blank(here: App, name: str) -> str:
    """The draft of the checklist that a reviewer fills in, to the newest look."""
    plan = named(plans(here), name, "review")
    return drafting.review(plan, _newest(here, plan), _defects(here, plan))


def sign(here: App, file: Path, by: str, asks: Links | None = None) -> tuple[Recorded, Reviewed]:
    """Judge a review by the newest look and a reviewer's answers, and keep it, once; CatalogError with each mistake."""
    now, by = here.clock.now(), by.strip()
    plan, signed = reviews.signed(file, file.name, plans(here), by, now)
    services = _services(here, plan)
    _unbiased(plan, services, by)
    if (known := _known(here, plan, signed)) is not None:
        return Recorded(known, False), here.ledger.practice.review(known.id)[1]
    seen = _newest(here, plan)
    _in_force(here, file, plan, signed, seen, asks or Links(plan.allowed))
    only_known(here, file, RaisedBy.REVIEW, plan.name, signed.mended, _DEFECT)
    first = _first(here, plan, signed) or plan.kept
    before = here.ledger.practice.gaps_told(RaisedBy.REVIEW, plan.name)
    reviewed = judged(first, seen, signed, {each.name: each.dr_champion for each in services}, before)
    try:
        kept = here.ledger.practice.record(sat_of(reviewed, now, operator()), reviewed)
    except NotCorrected as told:
        raise uncorrected(file, told) from told
    return kept, reviewed if kept.new else here.ledger.practice.review(kept.sat.id)[1]


def _first(here: App, plan: Review, signed: Signed) -> Review | None:
    """The declaration by which the answers to a look were judged first: a correction is judged by no other."""
    found = here.ledger.practice.records(RaisedBy.REVIEW, plan.name)
    own = [each.id for each in found if each.sitting == signed.look]
    return here.ledger.practice.review(own[0])[1].plan if own else None


def _services(here: App, plan: Review) -> list[Service]:
    return [here.catalogue.services[each.service] for each in plan.services]


def _unbiased(plan: Review, services: list[Service], by: str) -> None:
    if not named_so(by):
        raise UsageError("--by is no name of a person in one line", "name who reviews: --by REVIEWER")
    if why := biased(by, plan, [each.dr_champion for each in services]):
        raise UsageError(why, "let somebody review it who had no part in it: --by REVIEWER")


def _newest(here: App, plan: Review) -> Look:
    found = here.ledger.practice.newest_look(plan.name)
    if found is None:
        raise UsageError(
            f"no machine has looked at {plan.name} yet", f"`dro review run {plan.name} --by REVIEWER` does"
        )
    return found


def _in_force(here: App, file: Path, plan: Review, signed: Signed, seen: Look, asks: Links) -> None:
    """CatalogError where the answers are not to the newest look, or that is too old, or of another document."""
    again = f"`dro review run {plan.name} --by REVIEWER`, then answer to that look"
    if signed.look != seen.id:
        wrong = f"the newest look is {seen.id}"
    elif here.clock.now() - seen.at >= FRESH:
        wrong = f"that look is of {seen.at:%Y-%m-%d %H:%M} UTC, more than a day ago"
    elif (seen.document, seen.digest) != (plan.kept.document, documents.read(here, plan, asks).digest):
        wrong = "the document is not the one that it looked at"
    else:
        return
    raise refused([problem_at(file, file.name, (("look",), wrong, again))])


def _known(here: App, plan: Review, signed: Signed) -> Sat | None:
    """The record that was signed with these very answers already."""
    digest = of_record(plan.name, signed)
    found = here.ledger.practice.records(RaisedBy.REVIEW, plan.name)
    return next((each for each in found if each.digest == digest), None)


def _simulated(here: App, reading: Reading, services: list[Service]) -> bool:
    regions = {each.region for service in services for each in service.resources.values()} or {_ANYWHERE}
    return any(is_simulated(here, reading.account(region)) for region in regions)


def _open(here: App, services: list[Service]) -> list[str]:
    now = here.clock.now()
    found = [each for service in services for each in here.ledger.queries.findings(service=service.name)]
    live = [each for each in found if each.state_at(now) in LIVE]
    return [f"{each.fingerprint[:8]} {each.severity} {each.title}" for each in live]


def _defects(here: App, plan: Review) -> list[str]:
    known = here.ledger.practice.named_gaps(RaisedBy.REVIEW, plan.name)
    return sorted(each.removeprefix(_DEFECT) for each in known if each.startswith(_DEFECT))


def sat_of(of: Reviewed, now: datetime, by: str) -> Sat:
    """The facts of a review that is signed, and recorded by somebody."""
    plan, seen, signed = of.plan, of.look, of.signed
    digest = of_record(plan.name, signed)
    yes = sum(each.says is Says.YES for each in signed.answers)
    return Sat(
        id=f"review-{plan.name}-{now:%Y%m%d}-{digest[:6]}",
        kind=RaisedBy.REVIEW,
        name=plan.name,
        title=plan.title,
        sitting=seen.id,
        digest=digest,
        began=seen.at,
        ended=now,
        simulated=seen.simulated,
        verdict=of.judgement.verdict,
        score=f"{yes} of {len(signed.answers)} answered yes",
        attended=1,
        asked=0,
        reached=0,
        gaps=len(of.judgement.gaps),
        recorded_at=now,
        recorded_by=by,
        correction=signed.correction,
    )
