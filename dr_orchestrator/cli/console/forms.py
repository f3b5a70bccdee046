"""The forms: what each key asks for, and the act that it comes to; the texts are kept until the ledger holds them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dr_orchestrator.cli.console.seen import Seen
from dr_orchestrator.cli.console.telling import clock, plain
from dr_orchestrator.domain.exercise.criteria import Rating
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.game_day import acts
from dr_orchestrator.domain.game_day.acts.during import CONTROL
from dr_orchestrator.domain.game_day.schedule import following, injects_of
from dr_orchestrator.domain.game_day.standing import Answer, InjectState, Standing
from dr_orchestrator.errors import UsageError

Values = Mapping[str, str]
Choice = tuple[str, str]
GO, NO_GO = "*go", "*no-go"
"""The director's own words, beside the lines of the list, whose names begin otherwise."""


@dataclass(frozen=True)
class Begin:
    """The wish to start a drill: an act, and the process that follows it."""

    drill: str


Wish = acts.PersonAct | Begin


@dataclass(frozen=True)
class Field:
    """A line of a form: words, or one of some choices."""

    name: str
    label: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Form:
    """The lines that a key asks for; `none` tells why it cannot be asked now."""

    title: str
    make: Callable[[Values], Wish]
    fields: tuple[Field, ...] = ()
    about: str = ""
    none: str = ""


@dataclass(eq=False)
class Draft:
    """The words of a form until the ledger holds them; the token is that of the one entry that they become."""

    form: Form
    values: Values
    at: datetime
    token: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def wish(self) -> Wish:
        """The act that it comes to; UsageError where it lacks something."""
        return self.form.make(self.values)


def note(_seen: Seen) -> Form:
    """A line for the timeline."""
    return Form("Note", lambda told: acts.Note(told["text"]), (Field("text", "What is to be noted"),))


def decide(_seen: Seen) -> Form:
    """A decision, and why."""
    fields = (Field("text", "What was decided"), Field("reason", "Because (may be left out)"))
    return Form("Decision", lambda told: acts.Decide(told["text"], told["reason"]), fields)


def deliver(seen: Seen) -> Form:
    """An inject: the next one is chosen beforehand."""
    waiting = (InjectState.WAITING, InjectState.DUE)
    open_ = [each for each in injects_of(seen.standing) if each.state in waiting]
    found = following(seen.standing)
    first = found.inject.name if found else ""
    choices = [
        (each.inject.name, f"{each.inject.name} ({_at(each.due)}, {each.state}): {each.inject.content}")
        for each in sorted(open_, key=lambda each: each.inject.name != first)
    ]
    fields = (_choose("inject", "Which", choices), Field("text", "How it was delivered (may be left out)"))
    none = "" if choices else "no inject is left to be delivered"
    if not seen.knows_injects:
        none = f"injects are delivered by {', '.join(CONTROL)}; players are not told what is to come"
    return Form("Deliver an inject", lambda told: acts.Deliver(told["inject"], told["text"]), fields, none=none)


def respond(seen: Seen) -> Form:
    """The players did what an inject expects."""
    found = [each for each in injects_of(seen.standing) if each.delivered and not each.response]
    choices = [(each.inject.name, f"{each.inject.name}: expected {each.inject.expected}") for each in found]
    fields = (_choose("inject", "Of which inject", choices), Field("text", "What they did"))
    none = "" if choices else "no delivered inject waits for its expected action"
    return Form("Expected action seen", lambda told: acts.Respond(told["inject"], told["text"]), fields, none=none)


def hold(_seen: Seen) -> Form:
    """The clock is to stand still."""
    return Form("Hold", lambda told: acts.Hold(told["reason"]), (Field("reason", "Why it is held"),))


def resume(_seen: Seen) -> Form:
    """The clock is to go on."""
    return Form("Resume", lambda _told: acts.Resume(), about="The clock goes on.")


def answer(seen: Seen) -> Form:
    """A line of the go/no-go list, or the director's word."""
    plan = seen.record.plan
    lines = [(each.name, f"{_said(seen.standing, each.name)}  {each.name}: {each.question}") for each in plan.go_no_go]
    own = [(GO, "the director says GO"), (NO_GO, "the director says NO-GO, for a reason")]
    open_ = [each for each in lines if each[0] in seen.standing.unanswered]
    fields = (
        _choose("item", "Which line", [*open_, *own, *(each for each in lines if each not in open_)]),
        _choose("answer", "Answer (of a line)", [(each.value, each.value) for each in Answer]),
        Field("reason", "Reason (of no, waived and NO-GO)"),
    )
    return Form("Go / no-go", _answered, fields)


def start(seen: Seen) -> Form:
    """The play begins."""
    return Form("Start", lambda _told: acts.Start(), about=f"Its clock runs from now on. {_word(seen)}")


def drill(seen: Seen) -> Form:
    """A drill is to be started, for real: its name is typed as well as chosen."""
    choices = [(each.name, each.name) for each in seen.record.plan.drills]

    def make(told: Values) -> Wish:
        _confirmed(told, told["drill"])
        return Begin(told["drill"])

    fields = (_choose("drill", "Which", choices), Field("confirm", "Type its name to start it"))
    about = "A real drill: copies are made beside production, and they cost."
    none = "" if choices else "its plan has no drill"
    return Form("Start a drill", make, fields, about, none)


def rate(seen: Seen) -> Form:
    """A criterion is rated by an evaluator."""
    unrated = set(seen.standing.unrated)
    listed = sorted(seen.record.plan.criteria, key=lambda each: each.name not in unrated)
    choices = [(each.name, f"{_rating(seen.standing, each.name)}  {each.name}: {each.success}") for each in listed]
    fields = (
        _choose("criterion", "Which criterion", choices),
        _choose("rating", "Rating", [(each.value, f"{each.value}  {each.words}") for each in Rating]),
        Field("reason", "Reason (of all but P)"),
    )
    none = "" if choices else "its plan has no criterion"
    return Form("Rate", _rated, fields, none=none)


def went_well(_seen: Seen) -> Form:
    """Praise: what went well."""
    return Form("Went well", lambda told: acts.WentWell(told["text"]), (Field("text", "What went well"),))


def gap(_seen: Seen) -> Form:
    """A gap: what went wrong becomes a finding."""
    grades = sorted(Severity, key=lambda each: each is not Severity.MEDIUM)
    fields = (
        Field("name", "Short name, such as no-runbook-for-search"),
        Field("text", "What went wrong"),
        Field("owner", "Who has to see to it"),
        _choose("severity", "Severity", [(each.value, each.value) for each in grades]),
    )
    return Form("Gap: a finding", _gap, fields)


def abort(seen: Seen) -> Form:
    """All is stopped, and each drill that was started from it."""
    listed = seen.record.plan.aborts
    own = [(each.name, f"{each.name}: {each.metric} {each.threshold}, {each.window}") for each in listed]

    def make(told: Values) -> Wish:
        _confirmed(told, "ABORT")
        return acts.Abort(told["reason"], told["criterion"])

    fields = (
        _choose("criterion", "By which criterion", [("", "none of the plan's"), *own]),
        Field("reason", "Why"),
        Field("confirm", "Type ABORT to stop it and each of its drills"),
    )
    runs = len(seen.standing.open_drills)
    return Form("Abort", make, fields, f"Drills under way: {runs}. Each is stopped, and its copies are taken down.")


def end(_seen: Seen) -> Form:
    """The play is over."""
    return Form("End", lambda _told: acts.End(), about="The play ends; ratings, gaps and what went well may follow.")


def close(_seen: Seen) -> Form:
    """The hot wash is over."""
    about = "The verdict is given, gaps become findings, and nothing is added any more."
    return Form("Close", lambda _told: acts.Close(), about=about)


def _answered(told: Values) -> Wish:
    if told["item"] == GO:
        return acts.Go()
    if told["item"] == NO_GO:
        return acts.NoGo(told["reason"])
    return acts.Reply(told["item"], Answer(told["answer"]), told["reason"])


def _rated(told: Values) -> Wish:
    return acts.Rate(told["criterion"], Rating(told["rating"]), told["reason"])


def _gap(told: Values) -> Wish:
    return acts.Gap(told["name"], told["text"], told["owner"], Severity(told["severity"]))


def _confirmed(told: Values, word: str) -> None:
    if told["confirm"].strip() != word:
        raise UsageError(f"it was not confirmed: '{told['confirm'].strip()}' is not {word}", f"type {word}, as it is")


def _choose(name: str, label: str, choices: list[Choice]) -> Field:
    return Field(name, label, tuple((value, plain(told)) for value, told in choices))


def _at(due: timedelta | None) -> str:
    return clock(due) if due is not None else "by its trigger"


def _said(of: Standing, item: str) -> str:
    return of.answers[item].answer.upper() if item in of.answers else "open"


def _rating(of: Standing, criterion: str) -> str:
    return of.ratings[criterion].rating.value if criterion in of.ratings else "-"


def _word(seen: Seen) -> str:
    of = seen.standing
    return f"GO was said by {plain(of.go.by)}." if of.go else "The director has not said go."
