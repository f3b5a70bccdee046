"""How a replica that was just made comes to follow: looked at as long as it takes, by what RDS and CloudWatch say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.rds import instances, replicas
from dr_orchestrator.aws.watcher import Sighting
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.errors import NotMeasured, NotRecoverable, Transient

BETWEEN, UNTOLD = 30.0, 900.0
"""Drill seconds between two looks at its lag, and that CloudWatch may take to tell of what is new."""


class Following:
    """Whether a replica follows by now, sighting by sighting: it replicates, and is no further behind than its source.

    RDS calls it replicating while it has hours to take on, maybe, and may have it in error in their midst: so each
    sighting is looked at anew.
    """

    def __init__(self, name: str, source: str, account: Account, clock: Clock) -> None:
        self._name, self._source, self._account, self._clock = name, source, account, clock
        self._stopped: float | None = None
        self._began: float | None = None
        self._looked = float("-inf")
        self._silent: float | None = None
        self._words = ""

    def __call__(self, sighting: Sighting) -> bool:
        """Whether it does; NotMeasured where RDS has it not replicating for long, or its replication ended: it is the
        run's own, and says nothing of what production's would do.
        """
        if not replicas.healthy(sighting.detail):
            self._stopped = sighting.answered if self._stopped is None else self._stopped
            if replicas.ended(sighting.detail) or sighting.answered - self._stopped > instances.SILENCE:
                raise broken(sighting.detail)
            return False
        self._stopped = None
        return instances.address(sighting.detail) is not None and self._caught_up()

    @property
    def words(self) -> str:
        """How far it is behind, in words."""
        return self._words or f"{self._name} is still further behind than {self._source}"

    @property
    def behind(self) -> bool:
        """Whether it was last seen to replicate, and not to have caught up."""
        return self._began is not None and self._stopped is None and not self._words

    def _caught_up(self) -> bool:
        now = self._clock.monotonic()
        self._began = now if self._began is None else self._began
        if self._words or now - self._looked < BETWEEN:
            return bool(self._words)
        self._looked = now
        try:
            told = replicas.caught_up(self._account, self._name, self._source, self._clock.now())
        except Transient:
            self._silent = now if self._silent is None else self._silent
            if now - self._silent > UNTOLD:
                raise
            return False
        self._silent = None
        if told:
            self._words = f"no further behind than {self._source}"
        elif told is None and now - self._began > UNTOLD:
            self._words = f"and CloudWatch tells nothing of how far it is behind {self._source}"
        return bool(self._words)


def broken(described: Mapping[str, Any], *, passing: bool = False) -> NotMeasured:
    """The fault that a replica of the run's does not replicate, by RDS's words: a Transient where that may pass."""
    try:
        replicas.replicating(described)
    except NotRecoverable as stopped:
        return (Transient if passing else NotMeasured)(stopped.message, call=stopped.call)
    raise TypeError(f"{described['DBInstanceIdentifier']} replicates")
