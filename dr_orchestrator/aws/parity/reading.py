"""The settings of a live object: each look asks AWS once or twice, and what it is not told is told as such."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.domain.parity import Facts, Unread
from dr_orchestrator.errors import DrillFault, Stopped, Transient

T = TypeVar("T")


@dataclass
class Live:
    """A live object, a source or a copy: what several looks need to know of it is asked once."""

    account: Account
    name: str
    _known: dict[Callable[[Live], Any], Any] = field(default_factory=dict, repr=False)

    def api(self, service: str) -> Api:
        """The calls of a service where it stands."""
        return self.account.api(service)

    def once(self, ask: Callable[[Live], T]) -> T:
        """The answer to a question, kept from the first time that there was one."""
        if ask not in self._known:
            self._known[ask] = ask(self)
        answer: T = self._known[ask]
        return answer


Read = Callable[[Live], Mapping[str, str]]
"""Reads settings of a live object, by their names."""

Patiently = Callable[[Callable[[], Mapping[str, str]]], Mapping[str, str]]
"""Asks again while AWS fails in passing."""


@dataclass(frozen=True)
class Look:
    """One look, and the settings that it is to tell of."""

    settings: tuple[str, ...]
    read: Read


def facts(looks: Iterable[Look], account: Account, name: str, patiently: Patiently) -> Facts:
    """The settings of the object of that name; of a look that fails the reason, under each of its settings.

    Once nobody answers, nothing more is asked: the copy would stand the longer.
    """
    found: dict[str, str | Unread] = {}
    silent: Unread | None = None
    live = Live(account, name)
    for look in looks:
        try:
            found |= dict.fromkeys(look.settings, silent) if silent else patiently(partial(look.read, live))
        except Stopped:
            raise
        except DrillFault as fault:
            unread = Unread(f"{fault}; {fault.hint}" if fault.hint else str(fault))
            found |= dict.fromkeys(look.settings, unread)
            silent = unread if isinstance(fault, Transient) and not fault.answered else None
    return found
