"""How a run gets into its copy: by a login that opens it, else by a new password, which takes part of the recovery."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Opened
from dr_orchestrator.domain.ports import Entrance
from dr_orchestrator.domain.run import Role
from dr_orchestrator.errors import NotMeasured

LOG_IN = "log in to the copy"
RESET = "reset the copy's master password"


def enter(
    entrance: Entrance | None,
    copy: Copy,
    perform: Callable[..., Any],
    *,
    resets: bool = True,
    log_in: str = LOG_IN,
    role: Role = Role.LOG_IN,
) -> None:
    """Find the login that opens the copy; where none does, its master user gets a new password, as whoever recovers
    would have to give it one.

    Both are steps of the recovery. What another process of the run found or made is not known here: it is done again.
    Where nothing `resets` it, one that no login opens is not measured: what follows another has the passwords of that.
    `log_in` is the name of the step, and `role` its role, where it is not the run's own copy.
    """
    if entrance is None:
        return
    if entrance.prepares:
        perform(entrance.prepares, entrance.prepare, copy)
    find = entrance.find if resets else partial(_find, entrance)
    if not perform(log_in, find, copy, role=role).opened:
        perform(RESET, entrance.reset, copy, role=Role.RESET)


def _find(entrance: Entrance, copy: Copy) -> Opened:
    opened = entrance.find(copy)
    if not opened.opened:
        raise NotMeasured(f"{opened.words}, and one that replicates gets none of its own", "mend the secret")
    return opened
