"""The ports of silences: the ledger's rows to one process, and Alertmanager; the adapters provide them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from dr_orchestrator.domain.silences.silence import Silence, Standing, There
from dr_orchestrator.errors import DroError


class Fault(DroError):
    """Alertmanager did not do what it was asked for.

    `surely` tells that nothing was done, `over` that there is no use in asking it for anything else now.
    """

    def __init__(self, message: str, hint: str = "", *, surely: bool = True, over: bool = True) -> None:
        super().__init__(message, hint)
        self.surely, self.over = surely, over


class Unknown(Fault):
    """Alertmanager knows no silence of that id."""


@dataclass(frozen=True)
class Wanted:
    """A silence as it is asked for."""

    matchers: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime
    comment: str


class Alertmanager(Protocol):
    """Alertmanager's API; Fault where it does not answer well."""

    def find(self, label: str, value: str) -> Sequence[There]:
        """The silences that match a label's value, those that are over, too."""

    def look(self, remote: str) -> There | None:
        """The silence of an id, one that is over, too; None where there is none."""

    def post(self, wanted: Wanted, remote: str) -> str:
        """Make a silence, or change the one of an id; return its id. Unknown where there is none of that id."""

    def delete(self, remote: str) -> None:
        """End a silence. Unknown where there is none of that id."""

    def time(self) -> datetime:
        """The time there, by its last answer; Fault where that is far from this machine's."""


class Box(Protocol):
    """The silences of the ledger, to one process: what it begins is nobody else's for a while."""

    def standing(self) -> Sequence[Standing]:
        """The copies that stand, and those whose silence may, oldest first."""

    def begin(self, meant: Silence, span: timedelta) -> bool:
        """Write what is meant before it is asked for; False where another process was there meanwhile."""

    def keep(self, became: Silence) -> None:
        """Write what became of one that was begun."""
