"""The data of a secondary: another cluster's, which it follows and only reads."""

from __future__ import annotations

from datetime import datetime

from dr_orchestrator.lab.cloud.world import Database


class Following:
    """The server that follows a cluster's database for a secondary, which is reached there; a Database."""

    def __init__(self, leader: Database) -> None:
        self.leader = leader

    @property
    def key(self) -> str:
        """The key of what it follows."""
        return self.leader.key

    @property
    def failed(self) -> str:
        """Why there will be none."""
        return self.leader.failed

    @property
    def switching(self) -> bool:
        """Whether it is being made, or takes the other's place."""
        return self.leader.switching

    @property
    def ready(self) -> bool:
        """Whether what it follows is there."""
        return self.leader.ready

    @property
    def serving(self) -> bool:
        """Whether it can be read."""
        return self.leader.serving and self.leader.standby is not None

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of the server that follows."""
        return self.leader.standby or ("", 0)

    @property
    def standby(self) -> tuple[str, int] | None:
        """Nothing follows it."""
        return None

    @property
    def switches(self) -> list[tuple[float, float]]:
        """When what it follows was not reached."""
        return self.leader.switches

    def restorable_until(self) -> datetime | None:
        """Nothing is archived of it."""
        return None

    def serve(self, wanted: bool) -> None:
        """Nothing: it runs for as long as what it follows is followed."""

    def give_password(self, user: str, password: str) -> None:
        """Nothing: it has what it follows."""

    def pair(self, *, asynchronous: bool) -> bool:  # noqa: ARG002 - none is
        """Nothing follows it."""
        return False

    def fail_over(self, lasts: float, *, stays: bool) -> None:
        """Nothing: it is what it follows that is switched over."""

    def promote(self) -> None:
        """Nothing: no secondary is promoted by itself."""

    def replayed(self) -> datetime | None:
        """None: how far it has come nobody asks, for it is written to at once with what it follows."""
        return None

    def drop(self) -> None:
        """Nothing: what it follows ends it."""
