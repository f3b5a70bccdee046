"""How the customer's account is asked: patiently, a thing that is gone told apart from one that cannot be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.watcher import Watcher
from dr_orchestrator.domain.customer_stack import CustomerStack
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.errors import Transient
from dr_orchestrator.runner.patience import Patience, again

T = TypeVar("T")
ASKING = Patience(answered=120.0, silent=60.0)
"""Drill seconds for which what was throttled is asked again; whoever stops the drill ends it."""


class Unsettled(Transient):
    """A part of what is there was gone before it was read: asked again, all of it is told as it is then."""

    answered = True


@dataclass(frozen=True)
class Asking:
    """The customer's account by its regions, seen by its role alone; `raise_if_stopped` ends what waits."""

    stack: CustomerStack
    at: Callable[[str], Account]
    watcher: Watcher
    clock: Clock
    raise_if_stopped: Callable[[], None] = lambda: None

    @property
    def home(self) -> Account:
        """The account in the stack's own region."""
        return self.at(self.stack.region)

    def patiently(self, ask: Callable[[], T]) -> T:
        """Ask again while AWS fails in passing; nothing is asked any more once it is to end."""
        self.raise_if_stopped()
        return again(ask, ASKING, self.clock, waits=self.raise_if_stopped)

    def call(self, service: str, operation: str, **given: Any) -> Any:
        """A call in the stack's region."""
        return self.patiently(lambda: self.home.api(service).call(operation, **given))

    def pages(self, service: str, operation: str, key: str, **given: Any) -> list[Any]:
        """Every item of a listing there."""
        return self.patiently(lambda: list(self.home.api(service).pages(operation, key, **given)))

    def following(self, service: str, operation: str, key: str, **given: Any) -> Iterator[Any]:
        """Likewise of a listing that botocore has no paginator for."""
        token: dict[str, str] = {}
        while True:
            answer = self.call(service, operation, **given, **token)
            yield from answer.get(key) or ()
            if not answer.get("NextToken"):
                return
            token = {"NextToken": answer["NextToken"]}

    def there(self, ask: Callable[[], T]) -> T | None:
        """The answer; None where AWS says that there is no such thing."""
        try:
            return ask()
        except NotFound:
            return None

    def settled(self, read: Callable[[], T]) -> T:
        """The parts of one thing that is there, read in several calls; Unsettled where a part keeps being gone."""

        def once() -> T:
            try:
                return read()
            except NotFound as gone:
                raise Unsettled(gone.message, gone.hint) from gone

        return self.patiently(once)
