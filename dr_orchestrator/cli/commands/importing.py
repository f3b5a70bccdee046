"""The command that takes in what others restored: import."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dr_orchestrator.cli.output import hang, json_option, print_json
from dr_orchestrator.cli.terminal.notices import warn_of_pace
from dr_orchestrator.cli.terminal.table import print_table
from dr_orchestrator.domain.counted import counted

if TYPE_CHECKING:
    from dr_orchestrator.domain.restore_test import RestoreTest
    from dr_orchestrator.wiring.app import App
    from dr_orchestrator.wiring.restore_tests import Imported

DAYS = 90
COLUMNS = ("Service", "Resource", "Restored", "Took", "RTO", "Point's age", "Job", "Validation", "Deletion", "Plan")


@click.command(name="import")
@click.option("--days", type=click.IntRange(1), default=DAYS, show_default=True, help="How far back to look.")
@click.option(
    "--give-back",
    is_flag=True,
    help="Give AWS Backup the verdicts of runs that restored the very points that its plans restored, for good.",
)
@json_option
def import_(days: int, give_back: bool, as_json: bool) -> int:
    """Take in what restore testing plans of AWS Backup restored, and keep it in the ledger, marked as imported.

    It is no run and proves nothing: no verdict, no due date and no claim comes of it. `dro posture` tells the newest
    beside the proof of each resource. AWS is only read, but for --give-back: it tells AWS Backup the verdict of a run
    of ours, once for each job, and AWS Backup takes no other after it.

    Ends with 0, also where a plan's restore failed; with 3 where something could not be seen or given.
    """
    from datetime import timedelta

    from dr_orchestrator import wiring
    from dr_orchestrator.wiring import restore_tests

    here = wiring.world()
    warn_of_pace(here)
    found = restore_tests.look(here, here.clock.now() - timedelta(days=days), give_back=give_back)
    if as_json:
        print_json(restore_tests.as_json(here, found))
    else:
        _print(here, found, days)
    return found.exit_code


def _print(here: App, found: Imported, days: int) -> None:
    from dr_orchestrator.wiring.restore_tests import remedy

    where = f"account {found.account}, {', '.join(found.regions)}" + (", SIMULATED" if found.simulated else "")
    click.echo(f"Looked for restore tests of the last {counted(days, 'day')} in {where}.")
    if found.tests:
        print_table(COLUMNS, (_row(here, each) for each in found.tests))
    for test in found.tests:
        for told in test.told:
            hang(f"{test.job}  ", told)
    for given in found.given:
        if given.fault is None:
            hang("GIVEN BACK  ", f"{given.back.status} to job {given.back.test.job}: {given.back.message}")
    for what, why, hint in remedy(here, found):
        click.echo()
        hang("NOT KNOWN  ", f"{what}: {why}")
        if hint:
            hang("  →     ", hint)
    click.echo(f"\n{_closing(found)}")


def _closing(found: Imported) -> str:
    if not found.tests:
        return "No restore testing plan of AWS Backup has restored anything that is listed there."
    unclaimed = sum(not each.resource for each in found.tests)
    more = f"; {counted(unclaimed, 'restore')} of what no service declares" if unclaimed else ""
    return (
        f"{counted(len(found.tests), 'restore test')}, {found.news} with news{more}. None of them is a proof of ours."
    )


def _row(here: App, test: RestoreTest) -> tuple[str, ...]:
    from dr_orchestrator.domain.objective import format_duration

    service = here.catalogue.services.get(test.service)
    limit = service.tier.objective.rto if service else None
    return (
        test.service or "-",
        test.resource or test.source.rpartition(":")[2],
        f"{test.began:%Y-%m-%d %H:%M}",
        format_duration(test.took) if test.took is not None else "-",
        str(limit) if limit else "-",
        format_duration(test.age) if test.age is not None else "-",
        test.status,
        test.validation or "-",
        test.deletion or "-",
        test.plan_name,
    )
