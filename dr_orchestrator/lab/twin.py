"""The twin of a resource type in the simulated AWS: what it lays over moto, what it shows of itself, what it
refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dr_orchestrator.lab.calls import ApiCall

if TYPE_CHECKING:
    from dr_orchestrator.lab.cloud.vaulting import Restores
    from dr_orchestrator.lab.estate.seed import Seed

Refusal = tuple[str, str, int]
"""An error code, its words and the HTTP status."""


Answer = tuple[int, list[tuple[str, str]], bytes]
"""An answer as it is sent: status, headers, body."""


def _refuses_nothing(call: ApiCall) -> Refusal | None:  # noqa: ARG001
    return None


def _answers_nothing(call: ApiCall) -> Answer | None:  # noqa: ARG001
    return None


def _has_nothing(seed: Seed) -> None:
    """No company has any."""


@dataclass(frozen=True)
class Twin:
    """The twin of a resource type.

    `backends` are layers over moto's backends: several types may lay one over the same. `patches` are owner, name and
    value of what else is set. `state` is what exists, by a word for it, as /lab/state tells; `refuses` says what AWS
    refuses and moto lets pass, `answers` what moto has no answer to. `make` and `fill` put a company's own into a fresh
    lab: first all that is old, then what has gone on since. `vaulted` is how AWS Backup restores what it has, by the
    words of that for types.
    """

    backends: tuple[tuple[Any, type], ...] = ()
    patches: tuple[tuple[Any, str, Any], ...] = ()
    vaulted: Mapping[str, Restores] = field(default_factory=dict)
    state: Mapping[str, Callable[[], Mapping[str, Any]]] = field(default_factory=dict)
    refuses: Callable[[ApiCall], Refusal | None] = _refuses_nothing
    answers: Callable[[ApiCall], Answer | None] = _answers_nothing
    make: Callable[[Seed], None] = _has_nothing
    fill: Callable[[Seed], None] = _has_nothing
