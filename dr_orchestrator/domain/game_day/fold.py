"""The fold of a game day's log: how it stands, of its plan and its entries alone; no entry is passed over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from dr_orchestrator.domain.exercise.criteria import Rating
from dr_orchestrator.domain.findings.persons import same
from dr_orchestrator.domain.findings.tracked import MACHINE
from dr_orchestrator.domain.game_day.clocks import Hold
from dr_orchestrator.domain.game_day.log import Entry, Kind
from dr_orchestrator.domain.game_day.plan import GameDay
from dr_orchestrator.domain.game_day.standing import (
    Answer,
    Answered,
    Approval,
    Given,
    Phase,
    Rated,
    RunOutcome,
    Shown,
    Spoken,
    Standing,
    Started,
)
from dr_orchestrator.domain.rule import Reason, Rule
from dr_orchestrator.domain.verdict import Verdict

Runs = Mapping[str, RunOutcome]
Changes = dict[str, Any]


def state_of(plan: GameDay, entries: Iterable[Entry], now: datetime, runs: Runs | None = None) -> Standing:
    """How a game day stands `now`; `runs` tells how the runs stand that were started from it, by their ids."""
    standing = Standing(plan, now)
    for each in entries:
        standing = after(standing, each)
    return with_runs(standing, runs or {}, now)


def after(standing: Standing, entry: Entry) -> Standing:
    """How it stands once an entry was added."""
    changes = _CHANGES[entry.kind](standing, entry)
    changes |= {"number": entry.number, "last_at": entry.at, "participants": _with(standing, entry)}
    return replace(standing, **changes)


def with_runs(standing: Standing, runs: Runs, now: datetime) -> Standing:
    """The same at an instant, with what the ledger says of its runs."""
    drills = tuple(replace(each, outcome=runs.get(each.run, each.outcome)) for each in standing.drills)
    return replace(standing, now=now, drills=drills)


def _with(standing: Standing, entry: Entry) -> Mapping[str, str]:
    if entry.by == MACHINE:
        return standing.participants
    known = next((each for each in standing.participants if same(each, entry.by)), entry.by)
    mode = str(entry.told.get("mode", "")) if entry.kind is Kind.JOINED else ""
    return {**standing.participants, known: mode or standing.participants.get(known, "")}


def _planned(_of: Standing, _entry: Entry) -> Changes:
    return {"phase": Phase.PLANNED, "approvals": (), "answers": {}, "go": None, "no_go": None}


def _approved(of: Standing, entry: Entry) -> Changes:
    if entry.told["digest"] != of.plan.digest:
        return {}  # it was for another plan
    phase = Phase.GO_NO_GO if of.phase is Phase.GO_NO_GO else Phase.APPROVED
    return {"phase": phase, "approvals": (*of.approvals, Approval(entry.by, entry.at, entry.told["digest"]))}


def _answered(of: Standing, entry: Entry) -> Changes:
    item = entry.told["item"]
    said = Answered(item, Answer(entry.told["answer"]), entry.told["reason"], entry.by, entry.at)
    return {"phase": Phase.GO_NO_GO, "answers": {**of.answers, item: said}, "go": None, "no_go": None}


def _go(of: Standing, entry: Entry) -> Changes:
    return {"go": _spoken(of, entry), "no_go": None}


def _no_go(of: Standing, entry: Entry) -> Changes:
    return {"go": None, "no_go": _spoken(of, entry)}


def _started(of: Standing, entry: Entry) -> Changes:
    clock = replace(of.clock, started=entry.at)
    return {"phase": Phase.RUNNING, "clock": clock, "started": _spoken(of, entry)}


def _delivered(of: Standing, entry: Entry) -> Changes:
    return {"delivered": {**of.delivered, entry.told["inject"]: _spoken(of, entry)}}


def _responded(of: Standing, entry: Entry) -> Changes:
    return {"responses": {**of.responses, entry.told["inject"]: _spoken(of, entry)}}


def _held(of: Standing, entry: Entry) -> Changes:
    holds = (*of.clock.holds, Hold(entry.at, entry.told["text"], entry.by))
    return {"phase": Phase.HELD, "clock": replace(of.clock, holds=holds)}


def _resumed(of: Standing, entry: Entry) -> Changes:
    return {"phase": Phase.RUNNING, "clock": _let_go(of, entry)}


def _drill_started(of: Standing, entry: Entry) -> Changes:
    told = Started(entry.told["drill"], entry.told["run"], entry.by, entry.at, of.clock.net(entry.at))
    return {"drills": (*of.drills, told)}


def _drill_begun(of: Standing, entry: Entry) -> Changes:
    return {"drills": _changed(of, entry, begun=True, begun_at=entry.at)}


def _drill_lost(of: Standing, entry: Entry) -> Changes:
    return {"drills": _changed(of, entry, lost=entry.told["text"])}


def _rated(of: Standing, entry: Entry) -> Changes:
    name = entry.told["criterion"]
    rated = Rated(name, Rating(entry.told["rating"]), entry.told["reason"], entry.by, entry.at)
    return {"ratings": {**of.ratings, name: rated}}


def _gap(of: Standing, entry: Entry) -> Changes:
    told = entry.told
    return {"gaps": (*of.gaps, Shown(told["name"], told["text"], told["owner"], told["severity"], entry.by, entry.at))}


def _mended(of: Standing, entry: Entry) -> Changes:
    return {"mended": {**of.mended, entry.told["name"]: _spoken(of, entry)}}


def _ended(of: Standing, entry: Entry) -> Changes:
    clock = replace(_let_go(of, entry), ended=entry.at)
    return {"phase": Phase.ENDED, "clock": clock, "ended": _spoken(of, entry)}


def _aborted(of: Standing, entry: Entry) -> Changes:
    clock = replace(_let_go(of, entry), ended=entry.at)
    return {"phase": Phase.ABORTED, "clock": clock, "aborted": _spoken(of, entry)}


def _closed(of: Standing, entry: Entry) -> Changes:
    reasons = tuple(_reason(each) for each in entry.told.get("reasons", ()))
    verdict = entry.told.get("verdict")
    given = Given(Verdict(verdict), reasons) if verdict else None
    return {"closed": _spoken(of, entry), "given": given}


def _reason(told: Mapping[str, Any]) -> Reason:
    known = told["rule"] in {each.value for each in Rule}
    return Reason(Rule(told["rule"]) if known else Rule.NOT_KEPT, told["text"], told["subject"])


def _unknown(of: Standing, entry: Entry) -> Changes:
    return {"unknown": (*of.unknown, str(entry.told.get("kind", "")))}


def _added(name: str) -> Callable[[Standing, Entry], Changes]:
    return lambda of, entry: {name: (*getattr(of, name), _spoken(of, entry))}


def _let_go(of: Standing, entry: Entry) -> Any:
    """The clock without a hold that lasts: what ends the game day ends that, too."""
    holds = of.clock.holds
    if holds and holds[-1].ended is None:
        holds = (*holds[:-1], replace(holds[-1], ended=entry.at, resumed_by=entry.by))
    return replace(of.clock, holds=holds)


def _changed(of: Standing, entry: Entry, **changes: Any) -> tuple[Started, ...]:
    return tuple(replace(each, **changes) if each.run == entry.told["run"] else each for each in of.drills)


def _spoken(of: Standing, entry: Entry) -> Spoken:
    return Spoken(str(entry.told.get("text", "")), entry.by, entry.at, of.clock.net(entry.at), entry.occurred)


_CHANGES: Mapping[Kind, Callable[[Standing, Entry], Changes]] = {
    Kind.PLANNED: _planned,
    Kind.APPROVED: _approved,
    Kind.ANSWERED: _answered,
    Kind.GO: _go,
    Kind.NO_GO: _no_go,
    Kind.STARTED: _started,
    Kind.JOINED: lambda _of, _entry: {},
    Kind.DELIVERED: _delivered,
    Kind.RESPONDED: _responded,
    Kind.NOTED: _added("notes"),
    Kind.DECIDED: _added("decisions"),
    Kind.HELD: _held,
    Kind.RESUMED: _resumed,
    Kind.DRILL_STARTED: _drill_started,
    Kind.DRILL_BEGUN: _drill_begun,
    Kind.DRILL_LOST: _drill_lost,
    Kind.RATED: _rated,
    Kind.WENT_WELL: _added("went_well"),
    Kind.GAP: _gap,
    Kind.MENDED: _mended,
    Kind.ENDED: _ended,
    Kind.ABORTED: _aborted,
    Kind.CLOSED: _closed,
    Kind.UNKNOWN: _unknown,
}
