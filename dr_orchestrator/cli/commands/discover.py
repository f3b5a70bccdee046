"""The command that drafts drill files of what nobody has described: discover."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dr_orchestrator.cli.output import hang, json_option, print_json, say
from dr_orchestrator.cli.terminal.notices import warn_of_pace, writing
from dr_orchestrator.cli.terminal.table import print_table
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.discovery.remark import Kind, Remark

if TYPE_CHECKING:
    from dr_orchestrator.wiring.app import App
    from dr_orchestrator.wiring.discovery.discovering import Discovered
    from dr_orchestrator.wiring.discovery.proposing import Proposal


@click.command()
@click.argument("services", nargs=-1, metavar="[SERVICE...]")
@click.option(
    "--from",
    "sources",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Backstage's catalog-info.yaml, a folder of them, or a CSV: owners, tiers, contacts. May be repeated.",
)
@click.option("--rest", metavar="SERVICE", help="The service of all resources whose service nothing says.")
@click.option("--write", is_flag=True, help="Write what is proposed; else it is only shown.")
@json_option
def discover(services: tuple[str, ...], sources: tuple[Path, ...], rest: str | None, write: bool, as_json: bool) -> int:
    """Look, read-only, what there is, and draft the drill files of what none declares: all services, or those named.

    Resources are grouped into services by their tags (`discovery` in tiers.yaml says which), by what made them, or by
    the word of a directory. What only a person knows is a gap, a text that begins with GAP:, which `dro check` names.
    What people wrote stays as it is, to the byte: entries are added, and everything else is told.

    Ends with 0 where nothing is proposed, or it was written; 1 where a proposal is not written; 2 where a file is
    wrong; 3 where something could not be seen.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.discovery import directories, discovering, telling
    from dr_orchestrator.wiring.discovery import writing as files

    here = wiring.world()
    warn_of_pace(here)
    directory = directories.read(sources)
    found = discovering.look(here, directory, directories.names(services), directories.name(rest))
    if write and found.proposals:
        with writing("the drill files", "let this user write them; what is written already stays"):
            files.write(found.proposals)
    if as_json:
        print_json(telling.as_json(here, found, written=write))
    else:
        _print(here, found, write)
    return found.exit_code(written=write)


_SOME = 5
_ALL = (Kind.REFUSED, Kind.CONTESTED, Kind.VANISHED, Kind.MOVED, Kind.DIFFERS, Kind.FILLABLE)
"""The kinds that somebody has to look at, one by one."""


def _print(here: App, found: Discovered, written: bool) -> None:
    from dr_orchestrator.wiring.discovery.telling import remedy

    seen = found.seen
    if not written:
        for each in found.proposals:
            say(each.diff)
    where = f"account {seen.account}, {', '.join(seen.regions)}" + (", SIMULATED" if seen.simulated else "")
    click.echo(f"Found {counted(len(seen.found), 'resource')} in {where}; {found.declared:,} declared already.")
    if found.proposals:
        rows = [
            (each.service, each.file, "new" if each.before is None else "added to", *_numbers(each))
            for each in found.proposals
        ]
        print_table(("Service", "File", "", "Resources", "Drills", "Gaps"), rows)
    for kind, told in _by_kind(found.remarks).items():
        _told(kind, told)
    for missing in found.unseen:
        click.echo()
        hang("NOT KNOWN  ", f"{missing.what} in {missing.region}: {missing.why.why} ({missing.why.call})")
        if hint := remedy(here, missing):
            hang("  →     ", hint)
    click.echo(f"\n{_closing(found, written)}")


def _numbers(proposal: Proposal) -> tuple[str, str, str]:
    return str(len(proposal.resources)), str(len(proposal.drills)), str(proposal.gaps)


def _told(kind: str, remarks: list[Remark]) -> None:
    """The remarks of a kind; of what nobody has to act on some are enough."""
    shown = remarks if len(remarks) <= _SOME or remarks[0].kind in _ALL else remarks[:_SOME]
    click.echo()
    for each in shown:
        hang(f"{kind.upper()}  ", str(each))
    if len(shown) < len(remarks):
        click.echo(f"{' ' * len(kind)}  and {len(remarks) - len(shown):,} more: --json tells them all")


def _by_kind(remarks: tuple[Remark, ...]) -> dict[str, list[Remark]]:
    found: dict[str, list[Remark]] = {}
    for each in remarks:
        found.setdefault(each.kind.value, []).append(each)
    return found


def _closing(found: Discovered, written: bool) -> str:
    if not found.proposals:
        return "Nothing is proposed."
    files = counted(len(found.proposals), "file")
    gaps = sum(each.gaps for each in found.proposals)
    if written:
        return f"{files} written. Next: fill {counted(gaps, 'gap')}, which `dro check` names."
    return f"{files} proposed, nothing written: --write writes them."
