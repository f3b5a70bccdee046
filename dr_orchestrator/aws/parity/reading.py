"""The settings of a live object: each look asks AWS once or twice, and what it is not told is told as such."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.domain.parity import Facts, Unread
from dr_orchestrator.errors import DrillFault, Stopped

Read = Callable[[Account, str], Mapping[str, str]]
"""Reads settings of the object of that name, by their names."""

Patiently = Callable[[Callable[[], Mapping[str, str]]], Mapping[str, str]]
"""Asks again while AWS fails in passing."""


@dataclass(frozen=True)
class Look:
    """One look, and the settings that it is to tell of."""

    settings: tuple[str, ...]
    read: Read


def facts(looks: Iterable[Look], account: Account, name: str, patiently: Patiently) -> Facts:
    """The settings of the object of that name; of a look that fails the reason, under each of its settings."""
    found: dict[str, str | Unread] = {}
    for look in looks:
        try:
            found |= patiently(lambda look=look: look.read(account, name))  # type: ignore[misc] # the loop's own
        except Stopped:
            raise
        except DrillFault as fault:
            found |= dict.fromkeys(look.settings, Unread(f"{fault}; {fault.hint}" if fault.hint else str(fault)))
    return found
