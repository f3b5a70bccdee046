"""Rules of customers' stacks: whose account it is, and that nothing here may ever be changed by a drill."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dr_orchestrator.catalog import baseline
from dr_orchestrator.catalog.declared import Declared, Policy
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.domain.drill import account_of
from dr_orchestrator.errors import Problem


def problems(service: Declared, policy: Policy, services: Sequence[Declared]) -> Iterator[Problem]:
    """The mistakes in the customers' stacks of a service, which is one of `services`."""
    for name, stack in (service.whole.customer_stacks if service.whole else {}).items():
        key: Key = ("customer_stacks", name)
        if account_of(stack.role) != stack.account:
            message = f"the role is of account {account_of(stack.role)}, and the stack in {stack.account}"
            yield service.document.problem((*key, "role"), message, "name a role of the customer's account")
        if stack.account in _drilled(policy, services):
            message = f"drills may make and delete copies in account {stack.account}: it is no customer's"
            yield service.document.problem((*key, "account"), message, "what is a customer's is only looked at")
        file = stack.baseline or baseline.default_file(service.name, name)
        try:
            baseline.read(service.folder / file, stack.account, stack.region, stack.stack)
        except baseline.NoBaseline as wrong:
            if service.anew:
                continue
            again = f"dro baseline {service.name} --write --replace"
            fix = f"bring back the one that was recorded; `{again}` records the stack anew, as it is now"
            yield service.document.problem((*key, "baseline"), f"{file} {wrong}", fix)


def _drilled(policy: Policy, services: Sequence[Declared]) -> set[str]:
    """The accounts that are declared as such in which a drill may change something, whichever service it is of."""
    found = {entry.account for each in services for entry in each.resources.legal.values() if entry.account}
    if policy.whole is not None:
        roles = policy.whole.roles
        found |= {account_of(each) for each in (roles.drill, *roles.elsewhere) if each}
        found |= {*policy.whole.allowed.accounts, policy.whole.replica.account or ""}
    return found
