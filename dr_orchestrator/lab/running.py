"""A lab in this process, as tests use it and as the background process does."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.lab.cloud.install import installed
from dr_orchestrator.lab.cloud.world import REGION, World
from dr_orchestrator.lab.faults import Faults
from dr_orchestrator.lab.server import Application, Entry, WebServer

if TYPE_CHECKING:
    from dr_orchestrator.lab.estate import Estate


@dataclass(frozen=True)
class Lab:
    """A lab that answers at `endpoint` until the end of the `with`."""

    endpoint: str
    world: World
    application: Application
    estate: Estate | None = None

    @property
    def faults(self) -> Faults:
        """Failures on request."""
        return self.world.faults

    @property
    def journal(self) -> Sequence[Entry]:
        """The AWS calls that were made, oldest first."""
        return tuple(self.application.journal)

    def environment(self) -> dict[str, str]:
        """What to set so that any AWS client reaches this lab; the clock is shared by hand, so there is no pace."""
        return environment(self.endpoint)

    def settle(self) -> None:
        """Perform what has become due without waiting for the next call."""
        self.world.agenda.settle(self.world.defect)


def environment(endpoint: str) -> dict[str, str]:
    """The variables through which every AWS client finds the lab, and finds no real credentials."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "lab",
        "AWS_SECRET_ACCESS_KEY": "lab",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


_one_at_a_time = threading.Lock()


@contextmanager
def serve(clock: Clock, *, postgres: bool = False, estate: bool = False, state: Path | None = None) -> Iterator[Lab]:
    """Within: a lab in this process whose time is `clock`'s. One at a time, for moto's state is the process's.

    With `postgres` there are real databases, whose files are under `state`; the clock must then be a paced one.
    """
    del postgres, estate, state
    with _one_at_a_time, ExitStack() as undo:
        world = World(clock)
        undo.enter_context(installed(world))
        server = WebServer(Application(world))
        world.endpoint = server.endpoint
        server.start()
        undo.callback(server.stop)
        yield Lab(server.endpoint, world, server.application)
