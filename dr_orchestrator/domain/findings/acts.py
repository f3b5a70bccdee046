"""The acts of persons on a finding: each says what it needs, and refuses what is not its way."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from dr_orchestrator.domain.findings.persons import mixed, same
from dr_orchestrator.domain.findings.tracked import LIVE, Act, Change, Entry, State, TrackedFinding, anew, as_of, end_of
from dr_orchestrator.errors import UsageError, without_secrets

_RETEST = "a repeat reopens it"
_LONGEST = timedelta(days=366)
"""The longest that anything is put off or accepted for: whatever is to stay so is to be said anew each year."""
_ACCEPTED = re.compile(r"by (.+?) until (\d{4}-\d{2}-\d{2}): (.*)", re.ASCII | re.DOTALL)


class PersonAct(Protocol):
    """An act of a person on a finding."""

    def on(self, of: TrackedFinding, by: str, at: datetime) -> Change:
        """The change that it makes; UsageError, with what to do, where it is not allowed."""


@dataclass(frozen=True)
class Start:
    """Begin to work on it; an acceptance ends by that."""

    def on(self, of: TrackedFinding, by: str, at: datetime) -> Change:
        """From open or accepted to in progress."""
        if of.state_at(at) is State.IN_PROGRESS:
            raise _refused(of, "is in progress already", "`dro finding note` adds to its history")
        _still_open(of, at, "started")
        return Change(anew(of, State.IN_PROGRESS), Entry(at, by, Act.STARTED, ""))


@dataclass(frozen=True)
class Assign:
    """Say who has to see to it, and by when."""

    to: str
    due: datetime | None = None
    reason: str = ""

    def on(self, of: TrackedFinding, by: str, at: datetime) -> Change:
        """The state stays; UsageError where the owner would have accepted what is theirs, or it is put off unsaid."""
        _still_open(of, at, "assigned")
        owner = _line(of, self.to, "an owner is a person or a team", "--to NAME") if self.to else of.owner
        if not self.to and self.due is None:
            raise _refused(of, "is assigned to nobody", "say to whom, or by when: --to NAME, --due DATE")
        if of.state_at(at) is State.ACCEPTED and same(owner, of.accepted_by):
            raise _refused(of, f"was accepted by {of.accepted_by}, who cannot be its owner", "name another owner")
        if self.due is not None and self.due < at:
            raise _refused(of, f"cannot be due on {self.due:%Y-%m-%d}, which is past", "name a day to come: --due DATE")
        if self.due is not None:
            self._hold(of, self.due, at)
        before = f", before {of.due:%Y-%m-%d}" if self.due and of.due else ""
        why = f": {without_secrets(self.reason.strip())}" if self.reason.strip() else ""
        from_ = f" (before {of.owner})" if of.owner and of.owner != owner else ""
        words = [f"to {owner}{from_}" if self.to else "", f"due {self.due:%Y-%m-%d}{before}{why}" if self.due else ""]
        after = replace(as_of(of, at), owner=owner, assigned=of.assigned or bool(self.to), due=self.due or of.due)
        return Change(after, Entry(at, by, Act.ASSIGNED, ", ".join(filter(None, words))))

    def _hold(self, of: TrackedFinding, due: datetime, at: datetime) -> None:
        """Refuse to put off what has a date without a reason, and to put anything off for years."""
        if due > at + _LONGEST:
            fix = "name a day within a year, or have it accepted: `dro finding accept`"
            raise _refused(of, f"cannot be due on {due:%Y-%m-%d}, which is more than a year from now", fix)
        if of.due is not None and due > of.due and not self.reason.strip():
            raise _refused(of, f"is due on {of.due:%Y-%m-%d}, and is put off for a reason", "write it: --reason TEXT")


@dataclass(frozen=True)
class Accept:
    """Bear the risk for a while: the approver is not the owner, says why, and until when."""

    approver: str
    reason: str
    until: datetime

    def on(self, of: TrackedFinding, by: str, at: datetime) -> Change:
        """From open, in progress or accepted to accepted; it is open again by itself when the acceptance runs out."""
        _still_open(of, at, "accepted")
        approver = _line(of, self.approver, "an acceptance is a person's", "--by NAME")
        reason = _said(of, self.reason, "is accepted for a reason", "--reason TEXT")
        if of.lacks:
            wanted = {"no owner": "--to NAME", "no due date": "--due DATE"}
            options = " ".join(wanted[each] for each in of.lacks)
            fix = f"`dro finding assign {of.fingerprint} {options}` first"
            raise _refused(of, f"has {' and '.join(of.lacks)}, and cannot be accepted so", fix)
        if same(approver, of.owner):
            raise _refused(of, f"is owned by {of.owner}, who cannot accept it", "somebody else has to: --by NAME")
        if same(by, of.owner):
            told = f"is owned by {of.owner}, who cannot enter its acceptance"
            raise _refused(of, told, "whoever approves it enters it")
        if mixed(approver):
            raise _refused(of, "was not changed: the approver's name mixes letters of several scripts", "--by NAME")
        if self.until > at + _LONGEST:
            told = f"cannot be accepted until {self.until:%Y-%m-%d}, which is more than a year from now"
            raise _refused(of, told, "an acceptance is said anew each year: --until DATE")
        if self.until <= at:
            fix = "an acceptance ends on a day to come: --until DATE"
            raise _refused(of, f"cannot be accepted until {self.until:%Y-%m-%d}, which is past", fix)
        after = anew(of, State.ACCEPTED, accepted_by=approver, accepted_reason=reason, accepted_until=self.until)
        told = f"by {approver} until {self.until:%Y-%m-%d}: {reason}"
        return Change(after, Entry(at, by, Act.ACCEPTED, told))


def accepted_in(told: str) -> Accept | None:
    """The acceptance that the line of a history tells of; None where it is no such line."""
    found = _ACCEPTED.fullmatch(told)
    return Accept(found[1], found[3], end_of(date.fromisoformat(found[2]))) if found else None


@dataclass(frozen=True)
class NotReproducible:
    """Close it for it cannot be seen again, which is shown."""

    evidence: str

    def on(self, of: TrackedFinding, by: str, at: datetime) -> Change:
        """From open or in progress to not reproducible."""
        _still_open(of, at, "called not reproducible")
        if of.state_at(at) not in LIVE:
            fix = f"`dro finding start {of.fingerprint}` ends the acceptance"
            raise _refused(of, f"is accepted until {of.accepted_until:%Y-%m-%d}", fix)
        evidence = _said(
            of, self.evidence, "is closed by evidence", "--evidence TEXT: what was tried, and what was seen"
        )
        after = anew(of, State.NOT_REPRODUCIBLE, evidence=evidence, closed_at=at)
        return Change(after, Entry(at, by, Act.NOT_REPRODUCIBLE, evidence))


@dataclass(frozen=True)
class Note:
    """Add to the history."""

    text: str

    def on(self, of: TrackedFinding, by: str, at: datetime) -> Change:
        """In any state, which stays."""
        return Change(of, Entry(at, by, Act.NOTED, _said(of, self.text, "gets a note of some words", "--text TEXT")))


def _still_open(of: TrackedFinding, at: datetime, what: str) -> None:
    state = of.state_at(at)
    if state.closed:
        raise _refused(of, f"is {state}, and cannot be {what}", _RETEST)


def _line(of: TrackedFinding, text: str, told: str, fix: str) -> str:
    name = " ".join(text.split())
    if not name or not name.isprintable() or "\n" in text.strip():
        raise _refused(of, f"was not changed: {told}", f"say whose, in one line: {fix}")
    return name


def _said(of: TrackedFinding, text: str, told: str, fix: str) -> str:
    if not text.strip():
        raise _refused(of, told, f"write it: {fix}")
    return without_secrets(text.strip())


def _refused(of: TrackedFinding, told: str, fix: str) -> UsageError:
    return UsageError(f"finding {of.fingerprint} ({of.title}) {told}", f"{fix}; nothing was changed")
