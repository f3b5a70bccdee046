"""Records customers' stacks: reads them as they are, tells what lies between that and the baseline, and writes one."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from dr_orchestrator.catalog import baseline
from dr_orchestrator.catalog.load import load
from dr_orchestrator.domain.customer.looking import Look, Told, compared
from dr_orchestrator.domain.customer_stack import Aspect, CustomerStack
from dr_orchestrator.domain.drill import Catalogue
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import UsageError
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.customers.reaching import Reached

STALE = timedelta(days=30)
"""A baseline that still holds is confirmed, where it is to be written and is older than this: by its date alone."""


class Standing(StrEnum):
    """The verdict of a look on a baseline, or of the lack of one."""

    AS_RECORDED = "as recorded"
    DIFFERS = "differs"
    NEW = "not recorded yet"
    UNSURE = "as recorded, but not all changes are known"
    UNREAD = "could not be read"


@dataclass(frozen=True)
class Recorded:
    """A stack as it is now against its baseline; `written` is whether the file was written just now."""

    service: str
    stack: CustomerStack
    path: Path
    look: Look
    told: dict[Aspect, Told]
    written: bool = False

    @property
    def standing(self) -> Standing:
        """The verdict of the look; what could not be read says nothing of the whole."""
        if self.look.unread:
            return Standing.UNREAD
        if self.stack.baseline is None:
            return Standing.NEW
        outcomes = {each.outcome for each in self.told.values()}
        if Outcome.FAILED in outcomes:
            return Standing.DIFFERS
        return Standing.UNSURE if Outcome.INCONCLUSIVE in outcomes else Standing.AS_RECORDED


def chosen(catalogue: Catalogue, names: Sequence[str]) -> list[tuple[str, CustomerStack]]:
    """The stacks of the services named, or all; UsageError where a service is unknown, or there are none."""
    services = catalogue.services
    for name in names:
        if name not in services:
            near = difflib.get_close_matches(name, services, 3, 0.4)
            hint = f"did you mean {', '.join(near)}?" if near else "`dro drills` lists what is declared"
            raise UsageError(f"no service '{name}'", hint)
    found = [
        (service.name, each)
        for service in services.values()
        if not names or service.name in names
        for each in service.customer_stacks
    ]
    if not found:
        raise UsageError("no customer's stack is declared", "declare some as `customer_stacks` of a service")
    return found


def record(here: App, names: Sequence[str], *, write: bool, replace: bool) -> list[Recorded]:
    """Look at the stacks; with `write`, record what is not recorded yet, with `replace` what differs, too, and what is
    no baseline.

    What could not be read whole is never written.
    """
    catalogue = load(here.settings.drills, here.types, anew=True) if replace else here.catalogue
    return [_record(here, service, each, write=write, replace=replace) for service, each in chosen(catalogue, names)]


def _record(here: App, service: str, stack: CustomerStack, *, write: bool, replace: bool) -> Recorded:
    look = Reached(here, stack).look()
    told = {each: compared(stack.baseline, look, each) for each in Aspect}
    found = Recorded(service, stack, here.settings.drills / stack.file, look, told)
    if not write or not _to_be_written(found, replace):
        return found
    baseline.write(found.path, baseline.text(stack, look.at, look.documents))
    return Recorded(service, stack, found.path, look, told, written=True)


def _to_be_written(found: Recorded, replace: bool) -> bool:
    """Whether to: what is as recorded is confirmed where that is long ago, or its changes are not all known."""
    standing, recorded = found.standing, found.stack.baseline
    if standing is Standing.AS_RECORDED and recorded is not None:
        return found.look.at - recorded.recorded_at > STALE
    return standing in (Standing.NEW, Standing.UNSURE) or (standing is Standing.DIFFERS and replace)
