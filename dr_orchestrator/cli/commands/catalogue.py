"""Commands on drill files: init, drills, check, schema."""

from __future__ import annotations

import shlex
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dr_orchestrator import settings
from dr_orchestrator.cli.output import json_option, print_json, say
from dr_orchestrator.cli.terminal.notices import writing
from dr_orchestrator.cli.terminal.table import print_table
from dr_orchestrator.domain import leaving
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.errors import Exit, UsageError

if TYPE_CHECKING:
    from dr_orchestrator.wiring.app import App
    from dr_orchestrator.wiring.checking import Remark

CONTENT = ("flows", "drills", "reports/templates", "prefect.yaml", "estate.yaml")
COMPANIES = ("classic", "serverless")
"""The example workspaces that are shipped beside the sample company's."""

OF_A_COMPANY = ("checks", "game-days", "infrastructure", "mass-restores", "reviews", "runbooks", "tabletops")
"""The folders of drill files in which all is one company's."""

OF_PEOPLE = ("game-day", "tabletop", "sitting", "review", "signed", "mass-restore")
"""The files of exercises of people that have a schema."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--company", type=click.Choice(COMPANIES), help="Another company than the sample one.")
def init(folder: Path, company: str | None) -> None:
    """Copy the sample workspace to FOLDER, to be made your own."""
    if folder.exists() and any(folder.iterdir()):
        what = "this folder" if folder.resolve() == Path.cwd() else str(folder)
        raise UsageError(f"{what} is not empty", "name a folder that is new or empty; nothing was written")
    with writing(f"the workspace {folder}", "name a folder that this user may write"):
        _copy_content(folder, company)
    there = folder.resolve() == Path.cwd()
    click.echo(f"A workspace with the {company or 'sample'} company is in {'this folder' if there else folder}. Next:")
    check = "dro check" if there else f"cd {shlex.quote(str(folder))} && dro check"
    for command, does in (
        (check, "your drill files are right"),
        ("dro drills", "what is declared"),
        ("dro demo", "run it all on a simulated AWS"),
    ):
        click.echo(f"  {command:<{len(check)}}  # {does}")


def _copy_content(folder: Path, company: str | None) -> None:
    shipped = settings.shipped()
    for name in CONTENT:
        _copy(shipped / name, folder / name)
    if company is not None:  # its own in place of the sample company's; what explains drill files stays
        drills = folder / "drills"
        for each in (*drills.glob("*.yaml"), *(drills / name for name in OF_A_COMPANY)):
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        _copy(shipped / "examples" / company, folder)
    (folder / ".gitignore").write_text(".dro/\nreports/generated/\n", encoding="utf-8")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        ours = shutil.ignore_patterns("__pycache__", "*.pyc", ".dro", "generated", "baselines")
        shutil.copytree(source, target, ignore=ours, dirs_exist_ok=True)
    else:
        shutil.copy(source, target)


@click.command()
@click.option("--service", help="Only the drills of this service.")
@json_option
def drills(service: str | None, as_json: bool) -> None:
    """List what is declared: every drill, tier 0 first."""
    from dr_orchestrator.wiring.app import world

    catalogue = world().catalogue
    if service is not None and service not in catalogue.services:
        raise UsageError(f"no service '{service}'", f"declared are {', '.join(sorted(catalogue.services))}")
    chosen = [drill for drill in catalogue.drills.values() if service in (None, drill.service.name)]
    chosen.sort(key=lambda drill: (drill.service.tier.number, drill.service.name, drill.name))
    if as_json:
        print_json([_as_json(drill) for drill in chosen])
        return
    columns = ("Tier", "Service", "Drill", "Kind", "Resource", "Disruption", "Path", "RTO", "RPO", "Every")
    print_table(columns, [_row(drill) for drill in chosen])


def _row(drill: Drill) -> tuple[str, ...]:
    objective = drill.objective
    return (
        str(drill.service.tier.number),
        drill.service.name,
        drill.name,
        drill.kind,
        drill.resource.id,
        f"{drill.disruption} (not left)" if leaving.stays_in(drill) else drill.disruption,
        drill.path,
        str(objective.rto or "no target"),
        str(objective.rpo or "no target"),
        drill.every,
    )


def _as_json(drill: Drill) -> dict[str, object]:
    objective = drill.objective
    return {
        "drill": drill.name,
        "service": drill.service.name,
        "tier": drill.service.tier.number,
        "kind": drill.kind.value,
        "resource": drill.resource.name,
        "resource_id": drill.resource.id,
        "region": drill.resource.region,
        "disruption": drill.disruption.value,
        "stays_in_lost_region": leaving.stays_in(drill) or None,
        "path": drill.path.value,
        "every": drill.every.value,
        "rto_s": objective.rto.value.total_seconds() if objective.rto else None,
        "rpo_s": objective.rpo.value.total_seconds() if objective.rpo else None,
        "hydration_s": objective.hydration.value.total_seconds() if objective.hydration else None,
        "objective": objective.source,
        "checks": [check.name for check in drill.checks],
        "file": drill.file,
        "digest": drill.digest,
    }


@click.command()
@json_option
def check(as_json: bool) -> int:
    """Check the drill files; each problem with file, line, key and the likely fix. Nothing is started.

    A drill of a kind without a flow in flows/ is a problem, too. Where the files are right, it also tells what would
    still be asked of a template's owner, and which data has no heartbeat. Exit codes: 0 all right, 3 something is asked
    without which a drill could not pass, 2 there is a problem.
    """
    from dr_orchestrator.wiring import checking
    from dr_orchestrator.wiring.app import world

    here = world()
    found = checking.look(here)
    if as_json:
        print_json([{**vars(each.problem), "level": each.level.value} for each in found])
    else:
        for each in found:
            say(str(each), err=True)
        click.echo(_verdict(here, found), err=bool(found))
    levels = {each.level for each in found}
    if checking.Level.PROBLEM in levels:
        return Exit.USAGE
    return Exit.INCONCLUSIVE if checking.Level.ASK in levels else Exit.PASSED


def _verdict(here: App, found: Sequence[Remark]) -> str:
    levels = Counter(each.level.value for each in found)
    told = ", ".join(counted(many, level) for level, many in levels.items())
    if "problem" in levels:
        return f"{told}; nothing was started."
    catalogue = here.catalogue
    declared = f"{counted(len(catalogue.drills), 'drill')} of {counted(len(catalogue.services), 'service')}"
    what = f"{declared} in {here.settings.drills}"
    return f"{what}: {f'the files can be read; {told}' if told else 'all right'}."


@click.command()
@click.argument("which", type=click.Choice(["service", "tiers", *OF_PEOPLE]), default="service")
@click.option("--write", type=click.Path(path_type=Path, file_okay=False), help="Write all of them to this folder.")
def schema(which: str, write: Path | None) -> None:
    """Print the JSON Schema of services, tiers.yaml or exercises of people, for editors and check-jsonschema.

    A sitting is the record of a tabletop, signed the answers of a reviewer.
    """
    from dr_orchestrator.catalog import schema as schemas
    from dr_orchestrator.wiring.app import world

    types = world().types
    if write is not None:
        with writing(f"the schemas in {write}", "name a folder that is there and that this user may write"):
            write.mkdir(exist_ok=True)
            written = schemas.write(write, types)
        for path in written:
            click.echo(str(path))
        return
    made = {"service": lambda: schemas.service_schema(types), "tiers": schemas.tiers_schema}
    found = made[which]() if which in made else schemas.of_people()[f"{which}.schema.json"]
    click.echo(schemas.rendered(found), nl=False)
