"""Rules of the checks of what a machine reads that has it attached or mounted: blocks, files, a program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dr_orchestrator.catalog.rules import proofs
from dr_orchestrator.catalog.shapes.checks import Check
from dr_orchestrator.catalog.shapes.proofs import Command, Files, Integrity, WholeRead
from dr_orchestrator.catalog.shapes.service import Drill
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.domain.resource_type import Content, ResourceType

MOST_SAMPLED = 2_000
"""Blocks of a sample: each is named in the command that reads them, which may not be longer."""

LONGEST = 48 * 3600
"""Seconds that a command may take: Systems Manager lets none go on for longer."""

BESIDE = 60
"""Seconds that a command has beside the program of the team's own that it runs."""

_READ: Mapping[Content, tuple[tuple[type, ...], str, str]] = {
    Content.BLOCKS: (
        (WholeRead, Integrity, Command, Files),
        "its blocks and its files",
        "files, command, integrity or whole-read",
    ),
    Content.FILES: ((Command, Files), "its files, which a machine mounts", "files or command"),
}
"""The checks of what a machine reads: those that there are, in words what is read, and their names."""

Mistake = tuple[Key, str, str]


def mistakes(of: ResourceType, drill: Drill, check: Check) -> Iterator[Mistake]:
    """The mistakes in a check of such a resource, or in one that only such a one can have."""
    claim, written = check.claim, next(iter(check.claims))
    if of.content not in _READ:
        yield (written,), f"{of.name}s hold no files that could be asked for", "use rows, items or a query"
        return
    claims, by, names = _READ[of.content]
    if not isinstance(claim, WholeRead | Integrity | Command | Files) or not isinstance(claim, claims):
        yield (written,), f"{of.article} is read by {by}", f"use {names}"
        return
    if isinstance(claim, Files) and claim.at_least and of.content is not Content.FILES:
        yield (written, "at_least"), f"the files of {of.article} are not counted", "remove it, or name files that count"
    if isinstance(claim, Command) and LONGEST - BESIDE < claim.within.total_seconds() <= LONGEST:
        yield (written, "within"), "no program goes on for longer than 2 days but a minute", "write 47h or less"
    if claim.within.total_seconds() > LONGEST:
        yield (written, "within"), "no command goes on for longer than 2 days", "write 48h or less"
    if not isinstance(claim, Files) and claim.database:
        yield (written, "database"), f"{of.name}s hold no database that could be named", "remove it"
    if isinstance(claim, WholeRead):
        yield from proofs.mistakes(drill, check, claim, written)
        if claim.rate:
            yield (written, "rate"), "a volume is read as fast as it goes: nothing else reads it", "remove it"
        if claim.sample and claim.sample > MOST_SAMPLED:
            yield (written, "sample"), f"at most {MOST_SAMPLED:,} blocks are drawn", "write fewer, or read it whole"
    if isinstance(claim, Integrity) and (claim.require or claim.against):
        key = "require" if claim.require else "against"
        yield (written, key), "a file system is asked by its own check alone", "remove it"
