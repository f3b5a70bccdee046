"""Every error that a user can meet, each with what to do next and the exit code it ends the program with.

DroError
├── UsageError            2   wrong arguments, settings or drill files
│   └── CatalogError      2   problems in drill files, each with file, line and key
├── DrillFault            3   a drill cannot go on; it ends with a verdict and is in the ledger
│   ├── NotRecoverable    1   the service cannot be recovered this way: a FAILED drill
│   │   └── NotTheCopy    1   what stands where the copy should is production's, or nobody's: it is asked nothing
│   ├── NotMeasured       3   we could not look (denied, unreachable): INCONCLUSIVE, never green
│   │   ├── Transient     3   for the moment only: what failed in passing is asked for again
│   │   └── LoginRefused  3   a database answered, and did not let the login in
│   ├── Aborted           4   somebody stopped the drill
│   ├── LeaseLost         3   another process drives the run now; this one lets go of it
│   └── UnsafeToDelete    5   a copy could not be proven to be ours, and was left alone
├── ClaimLost             3   another sync writes a ticket now; this one lets go of it
├── CopiesMayRemain       5   a run ended so that its copies may still exist
├── Unsuccessful        1-5   a flow run performed what it should, and that did not end as a success
└── LabError              2   the simulated AWS cannot be started or reached
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

_LOGIN = re.compile(r"(//|Invalid endpoint: )(?!(?:[^/\s:@]*:)?\*\*\*@)(?:[^\s/:@]*:(?!\d+(?:[/?#\s]|$))\S*|[^/\s]+)@")
"""The login in a URL: up to the last @, for a password may hold one, or a slash; what is masked stays as it is."""

_SIGNED = re.compile(
    r"(X-Amz-(?:Security-Token|Signature|Credential)[\"']?\s*[:=]\s*[\"']?|\b(?:Signature|Credential)=)[^\s&\"',;<]+",
    re.IGNORECASE,
)
"""The secrets that AWS echoes of a request that it refuses: a session's token, a signature, the key that signed."""


class Exit(IntEnum):
    """The program's exit codes, a contract with whoever scripts it."""

    PASSED = 0
    FAILED = 1
    USAGE = 2
    INCONCLUSIVE = 3
    ABORTED = 4
    LEFTOVERS = 5
    DEFECT = 70


def without_secrets(text: str) -> str:
    """A text as it may be printed and kept, whoever wrote it: without logins in URLs, and without AWS's tokens."""
    return _SIGNED.sub(r"\1***", _LOGIN.sub(r"\1", text))


class DroError(Exception):
    """Base of every error that is told to the user as a message and a hint, never as a traceback.

    Many take over what another program said, which may hold a URL with its password: none is kept.
    """

    exit_code: Exit = Exit.USAGE

    def __init__(self, message: str, hint: str = "") -> None:
        self.message, self.hint = without_secrets(message), without_secrets(hint)
        super().__init__(self.message)


class UsageError(DroError):
    """Wrong arguments or settings."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a drill file, told so that it can be mended without searching."""

    file: str
    line: int
    key: str
    message: str
    fix: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" + (f":{self.key}" if self.key else "")
        return f"{place}: {self.message}" + (f" ({self.fix})" if self.fix else "")


class CatalogError(UsageError):
    """Problems in drill files; nothing was started."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)), "mend the lines above, then run `dro check` again")
        self.problems = problems


class DrillFault(DroError):
    """A drill cannot go on. `call` is the AWS call (or query) that said so, empty where none did.

    `evidence` is all that was seen on the way to it, for the record of the step; `cause` is an id of what is wrong,
    where the step and the call do not tell it from the other faults that may meet them there.
    """

    exit_code = Exit.INCONCLUSIVE

    def __init__(self, message: str, hint: str = "", call: str = "") -> None:
        super().__init__(f"{call}: {message}" if call else message, hint)
        self.call = call
        self.evidence = ""
        self.cause = ""


class NotRecoverable(DrillFault):
    """The service cannot be recovered this way (no recovery point, PITR off, a copy that died): a failed drill."""

    exit_code = Exit.FAILED


class NotTheCopy(NotRecoverable):
    """At the copy's address stands no copy of this run, but production perhaps: the drill ends there."""

    @classmethod
    def told(cls, why: str) -> NotTheCopy:
        """With what is to be done about it, whatever gave it away."""
        return cls(f"{why}; nothing else was asked of it", "find out why AWS names this address for the copy")


class NotMeasured(DrillFault):
    """We could not look (access denied, endpoint unreachable): inconclusive, never green."""


class Transient(NotMeasured):
    """Throttled, unreachable or broken for the moment; asking again may help.

    `answered` tells that somebody did answer, though not as AWS would: what is there is reached, and mends itself.
    `silent` is for how many drill seconds nothing was answered well, where whoever gave up had waited that out; None
    where nobody says.
    """

    answered = False
    silent: float | None = None


class LoginRefused(NotMeasured):
    """A database answered and did not let the login in: another password may."""


class Stopped(DrillFault):
    """This process is not to go on with the drill: no look, check or wait may take it for what it found out."""


class Aborted(Stopped):
    """Somebody stopped the drill; its copies are cleaned up and its measures kept."""

    exit_code = Exit.ABORTED


class LeaseLost(Stopped):
    """Another process drives the run now, because this one was not heard of for too long; it lets go of everything."""

    @classmethod
    def to_another(cls, run: str) -> LeaseLost:
        """The loss of a run that another process has taken over."""
        return cls(f"run {run} was taken over by another process", "its end is that process's business: `dro runs`")


class UnsafeToDelete(DrillFault):
    """An object could not be proven to be a copy of this run, so it was not deleted."""

    exit_code = Exit.LEFTOVERS


class ClaimLost(DroError):
    """A ticket is another sync's by now, for this one was not heard of for too long; it lets go of it."""

    exit_code = Exit.INCONCLUSIVE


class CopiesMayRemain(DroError):
    """A run ended (a defect, an interrupt) so that its copies may still exist; its cause tells why."""

    exit_code = Exit.LEFTOVERS


class Unsuccessful(DroError):
    """The run, or the exercise, of a flow run of Prefect ended as no success; `name` is its id, and the ledger has it.

    It ends the flow run as Failed where the same drill, started by `dro`, would have ended with that exit code.
    """

    def __init__(self, name: str, message: str, code: Exit) -> None:
        super().__init__(message, f"`dro show {name}` or its report tells more")
        self.name, self.exit_code = name, code


class LabError(DroError):
    """The lab cannot be started, reached or stopped."""
