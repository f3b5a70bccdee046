"""The typed results of a run's steps: nobody reads a sentence to learn what happened."""

from __future__ import annotations

from dataclasses import dataclass, field

from dr_orchestrator.domain.copy import Identity


@dataclass(frozen=True)
class Asked:
    """A copy was asked for: AWS named it at once, or named a job whose end will tell what it made."""

    identity: Identity | None = None
    job: str = ""


@dataclass(frozen=True)
class Ready:
    """A copy can be used, and could first be so many drill seconds `ago`: what confirmed it came after.

    `identity` is what AWS made, where a job told it only now; `words` are what else is to be told of it.
    """

    ago: float = 0.0
    identity: Identity | None = None
    words: str = ""


@dataclass(frozen=True)
class Seen:
    """The words of what a step saw, kept as evidence."""

    words: str
    sent: float | None = field(default=None, kw_only=True)
    """When a call for it went out, by the monotonic clock; None where that was not noted."""


@dataclass(frozen=True)
class Opened(Seen):
    """The words of how a copy was logged in to, and whether any login `opened` it.

    `verified` is false where nothing but its address says who answered: no authority vouched for it.
    """

    opened: bool = True
    verified: bool = True
