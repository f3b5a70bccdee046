"""A tabletop or a review as a template sees it: verdict, why, gaps, facts, and tables of what was written down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from dr_orchestrator.domain.exercise.kept import Judgement, Sat
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.review.plan import QUESTIONS
from dr_orchestrator.domain.review.signing import Reviewed
from dr_orchestrator.domain.tabletop.sitting import Conducted, Rated, Shortcoming
from dr_orchestrator.reporting.view.proof import Fact
from dr_orchestrator.reporting.wording import SEVERITIES, Badge, instant, told, verdict_badge

STAMP = "Rehearsed, or looked at in a simulated AWS: evidence of nothing."
NEVER_HELD = "A seeded history, made up for the sample company: it was never held, and is evidence of nothing."
NOT_COVERAGE = "It counts as a review, and never as a restore: no coverage, no due date of a drill and no claim has it."


@dataclass(frozen=True)
class GapRow:
    """Something that it showed to be wrong."""

    badge: Badge
    service: str
    title: str
    detail: str
    owner: str


@dataclass(frozen=True)
class Table:
    """A table of what was written down; `empty` is said where it has no rows."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str = "None."


@dataclass(frozen=True)
class PracticeView:
    """All that a page shows."""

    id: str
    kind: str
    title: str
    badge: Badge
    sentence: str
    simulated: bool
    stamp: str
    reasons: tuple[str, ...]
    gaps: tuple[GapRow, ...]
    facts: tuple[Fact, ...]
    texts: tuple[Fact, ...]
    tables: tuple[Table, ...]


def tabletop_view(sat: Sat, of: Conducted) -> PracticeView:
    """A tabletop."""
    plan, sitting = of.plan, of.sitting
    declared = sitting.declared
    facts = (
        Fact("Services", ", ".join(each.title for each in plan.services)),
        Fact("Disruption", plan.disruption.value),
        Fact("Began", instant(sitting.began)),
        Fact("Ended", instant(sitting.ended)),
        Fact("Score", of.score.words),
        Fact("Took part", str(of.attended)),
        Fact(
            "Declared",
            f"on '{declared.inject}', after {_span(of.declared_after)}, by {declared.by}" if declared else "by nobody",
        ),
        *_kept(sat),
    )
    texts = (
        Fact("Scenario", plan.scenario),
        *(Fact("Assumed", each) for each in plan.assumptions),
        *(Fact("Artificial", each) for each in plan.artificial),
        *(Fact("Not answered", each) for each in sitting.questions),
    )
    return _view(sat, of.judgement, facts, texts, tuple(_tables(of)))


def _tables(of: Conducted) -> Iterable[Table]:
    plan, sitting = of.plan, of.sitting
    rated = {each.criterion: each for each in sitting.ratings}
    yield Table(
        "Criteria",
        ("Criterion", "Known by", "Critical", "Rating", "By", "Note"),
        tuple(
            (
                *(each.name, each.success, told(each.critical)),
                *(
                    (found.rating.words, found.by, found.note)
                    if (found := rated.get(each.name))
                    else ("not rated", "", "")
                ),
            )
            for each in plan.criteria
        ),
    )
    expected = {each.name: each for each in plan.injects}
    yield Table(
        "Injects",
        ("Inject", "Delivered", "Expected", "Done", "Response", "Rating", "Note"),
        tuple(
            (
                *(each.inject, instant(each.at), expected[each.inject].expected, each.action, _span(each.response)),
                *(each.rating.words if each.rating else "not rated", each.note),
            )
            for each in sorted(sitting.injects, key=lambda one: one.at)
        ),
    )
    yield Table(
        "Decisions",
        ("Decision", "Who", "When", "Options", "Information that was missing"),
        tuple(
            (each.what, each.who, instant(each.at), "; ".join(each.options), "; ".join(each.missing))
            for each in sitting.decisions
        ),
    )
    yield Table(
        "Attendance",
        ("Role", "Who", "How"),
        tuple((role.value, each.person, each.mode) for role, holders in sitting.attendance.items() for each in holders),
    )
    people = {each.name: each for each in plan.contacts}
    yield Table(
        "Contacts that were tried",
        ("Contact", "Who", "By", "Reached", "After", "Note"),
        tuple(
            (
                *(each.contact, people[each.contact].person, people[each.contact].reach),
                *(told(each.reached), _span(each.after), each.note),
            )
            for each in sitting.contacts
        ),
    )
    yield _closed(sitting.mended.items())


def review_view(sat: Sat, of: Reviewed) -> PracticeView:
    """A review."""
    plan, seen, signed = of.plan, of.look, of.signed
    facts = (
        Fact("Document", plan.document),
        Fact("Digest", told(seen.digest, "not known")),
        Fact("Services", ", ".join(each.title for each in plan.services)),
        Fact("Written by", ", ".join(plan.authors)),
        Fact("Reviewed by", signed.by),
        Fact("Looked at", instant(seen.at)),
        Fact("Signed", instant(sat.ended)),
        Fact("Changed", signed.changes),
        Fact("Next review", f"{signed.next_review:%Y-%m-%d}"),
        *_kept(sat),
    )
    checks = Table(
        "Checks by the machine",
        ("Check", "Of", "Outcome", "Seen", "Mandatory"),
        tuple(
            (each.check.words, each.subject, each.outcome.value, each.told, told(each.check in plan.required))
            for each in seen.results
        ),
    )
    answers = Table(
        "Answers of the reviewer",
        ("Question", "Answer", "Note"),
        tuple((QUESTIONS.get(each.question, each.question), each.says.value, each.note) for each in signed.answers),
    )
    findings = Table("Open findings of the services", ("Finding",), tuple((each,) for each in seen.findings))
    tables = (checks, answers, findings, _seen_by("Defects", signed.defects), _closed(signed.mended.items()))
    return _view(sat, of.judgement, facts, (), tables)


def _view(
    sat: Sat, judgement: Judgement, facts: tuple[Fact, ...], texts: tuple[Fact, ...], tables: tuple[Table, ...]
) -> PracticeView:
    gaps = tuple(
        GapRow(
            Badge(each.severity.value, SEVERITIES[each.severity]),
            *(each.about.title, each.title, each.detail, each.owner or "nobody"),
        )
        for each in judgement.gaps
    )
    return PracticeView(
        id=sat.id,
        kind=sat.kind.value,
        title=sat.title,
        badge=verdict_badge(sat.verdict),
        sentence=f"{sat.score}. {NOT_COVERAGE}",
        simulated=sat.simulated,
        stamp=NEVER_HELD if sat.seeded else STAMP,
        reasons=judgement.reasons,
        gaps=gaps,
        facts=facts,
        texts=texts,
        tables=tables,
    )


def _kept(sat: Sat) -> tuple[Fact, ...]:
    own = (
        Fact("Recorded", f"{instant(sat.recorded_at)} by {sat.recorded_by}"),
        Fact("Digest of the record", sat.digest),
    )
    if not sat.supersedes:
        return own
    return (*own, Fact("Supersedes", sat.supersedes), Fact("Corrected because", sat.correction))


def _rated(of: Rated | None) -> tuple[str, str, str]:
    return ("not rated", "", "") if of is None else (of.rating.words, of.by, of.note)


def _seen_by(title: str, found: Iterable[Shortcoming]) -> Table:
    rows = tuple((each.name, each.what, each.severity.value, each.owner) for each in found)
    return Table(title, ("Name", "What", "Severity", "Owner"), rows)


def _closed(found: Iterable[tuple[str, str]]) -> Table:
    return Table("Gaps of before that are mended", ("Gap", "How that was seen"), tuple(found))


def _span(value: timedelta | None) -> str:
    return "not told" if value is None else format_duration(value)
