"""Rules of the checks of a machine: what it is asked to do itself, and what it answers at its own address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dr_orchestrator.catalog.rules.blocks import BESIDE, LONGEST
from dr_orchestrator.catalog.shapes.checks import Check, HttpAnswer
from dr_orchestrator.catalog.shapes.fields import quoted
from dr_orchestrator.catalog.shapes.proofs import Command, Files
from dr_orchestrator.catalog.shapes.service import Resource
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.domain.resource_type import ResourceType

_ADDRESS = re.compile(r"\{https?(\d{0,5})\}(?:/[^\s{}@]*)?", re.ASCII)
_LAST_PORT = 65_535

Mistake = tuple[Key, str, str]


def mistakes(of: ResourceType, resource: Resource, check: Check) -> Iterator[Mistake]:
    """The mistakes in a check of such a resource."""
    claim, written = check.claim, next(iter(check.claims))
    if isinstance(claim, HttpAnswer):
        yield from _address(claim, written)
        return
    if not isinstance(claim, Command | Files):
        yield (written,), f"{of.article} is asked itself, and by HTTP", "use files, command or http-answer"
        return
    if isinstance(claim, Files) and claim.at_least:
        yield (written, "at_least"), f"the files of {of.article} are not counted", "remove it, or name files that count"
    if not getattr(resource, "profile", None):
        message = "without an instance profile a copy cannot be told to do anything"
        yield (written,), message, "add `profile: {name: …}` with AmazonSSMManagedInstanceCore, or ask by http-answer"
    most = LONGEST - (BESIDE if isinstance(claim, Command) else 0)
    if claim.within.total_seconds() > most:
        yield (written, "within"), "no command goes on for longer than 2 days, what is beside it told", "write 47h"
    if isinstance(claim, Command) and claim.database:
        yield (written, "database"), f"{of.name}s hold no database that could be named", "remove it"


def _address(claim: HttpAnswer, written: str) -> Iterator[Mistake]:
    """The mistakes in where a machine is to be asked by HTTP."""
    if (own := _ADDRESS.fullmatch(claim.url)) is None:
        message = f"{quoted(claim.url)} is not an address of the copy"
        yield (written, "url"), message, "begin with what stands for its own: {http}/health, or {http8080}/health"
    elif own[1] and not 0 < int(own[1]) <= _LAST_PORT:
        yield (written, "url"), f"{own[1]} is no port", f"name one up to {_LAST_PORT}, such as {{http8080}}"
