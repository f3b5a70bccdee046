"""The way to a customer's account: by its own role, behind a guard that knows no write at all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.customer import looking as customer
from dr_orchestrator.aws.customer.asking import Asking
from dr_orchestrator.aws.customer.calls import READS, TABLE
from dr_orchestrator.aws.guard import Guard
from dr_orchestrator.domain.customer.looking import NO_BASELINE, Look, When, name_of, results
from dr_orchestrator.domain.customer_stack import Aspect, CustomerStack
from dr_orchestrator.domain.drill import Roles
from dr_orchestrator.domain.preflight import Doubt, PreflightCheck
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.errors import Aborted, NotMeasured
from dr_orchestrator.runner.context import Drive
from dr_orchestrator.wiring.app import App

NAME = "dro-customer-look"
AFTER_S = 900.0
"""Drill seconds for the look after a drill, at all its stacks: the run has no verdict until it is over."""


@dataclass
class Reached:
    """A customer's account as it is looked at: a guarded session for each region, made when it is first needed."""

    here: App
    stack: CustomerStack
    accounts: dict[str, Account] = field(default_factory=dict)

    def at(self, region: str) -> Account:
        """The account in a region; every write is refused before it is sent."""
        if region not in self.accounts:
            role, clock = self.stack.role, self.here.clock
            roles = Roles(role, role, external_id=self.stack.external_id)
            self.accounts[region] = Account(region, Guard(TABLE), roles, NAME, clock.now, self.here.spacings)
        return self.accounts[region]

    def asking(self, raise_if_stopped: Callable[[], None] = lambda: None) -> Asking:
        """How it is asked."""
        return Asking(self.stack, self.at, self.here.watcher, self.here.clock, raise_if_stopped)

    def look(self, raise_if_stopped: Callable[[], None] = lambda: None) -> Look:
        """Look at the stack."""
        return customer.look(self.asking(raise_if_stopped))

    @property
    def simulated(self) -> bool:
        """Whether a call went to an endpoint that is not AWS's own."""
        return any(each.guard.simulated for each in self.accounts.values())


class Unmodified:
    """The looks at all the customers' stacks that a drill's service depends on, before it and after."""

    def __init__(self, here: App, stacks: Sequence[CustomerStack], drive: Drive) -> None:
        self._reached, self._drive, self._here = [Reached(here, each) for each in stacks], drive, here

    def planned(self, when: When) -> tuple[str, ...]:
        """The names of the results of a look."""
        return tuple(name_of(each.stack, aspect, when) for each in self._reached for aspect in Aspect)

    def look(self, when: When, before: Mapping[str, CheckResult]) -> list[CheckResult]:
        """A result for each aspect of each stack; only a stop is raised, and after the drill only the lease's loss.

        By then all is taken down, and the run waits for its verdict: the looks at all stacks together take `AFTER_S` at
        most, and a stop ends them. What they did not reach is not known.
        """
        ends = self._drive.raise_if_stopped if when is When.BEFORE else self._ending()
        return [result for each in self._reached for result in results(each.stack, each.look(ends), when, before)]

    def _ending(self) -> Callable[[], None]:
        clock = self._here.clock
        until = clock.monotonic() + AFTER_S

        def raise_if_over() -> None:
            try:
                self._drive.raise_if_stopped()
            except Aborted as stopped:
                raise NotMeasured(f"the look after the drill was ended: {stopped.message}") from stopped
            if clock.monotonic() > until:
                raise NotMeasured(f"the look after the drill did not end within {AFTER_S / 60:.0f} minutes")

        return raise_if_over

    @property
    def simulated(self) -> bool:
        """Whether anything of it was no answer of AWS's own."""
        return any(each.simulated for each in self._reached)


def preflight(here: App, stacks: Sequence[CustomerStack], own: Collection[str]) -> list[PreflightCheck]:
    """The looks before a drill: that no account in which it works (`own`) is a customer's, whether the role of each can
    be taken on, and whether something is recorded.
    """
    accounts = [PreflightCheck(f"account of customer {each.name}", _anothers(each, own)) for each in stacks]
    looks = [PreflightCheck(f"customer's stack {each.name}", _asked(here, each), must=False) for each in stacks]
    return [*accounts, *looks]


def _anothers(stack: CustomerStack, own: Collection[str]) -> Callable[[], str]:
    def ask() -> str:
        if stack.account in own:
            told = f"this drill works in account {stack.account}, which is declared as the customer's of {stack.name}"
            raise NotMeasured(f"{told}: its copies would be made there", "use credentials of an account of your own")
        return f"account {stack.account} is another than that of the drill"

    return ask


def _asked(here: App, stack: CustomerStack) -> Callable[[], str]:
    def ask() -> str:
        who = customer.whose(Reached(here, stack).asking())
        if stack.baseline is None:
            raise NotMeasured(f"{stack}: {NO_BASELINE}", "`dro baseline --write` records it")
        age = here.clock.now() - stack.baseline.recorded_at
        if age > customer.REACH:
            raise Doubt(f"the baseline of {stack} is {age.days} days old, and the event history reaches 90 back")
        return f"{stack} is looked at by {who}; recorded {stack.baseline.recorded_at:%Y-%m-%d}"

    return ask


def told(stack: CustomerStack) -> str:
    """The look at a stack in a sentence, for a plan: its calls, and the rights that they need."""
    services = sorted({each.partition(":")[0] for each in READS} - {"sts"})
    return (
        f"{stack} before the drill and after it (for {AFTER_S / 60:.0f} minutes at most), by {stack.role}:"
        f" {len(READS)} calls of {', '.join(services)}, all reads; `dro iam --role {stack.account}` prints the rights"
    )
