"""The settings of a live object: each look asks AWS once or twice, and what it is not told is told as such."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.domain.parity import Facts, Unread
from dr_orchestrator.errors import DrillFault, Stopped, Transient

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
    """The settings of the object of that name; of a look that fails the reason, under each of its settings.

    Once nobody answers, nothing more is asked: the copy would stand the longer.
    """
    found: dict[str, str | Unread] = {}
    silent: Unread | None = None
    for look in looks:
        try:
            found |= dict.fromkeys(look.settings, silent) if silent else patiently(partial(look.read, account, name))
        except Stopped:
            raise
        except DrillFault as fault:
            unread = Unread(f"{fault}; {fault.hint}" if fault.hint else str(fault))
            found |= dict.fromkeys(look.settings, unread)
            silent = unread if isinstance(fault, Transient) and not fault.answered else None
    return found
