"""The command that tells which rights drills need: iam."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dr_orchestrator.cli.output import hang, json_option, print_json
from dr_orchestrator.errors import Exit, UsageError

if TYPE_CHECKING:
    from dr_orchestrator.aws.access.scope import Scope
    from dr_orchestrator.wiring.app import App


@click.command()
@click.option("--drill", "names", multiple=True, metavar="NAME", help="For this drill alone; may be repeated.")
@click.option(
    "--abac", is_flag=True, help="DynamoDB's attribute-based access control is on: tables have to wear the tag, too."
)
@click.option(
    "--boundary", is_flag=True, help="The permissions boundary of replicas alone, for `aws iam create-policy`."
)
@click.option(
    "--discovery", is_flag=True, help="The policy of `dro discover` alone, which needs no drill file: it only reads."
)
@click.option("--role", metavar="NAME", help="One policy alone, for AWS: of source, drill, trust, or an account's id.")
@click.option("--part", type=click.IntRange(1), metavar="N", help="Of a role with several policies the Nth.")
@json_option
def iam(
    names: tuple[str, ...],
    abac: bool,
    boundary: bool,
    discovery: bool,
    role: str | None,
    part: int | None,
    as_json: bool,
) -> int:
    """Print the IAM policies that drills need: of the role that reads, and of the role that makes copies.

    Unless drills are named, the role that reads may look how backups are kept, and what there is, too (`dro posture`,
    `dro discover`).

    It is one document of JSON, with the policies of each role, the trust policy and notes; what people should know is
    told beside it, on the error output. `--role` prints one policy as AWS takes it. AWS is not asked.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.aws.access.scope import Scope
    from dr_orchestrator.aws.template.boundary import policy

    if part and not role and not discovery:
        raise UsageError("--part is of one role's policies", "name the role: --role drill --part 2")
    here = wiring.world()
    if discovery:
        return _discovery(here, part)
    drills = [here.drill(name) for name in dict.fromkeys(names)] or list(here.catalogue.drills.values())
    if not drills:
        raise UsageError("no drill is declared", f"declare some in {here.settings.drills}")
    services = () if names else tuple(here.catalogue.services.values())  # one drill looks at no backups
    scope = Scope(here.types, drills, here.catalogue.allowed, abac, services=services, at=here.clock.now())
    if boundary:
        print_json(policy(scope.partition))
        return Exit.PASSED
    told = _policies(scope)
    if role is not None:
        print_json(_one(told, role, part))
        return Exit.PASSED
    print_json(told)
    if not as_json:
        _tell(told)
    return Exit.PASSED


def _discovery(here: App, part: int | None) -> int:
    """Print the policy of `dro discover`, by the policy alone: no service may be described yet."""
    from dr_orchestrator.aws.access import policies
    from dr_orchestrator.aws.access.scope import Scope
    from dr_orchestrator.catalog.load import policy_alone

    known = policy_alone(here.settings.drills, here.types)
    found = policies.discovery_policies(Scope(here.types, [], known.allowed))
    print_json(_one({"source": found, "drill": [], "elsewhere": {}, "customers": {}, "trust": {}}, "source", part))
    return Exit.PASSED


def _policies(scope: Scope) -> dict[str, Any]:
    from dr_orchestrator.aws.access import notes, policies

    return {
        "drills": [drill.name for drill in scope.drills],
        "source": policies.source_policies(scope),
        "drill": policies.drill_policies(scope),
        "elsewhere": policies.elsewhere_policies(scope),
        "customers": _customers(scope),
        "trust": policies.trust_policy(),
        "notes": notes.told_of(scope),
    }


def _customers(scope: Scope) -> dict[str, Any]:
    """The policies of the roles by which customers' stacks are looked at, and who may take them on, by account."""
    from dr_orchestrator.aws.customer import calls

    services = {drill.service.name: drill.service for drill in scope.drills}
    stacks = [each for service in services.values() for each in service.customer_stacks]
    told = {}
    for account in sorted({each.account for each in stacks}):
        own = [each for each in stacks if each.account == account]
        asked = next((each.external_id for each in own if each.external_id), "")
        told[account] = {"reader": calls.reader_policy(own), "trust": calls.trust_policy(asked)}
    return told


def _roles(told: dict[str, Any]) -> dict[str, list[Any]]:
    """The policies by the names of their roles: an account's, where copies or customers' stacks stand there."""
    customers = {account: each["reader"] for account, each in told["customers"].items()}
    trusts = {f"{account}-trust": [each["trust"]] for account, each in told["customers"].items()}
    own = {"source": told["source"], "drill": told["drill"], **told["elsewhere"], "trust": [told["trust"]]}
    return {**own, **customers, **trusts}


def _one(told: dict[str, Any], role: str, part: int | None) -> Any:
    """One policy; UsageError where that is none, or one of several."""
    roles = _roles(told)
    if role not in roles:
        raise UsageError(f"no role '{role}'", f"one of: {', '.join(roles)}")
    found = roles[role]
    if part is None and len(found) > 1:
        raise UsageError(f"the role {role} has {len(found)} policies", f"name one by --part 1 to --part {len(found)}")
    if part is not None and part > len(found):
        raise UsageError(f"the role {role} has no policy {part}", f"it has {len(found)}")
    return found[(part or 1) - 1]


def _tell(told: dict[str, Any]) -> None:
    """Say beside the document what it holds, and how to have each policy alone."""
    from dr_orchestrator.aws.access.statements import size

    for role, found in _roles(told).items():
        for number, policy in enumerate(found, 1):
            part = f" --part {number}" if len(found) > 1 else ""
            alone = f"`dro iam --role {role}{part}`, {size(policy)} characters"
            other = _CUSTOMERS if role.removesuffix("-trust") in told["customers"] else _ELSEWHERE
            hang("# ", f"{_WHAT.get(role, other)}: {alone}", err=True)
    hang("# ", "A managed policy takes 6,144 characters, and a role ten of them.", err=True)
    for note in told["notes"]:
        hang("# ", note, err=True)


_WHAT = {
    "source": "The source role only reads",
    "drill": "The drill role makes copies and deletes them",
    "trust": "Both roles trust whoever runs dro",
}
_CUSTOMERS = "The role of a customer's account looks at the stack there, and the customer makes it"
_ELSEWHERE = "The role of another account, where copies stand, makes, reads and deletes them"
