"""Rules of events that are sent to a replica: the bus and the log group are its own."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.catalog.declared import Declared
from dr_orchestrator.catalog.shapes.checks import EventArrives
from dr_orchestrator.catalog.shapes.fields import likely
from dr_orchestrator.catalog.shapes.service import Drill
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.catalog.template import Template

_TYPES = {"bus": "AWS::Events::EventBus", "log_group": "AWS::Logs::LogGroup"}


def mistakes(service: Declared, drill: Drill, claim: EventArrives, written: str) -> Iterator[tuple[Key, str, str]]:
    """The mistakes in which bus is sent an event, and where it is looked for."""
    if not drill.kind.rebuilds:
        yield (written,), f"a {drill.kind} makes no bus of its own", "remove it; only a replica has one"
        return
    if claim.source.startswith("aws."):
        message = f"'{claim.source}' is a source of AWS's own, and EventBridge takes no such event from anybody else"
        yield (written, "source"), message, "name the source of an application"
    template = service.templates.get(drill.resource)
    if not isinstance(template, Template):
        return
    if template.silent:
        message = "nobody knows which bus a program makes, and no other is ever sent an event"
        yield (written,), message, "remove it, or send one by a command of the team's own"
        return
    for key, of in _TYPES.items():
        named = getattr(claim, key)
        known = [name for name, kind in template.all_types.items() if kind == of]
        if template.whole(named) not in known:
            fix = likely(named, known) or f"the template has no {of}"
            yield (written, key), f"'{named}' is no {of} of the template", fix
