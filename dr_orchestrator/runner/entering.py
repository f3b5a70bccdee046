"""How a run gets into its copy: by a login that opens it, else by a new password, which takes part of the recovery."""

from __future__ import annotations

from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.ports import Entrance
from dr_orchestrator.domain.run import Role
from dr_orchestrator.runner.performing import Performer

LOG_IN = "log in to the copy"
RESET = "reset the copy's master password"


def enter(entrance: Entrance | None, copy: Copy, perform: Performer) -> None:
    """Find the login that opens the copy; where none does, its master user gets a new password, as whoever recovers
    would have to give it one.

    Both are steps of the recovery. What another process of the run found or made is not known here: it is done again.
    """
    if entrance is None:
        return
    if entrance.prepares:
        perform(entrance.prepares, entrance.prepare, copy)
    if not perform(LOG_IN, entrance.find, copy, role=Role.LOG_IN).opened:
        perform(RESET, entrance.reset, copy, role=Role.RESET)
