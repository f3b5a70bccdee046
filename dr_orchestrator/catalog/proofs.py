"""Legal claims of checks that go deep -> the domain's."""

from __future__ import annotations

from dataclasses import replace

from dr_orchestrator.catalog.shapes import proofs as written
from dr_orchestrator.domain import proof


def made(name: str, must: bool, claim: written.Deep) -> proof.Deep:
    """Make the check of a claim."""
    if isinstance(claim, written.SameObjects):
        return proof.SameObjects(name, claim.sample or 0, claim.seed, claim.read, must, claim.bucket or "")
    if isinstance(claim, written.Files):
        digests = {path: held.removeprefix("present") for path, held in claim.paths.items()}
        return proof.Files(name, digests, claim.newest or "", claim.within, must, claim.at_least or 0)
    return replace(_made(name, must, claim), database=claim.database or "")


_Written = written.WholeRead | written.Integrity | written.AnswersWithin | written.Counts | written.Command
_Made = proof.WholeRead | proof.Integrity | proof.AnswersWithin | proof.Counts | proof.Command


def _made(name: str, must: bool, claim: _Written) -> _Made:
    match claim:
        case written.WholeRead() as read:
            rate, sample = read.rate or 0, read.sample or 0
            return proof.WholeRead(name, read.within, rate, read.parallel, sample, read.seed, must, whole=read.whole)
        case written.Integrity() as own:
            return proof.Integrity(name, own.within, tuple(own.require), own.against is not None, must)
        case written.AnswersWithin() as fast:
            numbers, source = (fast.times, fast.cold, fast.p), fast.against is not None
            return proof.AnswersWithin(name, fast.sql, fast.limit, *numbers, source, fast.factor, must)
        case written.Counts() as counts:
            tables = [proof.Counted(table, each.tolerance, each.as_of or "") for table, each in counts.tables.items()]
            source, column = counts.against is not None, counts.as_of or ""
            return proof.Counts(name, tuple(tables), counts.tolerance, column, source, counts.within, must)
        case written.Command() as command:
            return proof.Command(name, tuple(command.run), command.within, command.proves_data, must)
