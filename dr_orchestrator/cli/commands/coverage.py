"""The command on what is proven of all that there is: coverage."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from dr_orchestrator.cli.output import json_option, print_json, stamp
from dr_orchestrator.cli.terminal.table import print_table
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.coverage import Coverage
from dr_orchestrator.domain.objective import Disruption
from dr_orchestrator.domain.since import Since, said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dr_orchestrator.domain.coverage import Cell, Covered, Inventory
    from dr_orchestrator.domain.quarter.last import Exercised
    from dr_orchestrator.domain.since import Change

_MARKS = {Coverage.PROVEN: "✔", Coverage.OVERDUE: "⌛", Coverage.LAPSED: "⌛", Coverage.NEVER: "✘"}


@click.command()
@click.option("--matrix", is_flag=True, help="List each resource by disruption, with its drills.")
@json_option
def coverage(matrix: bool, as_json: bool) -> None:
    """Reconcile all that is known: each resource is proven, overdue, lapsed, never proven, excluded or unassigned.

    What is proven follows from runs on real AWS, of the drills as they are defined today; what no service claims from
    the newest look of `dro posture`. A resource counts by the worst of its drills on its primary path. When people last
    exercised each service, in a game day, a tabletop or a review, stands beside it, and proves no restore.
    """
    from dr_orchestrator.wiring.app import world
    from dr_orchestrator.wiring.coverage import inventory_of
    from dr_orchestrator.wiring.practice.last import last_exercised

    here = world()
    found, last, services = inventory_of(here), last_exercised(here, here.clock.now()), sorted(here.catalogue.services)
    if as_json:
        print_json({**_as_json(found), "people": [_people_json(each, last.get(each)) for each in services]})
        return
    if matrix:
        print_table(("Tier", "Service", "Resource", *Disruption), map(_matrix_row, found.rows))
    else:
        print_table(("Tier", "Service", "Resource", "Type", "Coverage", "Why"), map(_row, found.rows))
    numbers = found.counted
    told = ", ".join(f"{numbers[each]} {each}" for each in Coverage)
    click.echo(f"{len(found.rows)} resources known: {told}.")
    click.echo(_looked(found))
    for line in _since(found):
        click.echo(line)
    for line in _people(services, last):
        click.echo(line)
    for each in _expired(found):
        click.echo(f"  → {each}", err=True)


def _row(row: Covered) -> tuple[str, ...]:
    tier, service = (str(row.service.tier.number), row.service.name) if row.service else ("-", "-")
    changed = f" ({row.why_changed})" if row.why_changed else ""
    return tier, service, row.resource, row.type, f"{row.standing}{changed}", row.why


def _matrix_row(row: Covered) -> tuple[str, ...]:
    tier, service = (str(row.service.tier.number), row.service.name) if row.service else ("-", "-")
    none = "no drill" if row.service and row.standing is not Coverage.EXCLUDED else f"({row.standing})"
    cells = (", ".join(map(_cell, row.cells.get(each, ()))) or none for each in Disruption)
    return tier, service, row.resource, *cells


def _cell(cell: Cell) -> str:
    proven = f" {cell.state.proven_at:%Y-%m-%d}" if cell.state.proven_at else ""
    newest = f", newest {cell.newest.verdict}" if cell.newest and not cell.newest.verdict.green else ""
    changed = ", changed" if cell.changed else ""
    changed += "".join(f", {each}" for each in said(cell.since))
    return f"{_MARKS[cell.standing]} {cell.state.drill.name}: {cell.standing}{proven}{newest}{changed}"


def _looked(found: Inventory) -> str:
    if found.looked_at is None:
        return "What no service claims is not known: nobody has looked. `dro posture` does."
    missing = f"; not all of it could be seen: {'; '.join(found.not_seen)}" if found.not_seen else ""
    return f"What no service claims is as of {found.looked_at:%Y-%m-%d %H:%M} UTC{missing}."


def _since(found: Inventory) -> list[str]:
    """Of how many it is not known whether they are what they were in the run that proved them, and why not."""
    unknown = [each for row in found.rows for each in row.since if each.since is Since.UNKNOWN]
    if not unknown:
        return []
    whys = Counter(each.words for each in unknown)
    told = "; ".join(f"{why} ({number})" for why, number in sorted(whys.items(), key=lambda each: (-each[1], each[0])))
    of = sum(any(each.since is Since.UNKNOWN for each in row.since) for row in found.rows)
    return [f"Of {of} it is not known whether they changed since a run proved or rehearsed them: {told}."]


def _people(services: Sequence[str], last: Mapping[str, Exercised]) -> list[str]:
    """Of how many services an exercise is on record, and the last of each, the longest ago first."""
    told = sorted((last[each].at, each) for each in services if each in last)
    lines = [
        f"  {name}: {last[name].kind} {last[name].id} of {at:%Y-%m-%d}, {last[name].verdict or 'no verdict'}"
        for at, name in told
    ]
    count = f"{len(told)} of {counted(len(services), 'service')}"
    return [f"Exercised by people, which proves no restore: {count}{':' if lines else '.'}", *lines]


def _people_json(service: str, held: Exercised | None) -> dict[str, object]:
    return {
        "service": service,
        "kind": held.kind.value if held else None,
        "id": held.id if held else None,
        "at": stamp(held.at) if held else None,
        "verdict": held.verdict.value if held and held.verdict else None,
    }


def _expired(found: Inventory) -> list[str]:
    """The exclusions that have run out, each with its place."""
    excluded = [each for each in found.rows if each.exclusion is not None and each.standing is not Coverage.EXCLUDED]
    return [
        f"{each.exclusion.where}: expired on {each.exclusion.expires}; remove it, or have it approved anew"
        for each in excluded
        if each.exclusion
    ]


def _as_json(found: Inventory) -> dict[str, object]:
    numbers = found.counted
    return {
        "known": len(found.rows),
        "counted": {each.value: numbers[each] for each in Coverage},
        "unassigned_as_of": stamp(found.looked_at),
        "not_seen": list(found.not_seen),
        "resources": [_row_json(each) for each in found.rows],
    }


def _row_json(row: Covered) -> dict[str, object]:
    exclusion = row.exclusion
    return {
        "service": row.service.name if row.service else None,
        "tier": row.service.tier.number if row.service else None,
        "resource": row.resource,
        "type": row.type,
        "id": row.id,
        "region": row.region,
        "coverage": row.standing.value,
        "why": row.why,
        "changed": row.changed,
        "changed_in": list(row.otherwise),
        "exclusion": {
            "approver": exclusion.approver,
            "reason": exclusion.reason,
            "expires": exclusion.expires.isoformat(),
        }
        if exclusion
        else None,
        "drills": [_cell_json(disruption, cell) for disruption, cells in sorted(row.cells.items()) for cell in cells],
    }


def _cell_json(disruption: Disruption, cell: Cell) -> dict[str, object]:
    return {
        "drill": cell.state.drill.name,
        "disruption": disruption.value,
        "coverage": cell.standing.value,
        "proven_at": stamp(cell.state.proven_at),
        "newest_verdict": cell.newest.verdict.value if cell.newest else None,
        "changed": cell.changed,
        "since": [_since_json(each) for each in cell.since],
    }


def _since_json(of: Change) -> dict[str, object]:
    return {
        "trait": of.trait.value,
        "standing": of.since.value,
        "said": of.words,
        "run": of.run,
        "before": of.before,
        "now": of.now,
        "simulated": of.simulated,
    }
