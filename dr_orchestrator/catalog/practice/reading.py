"""Reads one file of an exercise of people: all its mistakes at once, by file, line and key."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from dr_orchestrator.catalog import gaps
from dr_orchestrator.catalog.explain import explain
from dr_orchestrator.catalog.rules.exercise import Mistake
from dr_orchestrator.catalog.source import Document, dotted, read
from dr_orchestrator.domain.findings.by_exercise import About
from dr_orchestrator.domain.service import Service
from dr_orchestrator.errors import CatalogError, Problem

File = TypeVar("File", bound=BaseModel)
_AGAIN = "mend the lines above, then call this again"


def whole(path: Path, told: str, shape: type[File], rules: Callable[[File], Iterable[Mistake]]) -> File:
    """The file, named `told` in messages; CatalogError with every mistake where there is one."""
    document = read(path, told)
    found = shaped(document, shape)
    if found is not None:
        document.problems.extend(document.problem(*mistake) for mistake in rules(found))
    wrong = problems(document)
    if found is None or wrong:
        raise refused(wrong)
    return found


def shaped(document: Document, shape: type[File]) -> File | None:
    """The data of a document in its shape; None where it is none, which is noted."""
    if document.data is None:
        return None
    try:
        return shape.model_validate(document.data)
    except ValidationError as wrong:
        document.problems.extend(explain(wrong, document, shape))
        return None


def problems(document: Document) -> tuple[Problem, ...]:
    """All that is wrong with a document, by line; a gap is told once, and nothing that it makes wrong besides."""
    told = gaps.told([document], document.problems)
    return tuple(sorted(set(told), key=lambda one: (one.line, one.key, one.message)))


def refused(wrong: Iterable[Problem]) -> CatalogError:
    """The error of a file that nothing is done with."""
    error = CatalogError(tuple(wrong))
    error.hint = _AGAIN
    return error


def problem_at(path: Path, told: str, mistake: Mistake) -> Problem:
    """A mistake that only what is kept elsewhere shows, at its line in the file."""
    key, message, fix = mistake
    document = read(path, told)
    return Problem(told, document.line(key), dotted(key), message, fix)


def abouts(names: Iterable[str], services: dict[str, Service]) -> tuple[About, ...]:
    """The services that something is about."""
    found = (services[name] for name in names)
    return tuple(About(each.name, each.title, each.tier.number) for each in found)
