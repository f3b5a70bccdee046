"""Every act of a game day refuses what is not its way, with what to do; what it takes stands in the log."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dr_orchestrator.domain.exercise.criteria import Rating
from dr_orchestrator.domain.exercise.roles import Role
from dr_orchestrator.domain.game_day.acts import (
    Abort,
    Approve,
    BeginRun,
    Close,
    Decide,
    Deliver,
    End,
    Gap,
    Go,
    Hold,
    Join,
    LoseDrill,
    Mend,
    NoGo,
    Note,
    PersonAct,
    Plan,
    Rate,
    Reply,
    Respond,
    Resume,
    Start,
    WentWell,
)
from dr_orchestrator.domain.game_day.log import Entry, Kind
from dr_orchestrator.domain.game_day.standing import Answer, DrillState, Phase, RunOutcome
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import UsageError
from tests.support.game_days import (
    ALL,
    DEPUTY,
    DIRECTOR,
    DONE,
    DRILL,
    EVALUATOR,
    EXECUTOR,
    MINUTE,
    OWNER,
    PLAN,
    READY,
    SCRIBE,
    STARTED,
    Played,
    started,
)


def played(acts: list[tuple[PersonAct, str]]) -> Played:
    made = Played()
    made.all(acts)
    return made


def refuses(of: Played, act: PersonAct, by: str, match: str) -> None:
    before = of.standing
    with pytest.raises(UsageError, match=match) as refused:
        of.do(act, by)
    assert refused.value.hint.endswith("; nothing was changed")
    assert of.standing.number == before.number


def test_an_approval_is_no_directors_under_no_spelling() -> None:
    """Nor their deputy's; and a name that mixes scripts is nobody's."""
    day = played(READY[:1])
    for by in (DIRECTOR, "ito dana", "DANA  ITO", "dana.ito@example.com", DEPUTY):
        refuses(day, Approve(PLAN.digest), by, "cannot approve it")
    refuses(day, Approve(PLAN.digest), "D\u0430na Ito", "several scripts")
    refuses(day, Approve(PLAN.digest), " ", "a person's")
    refuses(day, Approve("another"), OWNER, "has the plan")
    assert day.do(Approve(PLAN.digest), OWNER).phase is Phase.APPROVED
    refuses(day, Approve(PLAN.digest), "bright olu", "already")


def test_an_approval_precedes_the_start_and_lapses() -> None:
    """After the start none is taken; by another plan, and by time, what was given holds no longer."""
    refuses(started(), Approve(PLAN.digest), "Another One", "precedes the start")
    late = played(READY)
    late.now += timedelta(days=31)
    refuses(late, Start(), DIRECTOR, "older than 30 days")
    changed = played(READY)
    assert changed.do(Plan(replace(PLAN, title="x")), SCRIBE).phase is Phase.PLANNED
    refuses(changed, Start(), DIRECTOR, "is planned")


def test_it_starts_with_all_answered_and_the_directors_go() -> None:
    """A line without an answer, one that is against it, and no go keep it from starting; a waiver is the director's."""
    day = played(READY[:3])
    refuses(day, Go(), DIRECTOR, "unanswered lines in its go/no-go list: backups")
    refuses(day, Reply("backups", Answer.NO), SCRIBE, "with a reason")
    refuses(day, Reply("another", Answer.YES), SCRIBE, "no line in its go/no-go list 'another'")
    refuses(day, Reply("backups", Answer.YES), OWNER, "in a role of it")
    day.do(Reply("backups", Answer.NO, "two days old"), SCRIBE)
    refuses(day, Go(), DIRECTOR, "not ready: backups")
    refuses(day, Reply("backups", Answer.WAIVED, "taken by hand"), SCRIBE, "whoever is director")
    day.do(Reply("backups", Answer.WAIVED, "taken by hand"), DIRECTOR)
    refuses(day, Start(), DIRECTOR, "has no go")
    day.do(NoGo("a freeze"), DIRECTOR)
    refuses(day, Start(), DIRECTOR, "no-go, a freeze")
    day.do(Go(), DEPUTY)
    day.do(Reply("no-incident", Answer.YES), SCRIBE)
    refuses(day, Start(), DIRECTOR, "has no go")
    day.do(Go(), DIRECTOR)
    refuses(day, Start(), EXECUTOR, "whoever is director")
    assert day.do(Start(), DIRECTOR).phase is Phase.RUNNING


def test_who_is_away_does_nothing_and_the_deputy_acts() -> None:
    """In the unannounced variant; the refusal names who does."""
    plan = replace(PLAN, announced=False, away=(EXECUTOR,))
    day = started(plan)
    refuses(day, DRILL, "Moss, Eli", "who is away")
    refuses(day, Note("psst"), EXECUTOR, "who is away")
    assert day.do(DRILL, "Ed Vance").drills[0].by == "Ed Vance"
    assert plan.acting(Role.EXECUTOR) == ("Ed Vance",)


def test_injects_are_delivered_once_by_those_who_know_them() -> None:
    """While it runs; a contingency only where it is called for; an answer only to what was delivered."""
    day = started()
    refuses(day, Deliver("alarm"), EXECUTOR, "takes that of whoever is")
    refuses(day, Deliver("none"), SCRIBE, "has no inject 'none'")
    refuses(day, Deliver("page"), SCRIBE, "does not call for 'page'")
    refuses(day, Respond("alarm", "done"), SCRIBE, "has no delivered inject 'alarm'")
    day.do(Deliver("alarm"), SCRIBE)
    refuses(day, Deliver("alarm"), SCRIBE, "already")
    refuses(day, Respond("alarm", " "), SCRIBE, "without words")
    day.now += 11 * MINUTE
    day.do(Deliver("page"), SCRIBE)
    day.do(Respond("alarm", "late, but done"), SCRIBE)
    refuses(day, Respond("alarm", "again"), SCRIBE, "already")
    day.do(Hold("lunch"), DIRECTOR)
    refuses(day, Deliver("press"), SCRIBE, "is held")


def test_a_hold_has_a_reason_and_ends_once() -> None:
    """It is the director's; nothing is resumed that is not held."""
    day = started()
    refuses(day, Resume(), DIRECTOR, "is running")
    refuses(day, Hold(""), DIRECTOR, "for a reason")
    refuses(day, Hold("lunch"), EXECUTOR, "whoever is director")
    day.do(Hold("lunch"), DIRECTOR)
    refuses(day, Hold("again"), DIRECTOR, "is held")
    refuses(day, DRILL, EXECUTOR, "is held")
    assert day.do(Resume(), DEPUTY).phase is Phase.RUNNING


def test_a_drill_is_of_the_scope_as_it_was_approved_and_an_executors() -> None:
    """It begins once, and not after the game day is over; one under way is not started a second time."""
    day = started()
    refuses(day, DRILL, SCRIBE, "whoever is executor")
    refuses(day, replace(DRILL, drill="another"), EXECUTOR, "no drill in its scope 'another'")
    refuses(day, replace(DRILL, definition="changed"), EXECUTOR, "was changed since")
    refuses(day, BeginRun("r-1"), "dro", "started no run r-1")
    day.do(DRILL, EXECUTOR)
    refuses(day, replace(DRILL, run="r-2"), EXECUTOR, "under way")
    day.do(BeginRun("r-1"), "dro")
    refuses(day, BeginRun("r-1"), "dro", "no drill that waits to begin")
    refuses(day, End(), DIRECTOR, "drills under way")
    day.runs["r-1"] = RunOutcome(Verdict.PASSED, Cleanup.CLEAN)
    refuses(day, LoseDrill("r-1", "gone"), "dro", "ended")
    day.do(replace(DRILL, run="r-2"), EXECUTOR)
    day.do(Abort("errors"), SCRIBE)
    refuses(day, BeginRun("r-2"), "dro", "is aborted")
    assert day.do(LoseDrill("r-2", "aborted"), "dro").drills[1].state is DrillState.LOST
    assert day.do(Close(), DIRECTOR).closed


def test_ratings_are_those_of_an_evaluator_who_executed_nothing() -> None:
    """With a reason for all but the best; of the criteria of the plan alone."""
    day = started()
    refuses(day, Rate("restored", Rating.PERFORMED), DIRECTOR, "whoever is evaluator")
    refuses(day, Rate("another", Rating.PERFORMED), EVALUATOR, "no criterion 'another'")
    refuses(day, Rate("told", Rating.SOME_CHALLENGES), EVALUATOR, "with a reason")
    both = replace(PLAN, roles={**PLAN.roles, Role.EXECUTOR: PLAN.roles[Role.EVALUATOR]})
    worked = started(both)
    worked.do(DRILL, EVALUATOR)
    refuses(worked, Rate("restored", Rating.PERFORMED), "lund, eva", "who cannot rate it")


def test_gaps_have_a_name_words_and_an_owner() -> None:
    """Each name once; what this game day shows is not mended by it."""
    day = started()
    refuses(day, Gap(" ", "x", "team"), SCRIBE, "short name")
    refuses(day, Gap("a-gap", "x", ""), SCRIBE, "with an owner")
    refuses(day, Gap("a-gap", "", "team"), SCRIBE, "without words")
    day.do(Gap("a-gap", "x", "team"), SCRIBE)
    refuses(day, Gap("a-gap", "y", "team"), SCRIBE, "already")
    refuses(day, Mend("a-gap", "seen"), EVALUATOR, "shows the gap")
    refuses(day, Mend("older", ""), EVALUATOR, "evidence in words")
    refuses(day, WentWell(""), SCRIBE, "without words")


def test_an_abort_is_anyones_in_a_role_unless_the_criterion_names_whose() -> None:
    """With a reason, of a criterion of the plan; before the start it is no abort."""
    day = started()
    refuses(day, Abort("x"), OWNER, "in a role of it")
    refuses(day, Abort(""), SCRIBE, "for a reason")
    refuses(day, Abort("x", "another"), SCRIBE, "no abort criterion")
    refuses(day, Abort("x", "errors"), SCRIBE, "whoever is director")
    refuses(played(READY), Abort("x"), SCRIBE, "has not started")
    assert day.do(Abort("x", "anything"), EXECUTOR).phase is Phase.ABORTED
    refuses(day, End(), DIRECTOR, "is aborted")


def test_what_is_closed_takes_nothing_more() -> None:
    """No act at all, whoever does it."""
    day = played(DONE)
    for act, by in ALL:
        refuses(day, act, by, "closed|precedes the start|started no run")


def test_secrets_in_words_are_not_kept() -> None:
    """A login in a URL is masked before it is in the log."""
    day = started()
    day.do(Note("we used postgresql://admin:hunter2@db/shop"), SCRIBE)
    assert "hunter2" not in day.standing.notes[0].text


@pytest.mark.parametrize(("act", "by"), STARTED)
def test_names_are_taken_as_they_are_written_but_in_one_line(act: PersonAct, by: str) -> None:
    """Under another spelling of the same name each step to the start is let, too."""
    day = Played()
    for each, who in STARTED:
        day.do(each, f"  {who.upper()} " if each is act and who == by else who)
    assert day.standing.phase is Phase.RUNNING


@pytest.mark.parametrize("name", [".", "42", "dro", " DRO ", "🦊"])
def test_nobody_acts_under_a_name_that_is_nobodys(name: str) -> None:
    """One without letters, or the program's own."""
    refuses(played(READY[:1]), Approve(PLAN.digest), name, "is nobody's name")


def test_secrets_are_kept_nowhere_in_an_entry() -> None:
    """Whatever word of whichever act holds one, the name of who acts too; a gap is known by its name as it is kept."""
    day, secret = started(), "https://u:hunter2@h/x"
    for act, by in (
        (Deliver("alarm", secret), SCRIBE),
        (Rate("restored", Rating.PERFORMED, secret), EVALUATOR),
        (Join(secret), OWNER),
        (Gap(f"gap {secret}", secret, secret), SCRIBE),
        (Mend(f"older {secret}", secret), EVALUATOR),
        (Note("x"), f"Ann {secret}"),
    ):
        day.do(act, by)
    refuses(day, Gap(f"gap {secret}", "again", "team"), SCRIBE, "already")
    assert "hunter2" not in repr(day.entries)


def test_people_take_a_drill_for_lost_only_where_that_can_be_known() -> None:
    """In a role, with words, and not while a process that has begun may open its run."""
    day = started()
    day.do(DRILL, EXECUTOR)
    refuses(day, LoseDrill("r-1", "x"), OWNER, "in a role of it")
    refuses(day, LoseDrill("r-1", " "), SCRIBE, "without words")
    day.do(BeginRun("r-1"), "dro")
    refuses(day, LoseDrill("r-1", "I see no run"), SCRIBE, "may open it yet")
    day.now += 10 * MINUTE
    assert day.do(LoseDrill("r-1", "its machine is gone"), SCRIBE).drills[0].state is DrillState.LOST


def test_an_entry_of_a_newer_release_keeps_no_game_day_from_being_aborted() -> None:
    """Nor from notes; what may depend on it is refused."""
    day = started()
    day.entries.append(Entry(len(day.entries) + 1, day.now, SCRIBE, Kind.UNKNOWN, {"kind": "debriefed"}))
    for act, by in ((End(), DIRECTOR), (DRILL, EXECUTOR), (Rate("restored", Rating.PERFORMED), EVALUATOR)):
        refuses(day, act, by, "does not know: debriefed")
    day.do(Note("x"), SCRIBE)
    assert day.do(Abort("errors"), SCRIBE).phase is Phase.ABORTED


def test_a_plan_is_put_in_place_of_another_by_somebody_in_a_role() -> None:
    """Of the one that was, or of the one that is to be; by nobody else, and the first one by anybody."""
    other, day = replace(PLAN, title="Another"), Played()
    day.do(Plan(PLAN), OWNER)
    refuses(day, Plan(other), OWNER, "in no role")
    assert day.do(Plan(other), SCRIBE).phase is Phase.PLANNED


@pytest.mark.parametrize("act", [Note("it was dark"), Decide("fail over", "it lasts")])
def test_a_line_that_is_written_later_keeps_both_times(act: Note | Decide) -> None:
    """When that was and when it was written; the order of the log is that of the writing."""
    day = started()
    was = day.now
    day.do(replace(act, occurred=was), SCRIBE, 20 * MINUTE)
    entry = day.entries[-1]
    assert (entry.at, entry.occurred) == (was + 20 * MINUTE, was)
    told = (day.standing.notes or day.standing.decisions)[-1]
    assert (told.at, told.occurred) == (entry.at, was)
    day.do(act, SCRIBE)
    assert day.entries[-1].occurred is None


@pytest.mark.parametrize(("ago", "why"), [(timedelta(seconds=-1), "still to come"), (timedelta(days=8), "7 days ago")])
def test_a_time_that_is_none_of_the_exercise_is_refused(ago: timedelta, why: str) -> None:
    """What is to come was seen by nobody, and an old date is a slip of the pen."""
    day = started()
    with pytest.raises(UsageError, match=why):
        day.do(Note("seen", day.now + MINUTE - ago), SCRIBE)
