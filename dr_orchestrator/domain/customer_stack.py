"""The declaration of a customer's stack, and the record of how it stood when everybody was content with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from dr_orchestrator.domain.defaults import ASIDE, SINCE


class Aspect(StrEnum):
    """One of the things by which a stack is known to be unmodified; each is a check of its own."""

    STACK = "stack"
    DRIFT = "drift"
    TEMPLATE = "template"
    POLICIES = "policies"
    HISTORY = "last change"


@dataclass(frozen=True)
class Baseline:
    """A stack as it was recorded: a document for each aspect, as JSON holds it; `digest` is that of the whole file."""

    recorded_at: datetime
    documents: Mapping[Aspect, Any] = field(hash=False, metadata=ASIDE)
    digest: str = ""

    def __post_init__(self) -> None:
        if lacking := [each.value for each in Aspect if each not in self.documents]:
            raise ValueError(f"it lacks {', '.join(lacking)}")


@dataclass(frozen=True)
class CustomerStack:
    """A stack in somebody else's account that a service depends on, and that nobody here may ever change.

    `role` is the one of that account by which it is looked at, `external_id` what its trust policy may ask for. `file`
    is where its baseline is recorded, relative to the drill files; `baseline` is what stands there, None where there is
    none yet. `where` is the place of the declaration: file and line.
    """

    name: str
    account: str
    region: str
    stack: str
    role: str
    external_id: str = field(default="", metadata=SINCE)
    baseline: Baseline | None = None
    file: str = field(default="", compare=False, metadata=ASIDE)
    where: str = field(default="", compare=False, metadata=ASIDE)

    def __str__(self) -> str:
        return f"{self.stack} in {self.region} of account {self.account}"
