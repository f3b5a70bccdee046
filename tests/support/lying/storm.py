"""A storm of lies: any answer to any call may come out altered, drawn by a seed, and the seldom ones more often."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from dr_orchestrator.lab.calls import ApiCall
from tests.support.lying import answers
from tests.support.lying.answers import CHANGES, Alter, Answer

BROKEN = ("truncated", "cut", "page", "remove", "retype")
"""What no client can take for an answer of AWS."""

WRONG = (*CHANGES, "repeated", "mistaken")
"""What may be one, and is not true."""

SELDOM, OFTEN = 0.3, 0.04
"""The share of answers that are altered: to calls that a drill makes seldom, and to those that it waits by."""


@dataclass
class Storm:
    """An alteration for every answer, and what became of how many."""

    kinds: Sequence[str]
    seed: int
    others: Sequence[str]
    told: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._drawn = random.Random(self.seed)
        self._heard: Counter[tuple[str, str]] = Counter()
        self._first = answers.repeated()

    def __call__(self, answer: Answer, call: ApiCall) -> Answer:
        """The answer, altered or not."""
        key = (call.service, call.action)
        self._heard[key] += 1
        self._first(answer, call)
        if self._drawn.random() >= (SELDOM if self._heard[key] <= 12 else OFTEN):
            return answer
        kind = self._drawn.choice(self.kinds)
        altered = self._alteration(kind)(answer, call)
        self.told[f"{call.service}:{call.action} {kind}"] += altered != answer
        return altered

    def _alteration(self, kind: str) -> Alter:
        seed, share = self._drawn.randrange(10**9), self._drawn.random()
        match kind:
            case "truncated":
                return answers.truncated(share)
            case "cut":
                return answers.cut(share)
            case "page":
                return answers.page(self._drawn.choice((200, 403, 404, 502)))
            case "repeated":
                return self._first
            case "mistaken":
                return answers.mistaken(self.others, seed)
        return answers.disturbed(kind, seed)
