"""The command by which a person approves a failover of production: approve."""

from __future__ import annotations

import click

from dr_orchestrator.cli.output import hang
from dr_orchestrator.errors import Exit


@click.command()
@click.argument("drill")
@click.option("--by", required=True, metavar="NAME", help="The person whose word it is.")
def approve(drill: str, by: str) -> int:
    """Approve, for today, that DRILL fails production over, as the drill files say it now.

    The approval is kept in the ledger with who gave it and when. It is bound to the plan, the account and the roles: it
    lapses when the drill or its entry in tiers.yaml is changed, and when the day ends. It is for one run, which takes
    it as it asks for the failover. Nothing is started. Whoever may write to the ledger can
    give it: who that is, is for the database to say.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring import approving

    here = wiring.world()
    approved, given = approving.approve(here, drill, by)
    on = approved.production
    hang(f"{drill}  ", f"plan {given.plan}, approved by {given.by} at {given.at:%Y-%m-%d %H:%M} UTC, for today")
    if on is not None:
        resource = approved.resource
        simulated = ", simulated" if given.ground.simulated else ""
        ways = "and back" if on.returns else "and left there"
        hang(
            "  fails over  ",
            f"{resource.id} in {resource.region} of account {resource.account}{simulated}, production itself, {ways}",
        )
        hang("  writes      ", f"numbers into {on.table}, by {on.secret}")
        hang("  let by      ", f"{on.consent.owner} until {on.consent.expires}: {on.consent.reason}")
        hang("  window      ", str(on.consent.window))
        hang("  by roles    ", given.ground.roles or "none: by the credentials of whoever runs it")
    for lack in approving.lacks_of(here, approved):
        hang("  lacks still ", str(lack))
    return Exit.PASSED
