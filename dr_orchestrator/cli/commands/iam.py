"""The command that tells which rights drills need: iam."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from dr_orchestrator.cli.output import json_option, print_json, say
from dr_orchestrator.errors import Exit, UsageError

if TYPE_CHECKING:
    from dr_orchestrator.aws.access.scope import Scope


@click.command()
@click.option("--drill", "names", multiple=True, metavar="NAME", help="For this drill alone; may be repeated.")
@click.option(
    "--abac", is_flag=True, help="DynamoDB's attribute-based access control is on: tables have to wear the tag, too."
)
@click.option(
    "--boundary", is_flag=True, help="The permissions boundary of replicas alone, for `aws iam create-policy`."
)
@json_option
def iam(names: tuple[str, ...], abac: bool, boundary: bool, as_json: bool) -> int:
    """Print the IAM policies that drills need: of the role that reads, and of the role that makes copies.

    Nothing is asked of AWS, and nothing is changed there.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.aws.access.scope import Scope
    from dr_orchestrator.aws.template.boundary import policy

    here = wiring.world()
    drills = [here.drill(name) for name in dict.fromkeys(names)] or list(here.catalogue.drills.values())
    if not drills:
        raise UsageError("no drill is declared", f"declare some in {here.settings.drills}")
    scope = Scope(here.types, drills, here.catalogue.allowed, abac)
    if boundary:
        print_json(policy(scope.partition))
        return Exit.PASSED
    told = _policies(scope)
    if as_json:
        print_json(told)
    else:
        _print(told)
    return Exit.PASSED


def _policies(scope: Scope) -> dict[str, Any]:
    from dr_orchestrator.aws.access import policies

    return {
        "drills": [drill.name for drill in scope.drills],
        "source": policies.source_policies(scope),
        "drill": policies.drill_policies(scope),
        "elsewhere": policies.elsewhere_policies(scope),
        "trust": policies.trust_policy(),
        "notes": policies.notes(scope),
    }


def _print(told: dict[str, Any]) -> None:
    from dr_orchestrator.aws.access.statements import size

    roles = [
        ("The source role: it only reads.", told["source"]),
        ("The drill role: it makes copies and deletes them.", told["drill"]),
    ]
    for account, found in told["elsewhere"].items():
        roles.append((f"The role of account {account}, where copies stand: it makes, reads and deletes them.", found))
    for title, found in roles:
        for number, policy in enumerate(found, 1):
            part = f" Policy {number} of {len(found)}." if len(found) > 1 else ""
            say(f"# {title}{part} {size(policy)} characters (a managed policy takes 6,144)")
            say(json.dumps(policy, indent=2) + "\n")
    say("# The trust policy of these roles.")
    say(json.dumps(told["trust"], indent=2) + "\n")
    for note in told["notes"]:
        say(f"# {note}")
