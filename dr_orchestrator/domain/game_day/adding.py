"""The one place where an act becomes an entry: nothing secret passes, nothing is judged by what is not known."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from typing import Any, TypeVar, cast

from dr_orchestrator.domain.game_day.acts import Abort, Join, LoseDrill, Note, PersonAct
from dr_orchestrator.domain.game_day.acts.words import refused
from dr_orchestrator.domain.game_day.log import Entry
from dr_orchestrator.domain.game_day.standing import Standing
from dr_orchestrator.errors import without_secrets

A = TypeVar("A", bound=PersonAct)
_ALWAYS = (Abort, Join, LoseDrill, Note)
"""The acts that ask for nothing that an entry of an unknown kind could have changed: above all it can be stopped."""


def entry_of(of: Standing, act: PersonAct, by: str, at: datetime) -> Entry:
    """The entry that an act adds, at its place; UsageError where it is not the way of it."""
    when = max(at, of.last_at) if of.last_at else at
    who = without_secrets(" ".join(by.split()))
    if of.unknown and not isinstance(act, _ALWAYS):
        told = f"has entries that this release does not know: {', '.join(dict.fromkeys(of.unknown))}"
        raise refused(of, told, "act with the release that added them; aborting it and notes are taken all the same")
    said = masked(act).on(of, who, when)
    return Entry(of.number + 1, when, who, said.kind, said.told)


def masked(act: A) -> A:
    """The act without what is secret in any of its words: names are compared as they are kept."""
    words = {each.name: getattr(act, each.name) for each in fields(cast(Any, act))}
    changes = {name: without_secrets(word) for name, word in words.items() if type(word) is str}
    return cast(A, replace(cast(Any, act), **changes))
