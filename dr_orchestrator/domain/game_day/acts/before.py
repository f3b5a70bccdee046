"""The acts before the start: the plan, its approval, the go/no-go list, the director's word, the start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dr_orchestrator.domain.exercise.roles import Role
from dr_orchestrator.domain.findings.persons import same
from dr_orchestrator.domain.game_day.acts.words import author, in_phase, in_role, one_of, refused, words
from dr_orchestrator.domain.game_day.log import Kind, Said
from dr_orchestrator.domain.game_day.plan import GameDay
from dr_orchestrator.domain.game_day.standing import Answer, Approval, Phase, Standing

HOLDS = timedelta(days=30)
"""How long an approval holds: whoever gave it knows what is going on in the month, not in the year."""

_BEFORE = (Phase.PLANNED, Phase.APPROVED, Phase.GO_NO_GO)


@dataclass(frozen=True)
class Plan:
    """Take the plan as its file says it by now; what was approved and answered for another lapses."""

    plan: GameDay

    def on(self, of: Standing, by: str, _at: datetime) -> Said:
        """Before the start; in place of another by somebody in a role, of that or of this one."""
        name = author(of, by)
        if of.number and not (of.plan.roles_of(name) or self.plan.roles_of(name)):
            told = f"has another plan by now ({self.plan.digest}), which {name}, who is in no role, cannot put in place"
            raise refused(of, told, "somebody in a role does: `dro game-day plan FILE --take --by NAME`")
        in_phase(of, *_BEFORE)
        return Said(Kind.PLANNED, {"digest": self.plan.digest, "text": f"the plan as {name} gave it"})


@dataclass(frozen=True)
class Approve:
    """Give one's word for the plan of a digest; never the director's, nor their deputy's."""

    digest: str

    def on(self, of: Standing, by: str, at: datetime) -> Said:
        """Before the start, and for the plan as it is."""
        name = author(of, by)
        if not of.phase.before_start:
            raise refused(of, f"is {of.phase}, and an approval precedes the start", "it binds to nothing by now")
        in_phase(of, *_BEFORE)
        if director := next((each for each in directors(of.plan) if same(each, name)), ""):
            raise refused(of, f"is directed by {director}, who cannot approve it", "somebody else has to: --by NAME")
        if self.digest != of.plan.digest:
            told = f"has the plan {of.plan.digest} by now, and not {self.digest}"
            raise refused(of, told, "read it anew: `dro game-day plan FILE`")
        if any(same(each.by, name) for each in holding(of, at)):
            raise refused(of, f"is approved by {name} already", "its go/no-go list is next: `dro game-day go`")
        return Said(Kind.APPROVED, {"digest": self.digest})


@dataclass(frozen=True)
class Reply:
    """Answer a line of the go/no-go list; no and waived are said with a reason, and only the director waives."""

    item: str
    answer: Answer
    reason: str = ""

    def on(self, of: Standing, by: str, at: datetime) -> Said:
        """Once the plan is approved; the last answer counts, and undoes a go."""
        if self.answer is Answer.WAIVED:
            in_role(of, by, Role.DIRECTOR)
        else:
            in_role(of, by)
        in_phase(of, Phase.APPROVED, Phase.GO_NO_GO)
        _hold_approved(of, at)
        one_of(of, "line in its go/no-go list", self.item, [each.name for each in of.plan.go_no_go])
        reason = self.reason
        if self.answer is not Answer.YES:
            reason = words(of, reason, f"takes '{self.answer}' with a reason alone", "write it: --reason TEXT")
        return Said(Kind.ANSWERED, {"item": self.item, "answer": self.answer.value, "reason": reason.strip()})


@dataclass(frozen=True)
class Go:
    """The director's word that it may start."""

    def on(self, of: Standing, by: str, at: datetime) -> Said:
        """Once it is approved, and each line is answered with yes, or waived."""
        in_role(of, by, Role.DIRECTOR)
        _hold_ready(of, at)
        return Said(Kind.GO)


@dataclass(frozen=True)
class NoGo:
    """The director's word that it does not start now."""

    reason: str

    def on(self, of: Standing, by: str, _at: datetime) -> Said:
        """Before the start; a go undoes it, once what stands against it is gone."""
        in_role(of, by, Role.DIRECTOR)
        in_phase(of, *_BEFORE)
        return Said(Kind.NO_GO, {"text": words(of, self.reason, "is put off for a reason", "write it: --reason TEXT")})


@dataclass(frozen=True)
class Start:
    """Begin: from now on its clock runs."""

    def on(self, of: Standing, by: str, at: datetime) -> Said:
        """Once the director has said go, and the approval still holds."""
        in_role(of, by, Role.DIRECTOR)
        _hold_ready(of, at)
        if of.go is None:
            why = f": no-go, {of.no_go.text}" if of.no_go else ""
            raise refused(of, f"has no go of its director{why}", "`dro game-day go FILE --by DIRECTOR`")
        return Said(Kind.STARTED, {"digest": of.plan.digest})


def directors(plan: GameDay) -> tuple[str, ...]:
    """All who may direct it, deputies too."""
    return tuple(person for each in plan.roles.get(Role.DIRECTOR, ()) for person in each.persons)


def holding(of: Standing, at: datetime) -> list[Approval]:
    """The approvals that hold by then: of this plan, and not too old."""
    return [each for each in of.approvals if each.digest == of.plan.digest and at - each.at <= HOLDS]


def _hold_ready(of: Standing, at: datetime) -> None:
    in_phase(of, Phase.GO_NO_GO, *([Phase.APPROVED] if not of.plan.go_no_go else []))
    _hold_approved(of, at)
    if of.unanswered:
        told = f"has unanswered lines in its go/no-go list: {', '.join(of.unanswered)}"
        raise refused(of, told, "`dro game-day go FILE ITEM --answer yes|no|waived` answers them")
    if of.against:
        told = ", ".join(f"{name} ({of.answers[name].reason})" for name in of.against)
        raise refused(of, f"is not ready: {told}", "answer it anew once that is mended, or have it waived")


def _hold_approved(of: Standing, at: datetime) -> None:
    if not holding(of, at):
        lapsed = f", and what was given is older than {HOLDS.days} days" if of.approvals else ""
        fix = "somebody who does not direct it approves it: `dro game-day approve FILE --by NAME`"
        raise refused(of, f"has no approval of its plan {of.plan.digest}{lapsed}", fix)
