"""Posts of a test's own: they bring messages nowhere, lose some of them, and remember which arrived."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

from dr_orchestrator.domain.notices.ports import Doubtful, Refused
from dr_orchestrator.domain.notices.text import Message, refuse_unmarked


@dataclass
class Arrivals:
    """The messages that people got, by URL and title, and how often each was asked to be sent."""

    got: Counter[tuple[str, str]] = field(default_factory=Counter)
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass
class Scripted:
    """It answers by its script, one word a message; well when that is over."""

    script: list[str] = field(default_factory=list)
    arrivals: Arrivals = field(default_factory=Arrivals)
    said: list[Message] = field(default_factory=list)

    def send(self, url: str, said: Message, *, urgent: bool) -> None:
        """Send, or do as the script says."""
        refuse_unmarked(said)
        word = self.script.pop(0) if self.script else "well"
        self.arrivals.asked[url, said.title] += 1
        if word == "refused":
            raise Refused("answered 503")
        if word != "lost":
            self.arrivals.got[url, said.title] += 1
            self.said.append(said)
        if word in ("slow", "lost"):
            raise Doubtful("no answer in time")


@dataclass
class Failing:
    """Of its messages three in ten fail: some surely, of some nobody knows whether they arrived."""

    seed: int
    arrivals: Arrivals
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def send(self, url: str, said: Message, *, urgent: bool) -> None:
        """Send, most of the time."""
        self.arrivals.asked[url, said.title] += 1
        luck = self._random.random()
        if luck < 0.2:
            raise Refused("answered 503")
        if luck < 0.25:
            raise Doubtful("the connection was cut")
        self.arrivals.got[url, said.title] += 1
        if luck < 0.3:
            raise Doubtful("no answer in time")
