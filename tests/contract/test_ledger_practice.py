"""What the ledger promises of tabletops and reviews: each record once, whoever dies or comes at once; never a run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from unittest import mock

import pytest

from dr_orchestrator.domain.calendar import Frequency
from dr_orchestrator.domain.exercise.criteria import Criterion, Rating
from dr_orchestrator.domain.exercise.injects import Inject
from dr_orchestrator.domain.exercise.kept import Sat
from dr_orchestrator.domain.exercise.roles import Holder, Role
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.findings.acts import NotReproducible
from dr_orchestrator.domain.findings.by_exercise import About
from dr_orchestrator.domain.findings.tracked import RaisedBy, State
from dr_orchestrator.domain.objective import Disruption
from dr_orchestrator.domain.review.judging import judged as review_judged
from dr_orchestrator.domain.review.looking import Look, Looked, Sighting
from dr_orchestrator.domain.review.plan import Check, Review
from dr_orchestrator.domain.review.signing import Answer, Says, Signed
from dr_orchestrator.domain.tabletop.judging import judged
from dr_orchestrator.domain.tabletop.plan import NEEDED, Tabletop, ToReach
from dr_orchestrator.domain.tabletop.sitting import (
    Answered,
    Conducted,
    Decision,
    Declaration,
    Delivered,
    Rated,
    Shortcoming,
    Sitting,
)
from dr_orchestrator.domain.verdict import Outcome, Verdict
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger import engine, findings, practice
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from dr_orchestrator.ledger.practice import NotCorrected
from dr_orchestrator.ledger.tables_of_practice import document_seen
from tests.support.ledger_samples import START, write
from tests.support.tracked import run

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
PLAN = Tabletop(
    *("t", "A tabletop", "Owner", "It is gone.", Disruption.REGION, Frequency.HALF_YEAR),
    (About("shop", "Shop", 1),),
    cast={Role.PLAYER: (Holder("Pia", "Paul", "#pia"),)},
    needs=NEEDED,
    criteria=(Criterion("told", "o", "s"),),
    injects=(Inject("one", "c", "e", at=0 * MINUTE, criterion="told"),),
    contacts=(ToReach("on-call", "Ada", "#shop", 10 * MINUTE),),
)
SITTING = Sitting(
    "q4",
    START,
    START + 60 * MINUTE,
    False,
    {each: (Holder(each.value, mode="remote"),) for each in NEEDED},
    (Delivered("one", START, "done “so”", 4 * MINUTE, Rating.UNABLE, "note"),),
    (Rated("told", Rating.PERFORMED, "evaluator"),),
    (Answered("on-call", True, 4 * MINUTE),),
    Declaration("one", START + MINUTE, "Pia"),
    (Decision("what", "Pia", START, ("a", "b"), ("c",)),),
    ("why?",),
    (Shortcoming("no-template", "There is none", Severity.LOW, "Comms"),),
)
CONDUCTED = judged(PLAN, SITTING)
LOOK = Look(
    *("look-1", "r", "Rita", START, "runbook.md", "digest-1", False),
    (Looked(Check.LINKS, "https://x", Outcome.FAILED, "answered 404"),),
    ("a finding",),
)
REVIEW = Review("r", "R", "runbook.md", ("Wanda",), Frequency.QUARTER, (About("shop", "Shop", 1),))
REVIEWED = review_judged(
    REVIEW, LOOK, Signed("Rita", "look-1", (Answer("secrets", Says.YES),), "none", date(2027, 1, 15)), {}
)


def sat(digest: str = "d1", sitting: str = "q4", days: int = 0, kind: RaisedBy = RaisedBy.TABLETOP) -> Sat:
    began = START + days * DAY
    return Sat(
        *(f"{kind.value[:3]}-{sitting}-{digest}", kind, "t", "A tabletop", sitting, digest, began, began + DAY / 24),
        *(False, Verdict.PASSED_WITH_FINDINGS, "1 of 1 met", 3, 1, 1, 1, began + DAY, "ada"),
    )


def with_gaps(*names: str, mended: tuple[str, ...] = ()) -> Conducted:
    gaps = tuple(Shortcoming(each, each, Severity.LOW, "Comms") for each in names)
    return judged(PLAN, replace(SITTING, gaps=gaps, mended=dict.fromkeys(mended, "seen")))


def test_a_record_is_read_back_as_it_was_kept(ledger: SqlLedger) -> None:
    """Every word of a tabletop, and of a review."""
    assert ledger.practice.record(sat(), CONDUCTED).new
    assert ledger.practice.tabletop("latest") == (sat(), CONDUCTED)
    signed = replace(sat(kind=RaisedBy.REVIEW), name="r")
    ledger.practice.record(signed, REVIEWED)
    assert ledger.practice.review("doc") == (signed, REVIEWED)
    assert ledger.practice.records() == [sat(), signed]
    assert ledger.practice.records(RaisedBy.REVIEW, "r") == [signed]


def test_a_record_tells_the_services_of_its_own_plan(ledger: SqlLedger) -> None:
    """By its id, of either kind; each one's own, whatever another of its name was about."""
    assert ledger.practice.services() == {}
    ledger.practice.record(sat(), CONDUCTED)
    wider = replace(PLAN, services=(*PLAN.services, About("bank", "Bank", 0)))
    ledger.practice.record(sat("d2", "later", 1), judged(wider, SITTING))
    signed = replace(sat(kind=RaisedBy.REVIEW), name="r")
    ledger.practice.record(signed, REVIEWED)
    assert ledger.practice.services() == {
        sat().id: ("shop",),
        sat("d2", "later", 1).id: ("shop", "bank"),
        signed.id: ("shop",),
    }


def test_the_same_again_changes_nothing(ledger: SqlLedger) -> None:
    """Neither the record nor its findings."""
    ledger.practice.record(sat(), CONDUCTED)
    before = ledger.queries.findings()
    again = ledger.practice.record(replace(sat(), recorded_at=START + 9 * DAY, recorded_by="bo"), CONDUCTED)
    assert (again.new, again.sat, ledger.queries.findings()) == (False, sat(), before)


def test_a_corrected_one_stands_beside_the_other(ledger: SqlLedger) -> None:
    """Without a reason nothing is written."""
    ledger.practice.record(sat(), CONDUCTED)
    with pytest.raises(NotCorrected, match="is kept already, as tab-q4-d1"):
        ledger.practice.record(sat("d2"), CONDUCTED)
    kept = ledger.practice.record(replace(sat("d2"), correction="misheard"), CONDUCTED)
    assert (kept.new, kept.sat.supersedes) == (True, "tab-q4-d1")
    assert [each.id for each in ledger.practice.records()] == ["tab-q4-d1", "tab-q4-d2"]


def test_one_that_is_killed_while_it_writes_is_written_whole_the_next_time(database_url: str) -> None:
    """A record without its findings, or findings without their record, are never seen."""

    class Killed(BaseException):
        pass

    first = connect(database_url)
    with mock.patch.object(findings, "take_in_exercise", side_effect=Killed), pytest.raises(Killed):
        first.practice.record(sat(), CONDUCTED)
    first.close()
    second = connect(database_url)
    assert (second.practice.records(), second.queries.findings()) == ([], [])
    assert second.practice.record(sat(), CONDUCTED).new
    assert [each.detail for each in second.queries.findings()] == ["seen in A tabletop"]
    second.close()


def test_of_two_at_once_one_is_new(ledger: SqlLedger) -> None:
    """And each finding is there once, seen once."""
    kept: list[bool] = []
    together = threading.Barrier(4)

    def act() -> None:
        together.wait()
        kept.append(ledger.practice.record(sat(), CONDUCTED).new)

    threads = [threading.Thread(target=act) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(kept) == [False, False, False, True]
    assert [each.seen for each in ledger.queries.findings()] == [1]


def test_what_a_later_one_mended_is_not_opened_by_an_older_one(ledger: SqlLedger) -> None:
    """However late it is recorded; a gap that nobody mended is."""
    ledger.practice.record(sat("d1"), with_gaps("one"))
    ledger.practice.record(sat("d2", "later", 10), with_gaps(mended=("one",)))
    ledger.practice.record(replace(sat("d3", days=0), correction="forgot"), with_gaps("one", "two"))
    assert {each.title: each.state for each in ledger.queries.findings()} == {
        "one": State.REMEDIATED,
        "two": State.OPEN,
    }


def test_a_correction_that_ends_earlier_raises_what_it_tells(ledger: SqlLedger) -> None:
    """The record that it supersedes shows nothing any more."""
    ledger.practice.record(sat("d1"), CONDUCTED)
    told = replace(sat("d2"), ended=sat().ended - MINUTE, correction="ended earlier, and was not met")
    ledger.practice.record(told, judged(PLAN, replace(SITTING, ratings=(Rated("told", Rating.UNABLE, "evaluator"),))))
    assert "criterion 'told' was not met" in [each.title for each in ledger.queries.findings()]


UNMET = judged(PLAN, replace(SITTING, ratings=(Rated("told", Rating.UNABLE, "evaluator"),), gaps=()))


def test_a_correction_proves_nothing_of_its_own_sitting(ledger: SqlLedger) -> None:
    """However late its times are moved: what it takes back a person closes."""
    ledger.practice.record(sat("d1"), UNMET)
    moved = replace(sat("d2", days=3), correction="the day was wrong")
    ledger.practice.record(moved, judged(PLAN, replace(SITTING, gaps=())))
    assert [each.state for each in ledger.queries.findings()] == [State.OPEN]
    ledger.practice.record(sat("d3", "later", 10), judged(PLAN, replace(SITTING, gaps=())))
    assert [each.state for each in ledger.queries.findings()] == [State.REMEDIATED]


def test_a_correction_reopens_nothing_that_was_closed_since(ledger: SqlLedger) -> None:
    """It tells of the same sitting once more; a later sitting that sees it reopens it."""
    ledger.practice.record(sat("d1"), UNMET)
    (found,) = ledger.queries.findings()
    ledger.findings.act([found.key], NotReproducible("rated by mistake"), "ada", START + DAY)
    ledger.practice.record(replace(sat("d2"), correction="a typo"), UNMET)
    assert [each.state for each in ledger.queries.findings()] == [State.NOT_REPRODUCIBLE]
    ledger.practice.record(sat("d3", "later", 10), UNMET)
    assert [each.state for each in ledger.queries.findings()] == [State.OPEN]


def test_a_finding_of_several_services_is_one_of_each(ledger: SqlLedger) -> None:
    """And stays the same one when a service joins them."""
    pay, shop, web = (About(each, each, 1) for each in ("pay", "shop", "web"))
    unmet = replace(SITTING, ratings=(Rated("told", Rating.UNABLE, "evaluator"),), gaps=())
    ledger.practice.record(sat("d1"), judged(replace(PLAN, services=(shop, pay)), unmet))
    for service, found in (("pay", 1), ("shop", 1), ("sho", 0)):
        assert len(ledger.queries.findings(service=service)) == found
    ledger.practice.record(sat("d2", "b", 3), judged(replace(PLAN, services=(pay, shop, web)), unmet))
    assert [each.seen for each in ledger.queries.findings()] == [2]


def test_a_run_does_not_wait_for_a_ledger_that_is_taken(ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it saw of documents is tried once, and for no longer than that."""
    monkeypatch.setattr(practice, "_BRIEFLY_S", 0.05)
    tried: list[float] = []

    @contextmanager
    def briefly(seconds: float) -> Iterator[None]:
        tried.append(seconds)
        with engine.briefly(seconds):
            yield

    monkeypatch.setattr(practice, "briefly", briefly)
    with engine.transaction(ledger.practice._engine) as connection:
        engine.alone(connection, document_seen)
        with pytest.raises(engine.Unanswered):
            ledger.practice.see(Sighting("runbook.md", "digest", START, "run-1"))
    assert tried == [0.05]


def test_looks_and_digests_are_kept_and_the_newest_is_told(ledger: SqlLedger) -> None:
    """Each once; a document's digests by who saw them."""
    newer = replace(LOOK, id="look-2", digest="digest-2", at=START + DAY)
    for each in (LOOK, LOOK, newer, replace(LOOK, id="look-3", review="other", digest="")):
        ledger.practice.keep_look(each)
    ledger.practice.see(Sighting("runbook.md", "digest-3", START, "run-1"))
    ledger.practice.see(Sighting("runbook.md", "digest-4", START, "run-1"))
    assert ledger.practice.newest_look("r") == newer
    assert ledger.practice.newest_look("nothing") is None
    told = [(each.digest, each.source) for each in ledger.practice.sightings("runbook.md")]
    assert told == [("digest-1", "look-1"), ("digest-2", "look-2"), ("digest-3", "run-1")]


def test_it_is_no_run(ledger: SqlLedger) -> None:
    """No list of runs, no proof of a drill, no source of one, no exercise comes of it."""
    ledger.practice.record(sat(), CONDUCTED)
    ledger.practice.keep_look(LOOK)
    queries = ledger.queries
    assert (queries.runs(), queries.sources(), queries.newest_real(["t"]), queries.exercises()) == ([], set(), {}, [])
    assert queries.proven_before(START + 99 * DAY) == {}


def test_the_newest_run_that_passed_is_told(ledger: SqlLedger) -> None:
    """Of that service, on real AWS; none where none did."""
    assert ledger.practice.newest_green("orders") is None
    for name, days, verdict in (("r-1", 0, Verdict.PASSED), ("r-2", 1, Verdict.PASSED), ("r-3", 2, Verdict.FAILED)):
        write(ledger, run(name, START + days * DAY, verdict))
    write(ledger, run("s-4", START + 3 * DAY, Verdict.PASSED, simulated=True))
    found = ledger.practice.newest_green("orders")
    assert found is not None
    assert found[0] == "r-2"


def test_a_record_that_is_not_there_is_told(ledger: SqlLedger) -> None:
    """Also where the beginning of an id means several."""
    ledger.practice.record(sat(), CONDUCTED)
    ledger.practice.record(sat("d2", "next", 5), CONDUCTED)
    for name, told in (("nothing", "there is no record"), ("tab-", "begins the ids of several")):
        with pytest.raises(UsageError, match=told):
            ledger.practice.tabletop(name)
