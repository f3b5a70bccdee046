"""Judges what an engine says of itself, and of the copy beside its source; what could not be asked is told."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.checks.deep import words
from dr_orchestrator.checks.deep.deadline import Deadline
from dr_orchestrator.checks.deep.engine import Connect, Engine, Fact, Inventory
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.proof import Integrity
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import DrillFault, NotTheCopy, Stopped

SOURCE = "source"


def perform(check: Integrity, engine: Engine, connect: Connect, source: Connect, clock: Clock) -> CheckResult:
    """Ask the copy, then the source where the check says so; wrong is what anything was found wrong in."""
    deadline = Deadline(clock, check.within)
    with connect() as connection:
        facts = list(engine.proofs(connection, deadline.left_s))
        ours = engine.inventory(connection) if check.against_source else Inventory()
    if check.against_source:
        facts += _beside(engine, ours, source)
    return judged(check, facts)


def judged(check: Integrity, facts: list[Fact]) -> CheckResult:
    """The result of the facts; one that had to be asked and was not leaves it open, as does it that none is of data."""
    wrong = [each for fact in facts for each in fact.wrong]
    must = {*check.require, *([SOURCE] if check.against_source else [])}
    unasked = [fact for fact in facts if not fact.asked]
    open_ones = [fact for fact in unasked if fact.about in must]
    asked = any(fact.asked and fact.of_data for fact in facts)
    outcome = Outcome.FAILED if wrong else Outcome.PASSED if asked and not open_ones else Outcome.INCONCLUSIVE
    figures = {
        "wrong": wrong[:100],
        "asked": [fact.about for fact in facts if fact.asked],
        "not_asked": {fact.about: fact.told for fact in unasked},
    }
    said = [f"{len(wrong)} wrong: {words.some(wrong)}"] if wrong else []
    said += [fact.told for fact in facts if fact.asked and not fact.wrong]
    said += [f"{fact.about} not asked: {fact.told}" for fact in unasked]
    said += [] if asked or wrong else ["nothing that was restored was looked at"]
    return words.result(check, outcome, words.joined(said), figures)


def _beside(engine: Engine, ours: Inventory, source: Connect) -> Iterator[Fact]:
    try:
        with source() as connection:
            theirs = engine.inventory(connection)
    except (Stopped, NotTheCopy):
        raise
    except DrillFault as fault:
        yield Fact(SOURCE, fault.message, asked=False)
        return
    wrong = [*_extensions(ours, theirs), *_sequences(ours, theirs)]
    numbers = counted(len(ours.extensions), "extension"), counted(len(ours.sequences), "sequence")
    told = f"{' and '.join(numbers)} as in the source"
    yield Fact(SOURCE, told, tuple(wrong), of_data=bool(ours.sequences))


def _extensions(ours: Inventory, theirs: Inventory) -> Iterator[str]:
    for name, version in sorted(theirs.extensions.items()):
        if (own := ours.extensions.get(name)) != version:
            yield f"extension {name} is {own or 'missing'}, and {version} in the source"


def _sequences(ours: Inventory, theirs: Inventory) -> Iterator[str]:
    """A copy is of an earlier instant: its sequences are not ahead of the source's, but for what recovery adds."""
    for name, last in sorted(theirs.sequences.items()):
        if name not in ours.sequences:
            yield f"sequence {name} is missing"
        elif (own := ours.sequences[name]) is not None and (last is None or own > last + ours.leaps.get(name, 0)):
            yield f"sequence {name} stands at {own}, ahead of the source's {last or 'start'}"
