"""Rules of the checks that go deep: what they claim can be found out, and can fail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from dr_orchestrator.catalog.shapes.checks import Check, of_system
from dr_orchestrator.catalog.shapes.proofs import AnswersWithin, Counts, Integrity, WholeRead
from dr_orchestrator.catalog.shapes.service import Drill
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.domain import engines
from dr_orchestrator.domain.engines import Engine

Mistake = tuple[Key, str, str]
LONGEST = timedelta(minutes=4)
"""The most that a limit may be: a statement that takes five minutes is ended."""


def mistakes(
    drill: Drill,
    check: Check,
    claim: WholeRead | Integrity | AnswersWithin | Counts,
    written: str,
    engine: Engine | None = None,
) -> Iterator[Mistake]:
    """The mistakes in one of them; of an engine that is declared, also what it has no answer to."""
    if isinstance(claim, WholeRead):
        yield from _read(drill, check, claim, written)
        if engine and claim.sample and (told := engines.unsampled(engine)):
            yield (written, "sample"), *told
    elif isinstance(claim, Integrity):
        if engine and (told := engines.unasked(engine, claim.require)):
            yield (written, "require"), *told
    elif isinstance(claim, AnswersWithin):
        yield from _answers(claim, written, engine)
    elif isinstance(claim, Counts):
        yield from _counts(check, claim, written)


def _read(drill: Drill, check: Check, claim: WholeRead, written: str) -> Iterator[Mistake]:
    if claim.whole and claim.sample:
        yield (written, "whole"), "a sample tells of no copy that it is whole", "remove one of the two"
    others = [
        each.name
        for each in drill.checks
        if each is not check and isinstance(each.claim, WholeRead) and each.claim.database == claim.database
    ]
    if others and not claim.sample and check.name > min(others):
        yield (
            (written,),
            f"'{min(others)}' reads the copy already",
            "keep one: a second one finds no cold block",
        )
    if claim.seed is not None and claim.sample is None:
        yield (written, "seed"), "without a sample nothing is drawn", "add `sample`, or remove it"


def _answers(claim: AnswersWithin, written: str, engine: Engine | None) -> Iterator[Mistake]:
    from dr_orchestrator.catalog.rules import query  # noqa: PLC0415 - what reads SQL takes a while to load

    if told := query.mistake(claim.sql, engine.word if engine else ""):
        yield (written, "sql"), *told
    if claim.limit is not None and claim.limit > LONGEST:
        yield (written, "limit"), "a statement is ended after 5 minutes", "write 4m or less"


def _counts(check: Check, claim: Counts, written: str) -> Iterator[Mistake]:
    for table in claim.tables:
        if of_system(*table.lower().rpartition(".")[::2]):
            message = f"'{table}' is the server's own, and as full in an empty database"
            yield (written, "tables", table), message, "name a table of the source"
    if check.mandatory and claim.against is None:
        message = "it compares the copy with nothing, so that the drill could never pass"
        yield (written,), message, "add `against: source`, by which production is read, or `mandatory: false`"
