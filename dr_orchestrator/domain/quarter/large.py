"""Large-incident drills in a quarter: what each of them proved to come back at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dr_orchestrator.domain.mass_restore.remembered import Size
from dr_orchestrator.domain.verdict import Verdict


@dataclass(frozen=True)
class LargeRow:
    """A large-incident drill that ended in the quarter: `back` is what came back of it whole.

    That is `proven` where it passed, or passed in part, as it is remembered for the next one; what is `simulated` is no
    evidence.
    """

    id: str
    title: str
    at: datetime
    verdict: Verdict
    back: Size
    simulated: bool

    @property
    def proven(self) -> bool:
        """Whether what came back counts."""
        return self.verdict.green or self.verdict is Verdict.PARTIAL
