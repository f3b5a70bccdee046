"""The silences of a workspace: where Alertmanager is, what each of them matches, and how soon it ends by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

MARGIN, SHORTEST, LONGEST = timedelta(minutes=15), timedelta(minutes=2), timedelta(hours=1)
"""How long after the last heartbeat of its run a silence ends by itself: usually, and within what bounds."""

ASTRAY = timedelta(minutes=5)
"""How far Alertmanager's clock may be from this machine's: no silence ends by a time that is further away."""

FACTS = ("id", "arn", "region", "account", "type", "run", "drill", "service")
"""The facts of a copy that a matcher may name, in braces."""

EXACT = ("{id}", "{arn}")
"""The matchers that name one copy and nothing else; each silence has one of them."""

FILE = "drills/tiers.yaml"


@dataclass(frozen=True)
class SilencePolicy:
    """All that is said of silences; without `url_env`, the variable that holds Alertmanager's URL, none is made.

    `matchers` are templates by label; `simulated` is whether copies of rehearsals are silenced, too. `places` tell
    where each key is written.
    """

    url_env: str = ""
    token_env: str = ""
    matchers: Mapping[str, str] = field(default_factory=dict)
    margin: timedelta = MARGIN
    simulated: bool = False
    places: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def declared(self) -> bool:
        """Whether anything is silenced at all."""
        return bool(self.url_env)

    def place(self, key: str) -> str:
        """Where a key is written: file, line and key."""
        return self.places.get(key, f"{FILE}:silences.alertmanager.{key}")
