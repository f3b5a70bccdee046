"""The life of a finding: every state is reached by its allowed way, and by no other; each refusal says what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from dr_orchestrator.domain.findings.acts import Accept, Assign, Note, NotReproducible, PersonAct, Start
from dr_orchestrator.domain.findings.telling import standing
from dr_orchestrator.domain.findings.tracked import Act, State, anew, as_of, end_of, in_order, shortened
from dr_orchestrator.errors import UsageError
from tests.support.ledger_samples import START
from tests.support.tracked import APPROVER, DAY, HOUR, OWNER, InDomain, Life, tracked

NOW = START + 2 * HOUR
ACCEPTED = anew(
    tracked(), State.ACCEPTED, accepted_by=APPROVER, accepted_reason="it is old", accepted_until=START + 2 * DAY
)
REMEDIATED = anew(tracked(), State.REMEDIATED, retest="r-2", closed_at=START + DAY)
NOT_REPRODUCIBLE = anew(tracked(), State.NOT_REPRODUCIBLE, evidence="tried", closed_at=START + DAY)


def test_no_way_but_the_allowed_ones() -> None:
    """Whatever people and runs do, in whichever order: it stands as the rules say, and no line of history is lost."""
    run_state_machine_as_test(
        lambda: Life(InDomain()), settings=settings(max_examples=100, stateful_step_count=30, deadline=None)
    )


@pytest.mark.parametrize(
    ("act", "of", "told", "fix"),
    [
        (Start(), replace(tracked(), state=State.IN_PROGRESS), "in progress already", "dro finding note"),
        (Start(), REMEDIATED, "is remediated, and cannot be started", "a repeat reopens it"),
        (Accept(OWNER, "old", NOW + DAY), tracked(), "who cannot accept it", "somebody else"),
        (Accept(" Payments ", "old", NOW + DAY), tracked(), "who cannot accept it", "somebody else"),
        (Accept(APPROVER, "  ", NOW + DAY), tracked(), "for a reason", "--reason"),
        (Accept("", "old", NOW + DAY), tracked(), "a person's", "--by"),
        (Accept("Ada\nGrace", "old", NOW + DAY), tracked(), "a person's", "in one line"),
        (Accept(APPROVER, "old", NOW), tracked(), "which is past", "--until"),
        (Accept(APPROVER, "old", NOW + DAY), tracked(owner=""), "has no owner", "dro finding assign"),
        (Accept(APPROVER, "old", NOW + DAY), tracked(due=None), "has no due date", "--due DATE"),
        (Assign(""), tracked(), "assigned to nobody", "--to NAME, --due DATE"),
        (Assign(APPROVER), ACCEPTED, "who cannot be its owner", "another owner"),
        (Assign("team", NOW - DAY), tracked(), "which is past", "--due"),
        (Assign("team"), NOT_REPRODUCIBLE, "cannot be assigned", "a repeat reopens it"),
        (NotReproducible(" "), tracked(), "closed by evidence", "--evidence"),
        (NotReproducible("tried"), ACCEPTED, "is accepted until", "dro finding start"),
        (Note(""), tracked(), "some words", "--text"),
        (Assign("", START + 300 * DAY), tracked(), "is put off for a reason", "--reason"),
        (Assign("", NOW + 400 * DAY, "later"), tracked(), "more than a year from now", "dro finding accept"),
        (Accept(APPROVER, "old", NOW + 400 * DAY), tracked(), "more than a year from now", "each year"),
        (Accept("Gr\u0430ce", "old", NOW + DAY), tracked(), "letters of several scripts", "--by NAME"),
        (
            Accept(APPROVER, "old", NOW + DAY),
            tracked(owner="Ada"),
            "who cannot enter its acceptance",
            "whoever approves",
        ),
    ],
)
def test_what_is_not_allowed_is_refused(act: PersonAct, of: object, told: str, fix: str) -> None:
    """With the finding, what is wrong and what to do; nothing is changed."""
    with pytest.raises(UsageError) as refused:
        act.on(of, "ada", NOW)  # type: ignore[arg-type]
    assert tracked().fingerprint in refused.value.message
    assert told in refused.value.message
    assert fix in refused.value.hint


def test_an_acceptance_runs_out_by_itself() -> None:
    """On the day after its last one it is open again, and may be overdue at once; no job has to say so."""
    last = ACCEPTED.accepted_until
    assert last is not None
    assert ACCEPTED.state_at(last) is State.ACCEPTED
    after = last + 30 * DAY
    assert (ACCEPTED.state_at(after), ACCEPTED.overdue_at(last), ACCEPTED.overdue_at(after)) == (
        State.OPEN,
        False,
        True,
    )
    assert as_of(ACCEPTED, after).accepted_by == ""
    assert as_of(ACCEPTED, last) == ACCEPTED
    renewed = Accept(APPROVER, "still old", after + DAY).on(ACCEPTED, "ada", after)
    assert renewed.after.state_at(after) is State.ACCEPTED


def test_who_accepted_it_once_may_own_it_later() -> None:
    """An acceptance that has run out binds nobody."""
    after = Assign(APPROVER).on(ACCEPTED, "ada", START + 3 * DAY).after
    assert (after.owner, after.assigned, after.state, after.accepted_by) == (APPROVER, True, State.OPEN, "")


def test_a_due_date_alone_leaves_the_owner() -> None:
    """It is still whoever the drill file names, until a person names another."""
    change = Assign("", end_of((NOW + DAY).date())).on(tracked(due=None), "ada", NOW)
    assert (change.after.owner, change.after.assigned, change.after.lacks) == (OWNER, False, ())
    assert [each.text for each in change.entries] == [f"due {NOW + DAY:%Y-%m-%d}"]


def test_what_is_put_off_says_from_when_and_why() -> None:
    """The date before stands in the history, with the reason; an earlier date needs none."""
    change = Assign("", START + 20 * DAY, "waits for a part").on(tracked(), "ada", NOW)
    assert [each.text for each in change.entries] == ["due 2026-12-10, before 2026-11-27: waits for a part"]
    sooner = Assign("", NOW + DAY).on(tracked(), "ada", NOW)
    assert sooner.after.due == NOW + DAY


def test_what_a_finding_lacks_is_what_it_is_told_to_be_given() -> None:
    """Nobody is asked for a date that is there already."""
    with pytest.raises(UsageError) as refused:
        Accept(APPROVER, "old", NOW + DAY).on(tracked(owner=""), "ada", NOW)
    assert "--to NAME`" in refused.value.hint
    assert "--due" not in refused.value.hint


LEAKY = "psql postgres://ada:hunter2@db/orders answers again"


@pytest.mark.parametrize(
    "act",
    [Note(LEAKY), NotReproducible(LEAKY), Accept(APPROVER, LEAKY, NOW + DAY), Assign("", START + 20 * DAY, LEAKY)],
    ids=lambda act: type(act).__name__,
)
def test_the_login_in_an_address_is_not_kept(act: PersonAct) -> None:
    """Whoever pastes a command into a note puts no password into the ledger, nor into what is made of it."""
    change = act.on(tracked(), "ada", NOW)
    (entry,) = change.entries
    assert "psql postgres://db/orders answers again" in entry.text
    assert "hunter2" not in f"{change}"


def test_a_persons_word_is_told_from_the_programs() -> None:
    """By the act, whatever name is beside it."""
    assert {each for each in Act if not each.of_person} == {Act.RAISED, Act.SEEN, Act.REOPENED, Act.REMEDIATED}


def test_overdue_comes_first() -> None:
    """The longest first; then what lacks an owner or a date, then by date and severity; what is closed comes last."""
    now = START + 40 * DAY
    late, later = tracked(fingerprint="a"), tracked(fingerprint="b", due=START + 20 * DAY)
    dateless, nobodys = tracked(fingerprint="c", due=None), tracked(fingerprint="d", owner="", due=now + 2 * DAY)
    soon = tracked(fingerprint="e", due=now + DAY)
    tierless = tracked(fingerprint="f", due=now + DAY, tier=None)
    accepted = replace(ACCEPTED, fingerprint="g", accepted_until=now + DAY)
    closed = replace(REMEDIATED, fingerprint="h")
    wanted = [late, later, nobodys, dateless, soon, tierless, accepted, closed]
    assert in_order(reversed(wanted), now) == wanted


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (tracked(), "open for 3 days, due 2026-11-27"),
        (tracked(due=None, opened_at=START + 4 * DAY), "open for less than a day, no due date"),
        (tracked(due=START, reopened=1), "open again for 3 days, OVERDUE since 2026-11-20"),
        (tracked(state=State.IN_PROGRESS), "in progress for 3 days, due 2026-11-27"),
        (replace(ACCEPTED, accepted_until=START + 9 * DAY), f"accepted by {APPROVER} until 2026-11-29: it is old"),
        (ACCEPTED, "open for 3 days, due 2026-11-27, the acceptance ran out on 2026-11-22"),
        (REMEDIATED, "remediated on 2026-11-21: r-2"),
        (NOT_REPRODUCIBLE, "not reproducible since 2026-11-21: tried"),
    ],
)
def test_how_it_stands_is_told_in_words(of: object, words: str) -> None:
    """State, age and due date in one sentence, the same in lists and reports."""
    assert standing(of, START + 4 * DAY) == words  # type: ignore[arg-type]


def test_the_age_of_a_closed_one_stands_still() -> None:
    """And no clock that was set back makes one negative."""
    assert REMEDIATED.age_at(START + 90 * DAY) == DAY - HOUR
    assert tracked().age_at(START) == 0 * DAY


def test_a_list_shows_as_much_of_a_fingerprint_as_is_needed() -> None:
    """Eight letters, and more where two begin alike."""
    found = ["0123456789abcdef", "0123456789abcdff", "f" * 16]
    assert shortened(found) == {found[0]: "0123456789abcde", found[1]: "0123456789abcdf", found[2]: "f" * 8}
