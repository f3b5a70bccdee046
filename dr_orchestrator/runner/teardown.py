"""How the copies of a run are taken down at its end: the last one first, and none that resists keeps the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from dr_orchestrator.domain.copy import TERMINAL, Copy, CopyRecord, CopyState
from dr_orchestrator.domain.leading import NAME_TYPE
from dr_orchestrator.domain.ports import Clock, Ledger
from dr_orchestrator.domain.run import Phase, Role
from dr_orchestrator.errors import DrillFault, LeaseLost, NotMeasured, Stopped
from dr_orchestrator.runner.ending import error_text, record_outcome

OUTLIVED = "delete it by hand where that is allowed, or let it expire; `dro sweep` looks again"
_KEPT = "it is deleted, and not all of it is gone: "
_UNASKED = "it is deleted; whether AWS Backup kept anything of it could not be asked: "


class Outlived(NotMeasured):
    """The copy is deleted, and others made something of it while it stood: that is there, or could not be asked after.

    `state` is what that makes of the copy: LEFTOVER by what was seen alone.
    """

    def __init__(self, message: str, hint: str, state: CopyState) -> None:
        super().__init__(message, hint)
        self.state = state


@dataclass(frozen=True)
class Teardown:
    """How a copy is taken down at the end of a run, and as which step."""

    name: str
    destroy: Callable[[Copy], CopyState]
    copy: Copy


class Perform(Protocol):
    """Performs a timed step of the run."""

    def __call__(self, name: str, act: Callable[[], CopyState], *, phase: Phase, role: Role) -> CopyState:
        """Perform it."""


def cannot_destroy(copy: Copy) -> CopyState:
    """The teardown that a session has for a dead process's copy that it was given no way to take down."""
    raise NotMeasured(f"{copy.id} was made by another process", "take it down: dro sweep")


def row_of(ledger: Ledger, copy: Copy) -> CopyRecord | None:
    """The ledger's row of a copy, by type and name; None where it was never intended."""
    return next((row for row in ledger.copies(copy.run) if row.copy.key == copy.key), None)


def taken_down(destroy: Callable[[Copy], CopyState], outlives: Callable[[Copy], str], copy: Copy) -> CopyState:
    """Destroy a copy, and see that nothing outlived it which others made of it; Outlived where something did, or may.

    Then the copy is no copy that is gone: it is looked at by each sweep until that is known to be no more.
    """
    state = destroy(copy)
    if state is not CopyState.DELETED:
        return state
    try:
        left = outlives(copy)
    except Stopped:
        raise
    except DrillFault as fault:
        raise Outlived(f"{_UNASKED}{fault.message}", fault.hint, CopyState.UNPROVEN) from fault
    if left:
        raise Outlived(f"{_KEPT}{left}", OUTLIVED, CopyState.LEFTOVER)
    return state


def state_after(error: Exception, row: CopyRecord | None) -> CopyState:
    """The state of a copy whose teardown ended so."""
    if isinstance(error, Outlived):
        return error.state
    return CopyState.LEFTOVER if row is not None and row.identity is not None else CopyState.UNPROVEN


def was_outlived(copy: Copy, reasons: Iterable[str]) -> bool:
    """Whether the reasons of a run's clean-up say that the copy itself is gone, and what was made of it was seen."""
    return any(each.startswith(reason(copy, _KEPT)) for each in reasons)


def reason(copy: Copy, why: str) -> str:
    """Why a copy is no copy that is gone, as the clean-up's reasons have it."""
    return f"{copy.type} {copy.id} in {copy.place}: {why}"


class Teardowns:
    """The teardowns of one run, in the order in which its copies were intended; `inherited` destroys others' copies."""

    def __init__(
        self, run: str, ledger: Ledger, clock: Clock, perform: Perform, inherited: Callable[[Copy], CopyState]
    ) -> None:
        self._run, self._ledger, self._clock = run, ledger, clock
        self._perform, self._destroy_inherited = perform, inherited
        self._registered: list[Teardown] = []

    def register(self, name: str, destroy: Callable[[Copy], CopyState], copy: Copy) -> None:
        """Remember how a copy goes: always before the call that makes it."""
        self._registered.append(Teardown(name, destroy, copy))

    def perform(self, before_each: Callable[[], None]) -> tuple[list[CopyState], list[str]]:
        """Destroy every copy; what became of each, and what keeps those that are still there.

        `before_each` raises LeaseLost where another process took the run, as may each deletion; nothing more is done.
        """
        states: list[CopyState] = []
        reasons: list[str] = []
        for teardown in self._in_order():
            before_each()
            try:
                state, why = self._destroy(teardown)
            except LeaseLost:
                raise  # what became of it is not ours to write
            except Exception as error:  # noqa: BLE001 - a ledger that cannot be written to is no reason to stop here
                state, why = CopyState.UNPROVEN, _kept(teardown.copy, error)
            states.append(state)
            reasons += [why] if why else []
        return states, reasons

    def _in_order(self) -> list[Teardown]:
        """Last first, with the copies that a dead process made where the ledger has them: one may stand in another.

        A name goes before all that it may still lead to.
        """
        rows = [row.copy for row in self._ledger.copies(self._run) if not row.copy.parent and row.state not in TERMINAL]
        intended = {copy.key: number for number, copy in enumerate(rows)}
        known = {teardown.copy.key for teardown in self._registered}
        left = [copy for copy in rows if copy.key not in known]
        inherited = [Teardown("destroy an inherited copy", self._destroy_inherited, copy) for copy in left]
        numbered = enumerate([*inherited, *self._registered])
        last_first = sorted(
            numbered,
            key=lambda each: (
                each[1].copy.type == NAME_TYPE,
                intended.get(each[1].copy.key, len(rows)),
                each[0],
            ),
            reverse=True,
        )
        return [teardown for _, teardown in last_first]

    def _destroy(self, teardown: Teardown) -> tuple[CopyState, str]:
        copy, why, tried = teardown.copy, "", False

        def destroy() -> CopyState:
            nonlocal tried
            tried = True
            return teardown.destroy(copy)

        try:
            try:
                state = self._perform(teardown.name, destroy, phase=Phase.TEARDOWN, role=Role.DESTROY)
            except LeaseLost:
                raise
            except Exception:
                if tried:
                    raise
                state = destroy()  # the ledger did not take the step; the copy has to go all the same
        except LeaseLost:
            raise
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the other copies must still be destroyed
            state = state_after(error, row_of(self._ledger, copy))
            why = _kept(copy, error)
        record_outcome(self._ledger, copy, state, self._clock)
        return state, why


def _kept(copy: Copy, error: Exception) -> str:
    return reason(copy, error_text(error))
