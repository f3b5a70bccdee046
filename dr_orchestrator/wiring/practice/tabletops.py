"""Tabletops for persons: the record that is drafted, the record that is kept."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from dr_orchestrator.catalog.digest import of_record
from dr_orchestrator.catalog.practice import drafting, tabletops
from dr_orchestrator.catalog.practice.reading import problem_at, refused
from dr_orchestrator.catalog.rules.exercise import Mistake
from dr_orchestrator.domain.exercise.kept import Sat
from dr_orchestrator.domain.findings.tracked import RaisedBy
from dr_orchestrator.domain.programme import quarter_of
from dr_orchestrator.domain.tabletop.judging import judged
from dr_orchestrator.domain.tabletop.plan import Tabletop
from dr_orchestrator.domain.tabletop.sitting import Conducted
from dr_orchestrator.errors import CatalogError, UsageError
from dr_orchestrator.ledger.practice import NotCorrected, Overlapping, Recorded
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.operator import operator

T = TypeVar("T")


def plans(here: App) -> dict[str, Tabletop]:
    """The declared tabletops, by name."""
    return tabletops.plans(here.settings.drills, here.catalogue.services)


def blank(here: App, name: str) -> str:
    """The draft of a record, of the sitting of this quarter."""
    plan = named(plans(here), name, "tabletop")
    return drafting.tabletop(plan, quarter_of(here.clock.now()).lower())


def record(here: App, file: Path) -> tuple[Recorded, Conducted]:
    """Judge a filled-in record and keep it, once; CatalogError with each mistake in it."""
    now = here.clock.now()
    plan, sitting, _ = tabletops.record(file, file.name, plans(here), now, partial(_first, here))
    conducted = judged(plan, sitting)
    only_known(here, file, RaisedBy.TABLETOP, plan.name, sitting.mended)
    sat = sat_of(conducted, now, operator())
    try:
        kept = here.ledger.practice.record(sat, conducted)
    except NotCorrected as told:
        raise uncorrected(file, told) from told
    except Overlapping as told:
        raise refused([problem_at(file, file.name, (("started",), told.message, told.hint))]) from told
    return kept, conducted if kept.new else here.ledger.practice.tabletop(kept.sat.id)[1]


def _first(here: App, name: str, sitting: str) -> Tabletop | None:
    """The plan by which a sitting was judged first; None where it is not kept yet."""
    own = [each.id for each in here.ledger.practice.records(RaisedBy.TABLETOP, name) if each.sitting == sitting]
    return here.ledger.practice.tabletop(own[0])[1].plan if own else None


def named(found: Mapping[str, T], name: str, what: str) -> T:
    """The declared one of that name; UsageError with the nearest where there is none."""
    if name in found:
        return found[name]
    near = difflib.get_close_matches(name, found, 3, 0.4) or sorted(found)
    hint = f"did you mean {', '.join(near)}?" if near else f"declare one: drills/{what}s/{name}.yaml"
    raise UsageError(f"no {what} '{name}'", hint)


def only_known(here: App, file: Path, kind: RaisedBy, name: str, mended: Iterable[str], lead: str = "") -> None:
    """CatalogError where something is said to be mended that no record of that name ever told."""
    if not (said := list(mended)):
        return
    known = here.ledger.practice.named_gaps(kind, name)
    wrong = [each for each in said if f"{lead}{each}" not in known]
    mistakes: Iterator[Mistake] = (
        (("mended", each), f"no record of {name} ever told of '{each}'", "name a gap of one, or leave it out")
        for each in wrong
    )
    if problems := [problem_at(file, file.name, each) for each in mistakes]:
        raise refused(problems)


def uncorrected(file: Path, told: NotCorrected) -> CatalogError:
    """The error of a record that differs from the one that is kept, at the place where it would say why."""
    fix = "add `correction:` with the reason, and both are kept; another sitting has another name"
    return refused([problem_at(file, file.name, ((), told.message, fix))])


def sat_of(of: Conducted, now: datetime, by: str) -> Sat:
    """The facts of a tabletop that is recorded by somebody."""
    plan, sitting = of.plan, of.sitting
    digest = of_record(plan.name, sitting)
    return Sat(
        id=f"tabletop-{plan.name}-{sitting.name}-{digest[:6]}",
        kind=RaisedBy.TABLETOP,
        name=plan.name,
        title=plan.title,
        sitting=sitting.name,
        digest=digest,
        began=sitting.began,
        ended=sitting.ended,
        simulated=sitting.rehearsal,
        verdict=of.judgement.verdict,
        score=of.score.words,
        attended=of.attended,
        asked=len(sitting.contacts),
        reached=sum(each.reached for each in sitting.contacts),
        gaps=len(of.judgement.gaps),
        recorded_at=now,
        recorded_by=by,
        correction=sitting.correction,
    )
