"""The acts of judging a game day: ratings, what went well, gaps, and the end of its hot wash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dr_orchestrator.domain.exercise.criteria import Rating
from dr_orchestrator.domain.exercise.roles import Role
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.findings.persons import same
from dr_orchestrator.domain.game_day.acts.words import author, in_phase, in_role, one_of, refused, words
from dr_orchestrator.domain.game_day.log import Kind, Said
from dr_orchestrator.domain.game_day.standing import Phase, Standing
from dr_orchestrator.domain.game_day.verdict import judge

_STARTED = (Phase.RUNNING, Phase.HELD, Phase.ENDED, Phase.ABORTED)


@dataclass(frozen=True)
class Rate:
    """Rate a criterion; with anything but a P it is said why."""

    criterion: str
    rating: Rating
    reason: str = ""

    def on(self, of: Standing, by: str, _at: datetime) -> Said:
        """From the start until it is closed, by an evaluator who executed nothing; the last rating counts."""
        name = in_role(of, by, Role.EVALUATOR)
        in_phase(of, *_STARTED)
        if done := [each.drill for each in of.drills if same(each.by, name)]:
            raise refused(of, f"had {done[0]} started by {name}, who cannot rate it", "another evaluator has to")
        one_of(of, "criterion", self.criterion, [each.name for each in of.plan.criteria])
        reason = self.reason.strip()
        if self.rating is not Rating.PERFORMED:
            reason = words(of, reason, f"takes the rating {self.rating} with a reason", "write it: --reason TEXT")
        return Said(Kind.RATED, {"criterion": self.criterion, "rating": self.rating.value, "reason": reason})


@dataclass(frozen=True)
class WentWell:
    """Keep what went well."""

    text: str

    def on(self, of: Standing, by: str, _at: datetime) -> Said:
        """From the start until it is closed, by anybody who takes part."""
        author(of, by)
        in_phase(of, *_STARTED)
        return Said(Kind.WENT_WELL, {"text": words(of, self.text, "takes no entry without words", "write some: TEXT")})


@dataclass(frozen=True)
class Gap:
    """Keep what went wrong, and who has to see to it: it becomes a finding. `name` is what a later one knows it by."""

    name: str
    text: str
    owner: str
    severity: Severity = Severity.MEDIUM

    def on(self, of: Standing, by: str, _at: datetime) -> Said:
        """From the start until it is closed, by anybody who takes part; each name once."""
        author(of, by)
        in_phase(of, *_STARTED)
        name = " ".join(self.name.split())
        if not name or not name.isprintable():
            raise refused(of, "takes a gap under a short name", "give one, such as no-runbook-for-search")
        if any(each.name == name for each in of.gaps):
            raise refused(of, f"has a gap '{name}' already", "`dro game-day note` adds to it")
        owner = " ".join(words(of, self.owner, "takes a gap with an owner alone", "name one: --owner NAME").split())
        text = words(of, self.text, "takes no gap without words", "write some: TEXT")
        return Said(Kind.GAP, {"name": name, "text": text, "owner": owner, "severity": self.severity.value})


@dataclass(frozen=True)
class Mend:
    """Say that the gap of an earlier game day of this name was seen to be mended, and by what."""

    name: str
    text: str

    def on(self, of: Standing, by: str, _at: datetime) -> Said:
        """From the start until it is closed, by an evaluator; not of a gap that this one showed, too."""
        in_role(of, by, Role.EVALUATOR)
        in_phase(of, *_STARTED)
        name = " ".join(self.name.split())
        if not name or any(each.name == name for each in of.gaps):
            raise refused(of, f"shows the gap '{name}' itself", "`dro findings` lists those of earlier ones")
        text = words(of, self.text, "takes evidence in words", "write by what it was seen: TEXT")
        return Said(Kind.MENDED, {"name": name, "text": text})


@dataclass(frozen=True)
class Close:
    """End the hot wash: the verdict is given, gaps become findings, and nothing is added any more."""

    def on(self, of: Standing, by: str, _at: datetime) -> Said:
        """By the director or an evaluator, once the play is over and its drills have ended."""
        in_role(of, by, Role.DIRECTOR, Role.EVALUATOR)
        in_phase(of, Phase.ENDED, Phase.ABORTED)
        if still := of.open_drills:
            fix = "wait for them; `dro game-day lost` says of one that it was never begun"
            raise refused(of, f"has runs that did not end: {', '.join(each.run for each in still)}", fix)
        verdict, reasons = judge(of)
        told = [{"rule": each.rule.value, "text": each.text, "subject": each.subject} for each in reasons]
        return Said(Kind.CLOSED, {"verdict": verdict.value, "reasons": told})
