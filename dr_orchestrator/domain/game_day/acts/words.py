"""The demands of acts on whoever does them, and on their words; each refusal says what to do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from dr_orchestrator.domain.exercise.roles import Role
from dr_orchestrator.domain.findings.persons import mixed, same
from dr_orchestrator.domain.findings.tracked import MACHINE
from dr_orchestrator.domain.game_day.log import Said
from dr_orchestrator.domain.game_day.standing import Phase, Standing
from dr_orchestrator.errors import UsageError

_NEXT = {
    Phase.PLANNED: "it waits for an approval: `dro game-day approve FILE --by NAME`",
    Phase.APPROVED: "its go/no-go list is to be answered: `dro game-day go FILE ITEM --answer yes`",
    Phase.GO_NO_GO: "the director says go, then: `dro game-day start NAME`",
    Phase.RUNNING: "it runs: `dro game-day show` tells what is next",
    Phase.HELD: "it is held: `dro game-day resume` lets it go on",
    Phase.ENDED: "it is over: `dro game-day rate`, `gap` and `close` are left",
    Phase.ABORTED: "it is over: `dro game-day gap` and `close` are left",
}


class PersonAct(Protocol):
    """An act on a game day."""

    def on(self, of: Standing, by: str, at: datetime) -> Said:
        """The entry that it adds to the log; UsageError, with what to do, where it is not allowed."""


def author(of: Standing, by: str) -> str:
    """The name of whoever acts, in one line; refused of who is away, or is spelled to look like another."""
    name = " ".join(by.split())
    if not name or not name.isprintable():
        raise refused(of, "took nothing: each entry is a person's", "say whose, in one line: --by NAME")
    if not any(each.isalpha() for each in name) or same(name, MACHINE):
        raise refused(of, f"took nothing: '{name}' is nobody's name", "say whose act it is: --by NAME")
    if mixed(name):
        raise refused(of, "took nothing: the name mixes letters of several scripts", "write it in one: --by NAME")
    if of.plan.is_away(name):
        held = [each for holders in of.plan.roles.values() for each in holders if same(each.person, name)]
        deputies = dict.fromkeys(each.deputy for each in held if each.deputy)
        fix = f"a deputy acts: {', '.join(deputies) or 'none is named'}"
        raise refused(of, f"is held without {name}, who is away in it", fix)
    return name


def in_role(of: Standing, by: str, *roles: Role) -> str:
    """The name of whoever acts, who fills one of these roles; any at all where none is named."""
    name = author(of, by)
    mine = of.plan.roles_of(name)
    if not mine or (roles and not set(roles) & set(mine)):
        wanted = [role.value for role in roles] or ["in a role of it"]
        may = dict.fromkeys(each for role in roles or Role for each in of.plan.acting(role))
        told = f"takes that of whoever is {' or '.join(wanted)}, and {name} is not"
        raise refused(of, told, f"{', '.join(may) or 'nobody'} may")
    return name


def in_phase(of: Standing, *phases: Phase) -> None:
    """Refuse what comes too early or too late."""
    if of.closed is not None:
        raise refused(of, "is closed", "nothing is added any more: a new one begins with `dro game-day approve`")
    if of.phase not in phases:
        wanted = " or ".join(each.value for each in phases)
        raise refused(of, f"is {of.phase}, and that is done while it is {wanted}", _NEXT[of.phase])


def words(of: Standing, text: str, told: str, fix: str) -> str:
    """The words of somebody; refused where there are none."""
    if not text.strip():
        raise refused(of, told, fix)
    return text.strip()


def one_of(of: Standing, what: str, name: str, known: Iterable[str]) -> None:
    """Refuse a name that its plan does not hold."""
    listed = list(known)
    if name not in listed:
        raise refused(of, f"has no {what} '{name}'", f"there are {', '.join(listed) or 'none'}")


def refused(of: Standing, told: str, fix: str) -> UsageError:
    """The refusal of an act."""
    return UsageError(f"game day {of.plan.name} {told}", f"{fix}; nothing was changed")
