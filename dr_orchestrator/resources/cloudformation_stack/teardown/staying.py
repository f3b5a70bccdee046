"""Tells what remains of a stack that could not be taken down: by name, with its reason, and the cost of a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.cost import Cost, Rates, cost
from dr_orchestrator.errors import DroError, Stopped
from dr_orchestrator.resources.cloudformation_stack.teardown.parts import Part
from dr_orchestrator.resources.drillable import Parts

DAY = timedelta(days=1)


class Staying:
    """Tells of what stays; prices are those that tiers.yaml declares, and none is guessed."""

    def __init__(self, toolkit: Toolkit, parts: Parts) -> None:
        self._toolkit, self._billed = toolkit, parts.billed

    def told(self, left: Iterable[Part], why: Mapping[tuple[str, str], str]) -> str:
        """Each that stays: why, and its cost per day."""
        return "; ".join(f"{part} ({why.get(part.key) or part.reason or _UNTRIED}; {self.cost(part)})" for part in left)

    def cost(self, part: Part) -> str:
        """The cost of a day of it, or why that is not known."""
        return f"cost per day {self._cost(part)}"

    def _cost(self, part: Part) -> Cost:
        billed = self._billed.get(part.type)
        try:
            rates = self._toolkit.rates()
            if rates == Rates():
                return Cost(None, why="tiers.yaml declares no `costs`")
            if billed is None:
                return Cost(None, why=f"no rate of tiers.yaml is for {part.type}")
            return cost(rates, billed(part.name), DAY)
        except Stopped:
            raise
        except DroError as fault:
            return Cost(None, why=fault.message)


_UNTRIED = "CloudFormation keeps it for what stays"
