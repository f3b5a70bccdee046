"""The command that judges a template: template."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dr_orchestrator.cli.output import json_option, print_json, say
from dr_orchestrator.cli.terminal.table import print_table
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.replica import Edit, Place
from dr_orchestrator.errors import Exit, UsageError

if TYPE_CHECKING:
    from dr_orchestrator.domain.replica import Ask, Derived, Note, Refusal

LONGEST = 60
"""Letters of a value that a table shows."""


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--drill", metavar="NAME", help="In place of a file: what this drill declares, with its owner's answers.")
@click.option(
    "--place",
    type=click.Choice([place.value for place in Place]),
    help="Where a replica would stand: beside production (as where nothing is said), or in an account of its own.",
)
@click.option("--stack", "stacks", multiple=True, metavar="NAME", help="Of an app this stack alone; may be repeated.")
@json_option
def template(file: Path | None, drill: str | None, place: str | None, stacks: tuple[str, ...], as_json: bool) -> int:
    """Tell what a replica would make of a CloudFormation template, or of a CDK app (the folder cdk.out).

    The template stays as it is. Nothing is asked of AWS. Exit codes: 0 accepted, 3 its owner is asked something, 2
    something is refused, or it is no template.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring import templates

    if (file is None) is (drill is None):
        raise UsageError(
            "name a template, or a drill of this workspace", "dro template FILE, or dro template --drill NAME"
        )
    if drill is not None:
        derived, where = templates.of_drill(wiring.world(), drill, Place(place) if place else None)
    elif file is not None:
        where = Place(place or Place.BESIDE)
        derived = templates.judged(file, where, stacks=stacks)
        derived = replace(derived, notes=(*derived.notes, *templates.of_bucket(derived)))
    if as_json:
        print_json(templates.as_json(derived))
    else:
        _print(derived, where)
    return Exit.USAGE if derived.refused else Exit.INCONCLUSIVE if derived.asks else Exit.PASSED


def _print(derived: Derived, place: str) -> None:
    _table("Edits: what the replica's template has otherwise", ("Was", "Becomes"), derived.edits)
    _table("Asked of its owner", ("What",), derived.asks)
    _table("Refused", ("What",), derived.refused)
    _table("To know", ("What",), derived.notes)
    if derived.asks:
        say("Answers go to the resource's `rebuild` in the drill file:")
        for answer in dict.fromkeys(each.answer for each in derived.asks):
            say(f"  {answer}")
        say("")
    for name in derived.expands:
        say(f"AWS expands {name} in a change set; what it makes is judged again before it is executed.")
    say(_verdict(derived, place))


def _verdict(derived: Derived, place: str) -> str:
    edits = counted(len(derived.edits), "edit")
    where = f"in a {place.replace('-', ' ')}" if place == Place.DRILL_ACCOUNT else "beside production"
    if derived.refused:
        return f"Refused {where}: {counted(len(derived.refused), 'resource')} cannot be, for the reasons above."
    if derived.asks:
        return f"Not yet accepted {where}: {counted(len(derived.asks), 'thing')} to be answered; {edits}."
    return f"Accepted {where}, {edits}."


def _table(
    title: str, columns: Sequence[str], found: Sequence[Edit] | Sequence[Ask] | Sequence[Refusal] | Sequence[Note]
) -> None:
    if found:
        print_table(("Line", "Resource", *columns, "Why"), (_cells(each) for each in found), title=title)
        say("")


def _cells(told: Edit | Ask | Refusal | Note) -> tuple[str, ...]:
    where = f"{told.file}:{told.line}" if told.line else "-"
    if not isinstance(told, Edit):
        return where, told.resource, told.what, told.why
    name = f"{told.resource}.{told.property}" if told.property else told.resource
    was = "nothing" if told.was is None else _shown(told.was)
    return where, name, was, "left out" if told.becomes is None else _shown(told.becomes), told.why


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
