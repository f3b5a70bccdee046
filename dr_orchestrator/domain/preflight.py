"""The looks before anything is started: named, each with its outcome, and which of them stop a drill."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from dr_orchestrator.errors import DrillFault, NotMeasured, NotRecoverable, Stopped


class CheckStatus(StrEnum):
    """How a look ended."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not applicable"


class NotApplicable(Exception):
    """There is nothing to look at, or nobody to ask; the words say why."""


class Doubt(Exception):
    """The thing that was seen is no reason to stop, and is to be told all the same."""


@dataclass(frozen=True)
class PreflightCheck:
    """A look to be taken. `perform` returns what it saw; a DrillFault says what is wrong, or that it could not look.

    A drill goes on without the answer unless it `must` be known: what guards production has to be.
    """

    name: str
    perform: Callable[[], str]
    must: bool = True


@dataclass(frozen=True)
class PreflightResult:
    """The result of a look; `stops` tells that the drill must not start."""

    name: str
    outcome: CheckStatus
    words: str
    hint: str = ""
    stops: bool = False

    def __str__(self) -> str:
        return f"{self.name}: {self.outcome}, {self.words}"


@dataclass(frozen=True)
class Preflight:
    """All the looks at one drill, in the order that they were taken."""

    looks: tuple[PreflightResult, ...] = ()

    @property
    def blockers(self) -> list[PreflightResult]:
        """Why the drill could not start; several looks may meet the same wall, which is told once."""
        return list({look.words: look for look in reversed(self.looks) if look.stops}.values())[::-1]

    def __str__(self) -> str:
        return ";\n".join(map(str, self.looks))  # reports show it on one line

    def raise_if_blocked(self) -> str:
        """All that was seen, in words; where something stops the drill, the fault whose kind says what that means."""
        if not self.blockers:
            return str(self)
        message = "; ".join(look.words for look in self.blockers)
        failed = any(look.outcome is CheckStatus.FAILED for look in self.blockers)
        hint = next((look.hint for look in self.blockers if look.hint), "")
        fault = (NotRecoverable if failed else NotMeasured)(message, hint)
        fault.evidence = str(self)
        fault.cause = ", ".join(look.name for look in self.blockers)
        raise fault


def perform(
    checks: Iterable[PreflightCheck], patiently: Callable[[Callable[[], str]], str] = lambda look: look()
) -> Preflight:
    """Take every look, whatever the others saw; `patiently` takes one again that fails in passing."""
    return Preflight(tuple(_result(check, patiently) for check in checks))


def _result(check: PreflightCheck, patiently: Callable[[Callable[[], str]], str]) -> PreflightResult:
    name = check.name
    try:
        return PreflightResult(name, CheckStatus.PASSED, patiently(check.perform))
    except NotApplicable as why:
        return PreflightResult(name, CheckStatus.NOT_APPLICABLE, str(why))
    except Doubt as doubt:
        return PreflightResult(name, CheckStatus.INCONCLUSIVE, str(doubt))
    except Stopped:
        raise
    except NotRecoverable as fault:
        return PreflightResult(name, CheckStatus.FAILED, fault.message, fault.hint, stops=True)
    except DrillFault as fault:
        return PreflightResult(name, CheckStatus.INCONCLUSIVE, fault.message, fault.hint, stops=check.must)
