"""The rules of a service's contacts: whoever acts for somebody is another contact, who can be reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dr_orchestrator.catalog.declared import Declared
from dr_orchestrator.catalog.rules.exercise import Mistake
from dr_orchestrator.catalog.shapes.fields import likely
from dr_orchestrator.catalog.shapes.service import Contact
from dr_orchestrator.domain.findings.persons import same
from dr_orchestrator.errors import Problem


def problems(service: Declared) -> Iterator[Problem]:
    """The mistakes in the deputies of a service's contacts."""
    declared = service.whole.contacts if service.whole else []
    found = [*_of_names(declared)]
    for key, message, fix in found or _of_rings(declared):
        yield service.document.problem(key, message, fix)


def _of_names(declared: Sequence[Contact]) -> Iterator[Mistake]:
    known = {each.name for each in declared}
    for number, contact in enumerate(declared):
        for index, name in enumerate(contact.deputies):
            key = ("contacts", number, "deputies", index)
            if same(name, contact.name):
                yield key, f"{contact.name} is their own deputy", "name somebody else"
            elif name not in known:
                others = [each for each in known if not same(each, contact.name)]
                fix = likely(name, others) or "add them to the contacts of this service"
                yield key, f"this service has no contact '{name}'", fix
            elif name in contact.deputies[:index]:
                yield key, f"'{name}' stands there twice", "remove one"


def _of_rings(declared: Sequence[Contact]) -> Iterator[Mistake]:
    """Two may act for each other; not where what reaches one reaches them all, and nothing else does."""
    named: dict[str, list[str]] = {}
    for each in declared:
        named.setdefault(each.name, []).extend(each.deputies)
    told: set[str] = set()
    for number, contact in enumerate(declared):
        line = _line(contact.name, named)
        reached = {each.reach.strip().casefold() for each in declared if each.name in line}
        if contact.deputies and contact.name in line and len(reached) == 1 and contact.name not in told:
            told |= line
            names = ", ".join(sorted(line))
            message = f"the deputies end where they began ({names}), and one way alone reaches them all"
            yield ("contacts", number, "deputies"), message, "give one of them another `reach`, or name somebody else"


def _line(name: str, named: Mapping[str, Sequence[str]]) -> set[str]:
    """All who act for somebody: deputies, and their deputies; also themselves, where they end there."""
    found: set[str] = set()
    ahead = [*named[name]]
    while ahead:
        if (each := ahead.pop()) not in found:
            found.add(each)
            ahead += named[each]
    return found
