"""The simulated AWS with the twins of all types; and the background process that serves it until it is told to end."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dr_orchestrator.aws.template import boundary
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.domain.leading import ZONE_TAG
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.replica import BOUNDARY
from dr_orchestrator.domain.resource_type import Types
from dr_orchestrator.errors import DroError
from dr_orchestrator.lab import process, running
from dr_orchestrator.lab.process import MARK, LabInfo, publish, sole
from dr_orchestrator.lab.running import Lab
from dr_orchestrator.lab.twin import Twin
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.drillable import Drillable
from dr_orchestrator.settings import Pace, shipped
from dr_orchestrator.wiring.company import FILE, company, written

if TYPE_CHECKING:
    from dr_orchestrator.lab.estate.seed import Seed


def twins(types: Types[Drillable]) -> list[Twin]:
    """The twins of the types that there are; and what an account has that was prepared for drills."""
    return [Twin(make=_prepare), *(each.twin() for each in types if each.twin is not None)]


def _prepare(seed: Seed) -> None:
    """Have what a team prepares: the boundary that `dro iam --boundary` prints, and the zones of the drills."""
    seed.hold(BOUNDARY, boundary.policy())
    for id, domain in seed.company.zones.items():
        seed.zone(id, domain, ZONE_TAG)


def serve(
    clock: Clock, types: Types[Drillable] = TYPES, *, estate: Path | bool = False, **given: Any
) -> AbstractContextManager[Lab]:
    """Within: a lab in this process, as `lab.running.serve` does it, that knows the types.

    With `estate` there is what the file says, or, where it is only wanted, what the sample company has.
    """
    file = shipped() / FILE if estate is True else estate or None
    return running.serve(clock, partial(twins, types), company(file, types) if file else None, **given)


def estate_of(home: Path) -> Path:
    """The estate file of a workspace, the sample company's where it has none; CatalogError where it is wrong."""
    path = written(home) or shipped() / FILE
    company(path, TYPES)
    return path


def main(state: Path, factor: float, postgres: bool, estate: Path | None = None) -> None:
    """Serve the lab of `state` at `factor` lab seconds to a real one, with what an estate file says, until SIGTERM."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with sole(state), _told():
        _tell("loading the simulated AWS" + (", making its databases" if postgres else ""))
        origin = time.time()
        with serve(
            PacedClock(Pace(factor, origin)), postgres=postgres, estate=estate or True, state=state, progress=_tell
        ) as lab:
            publish(state, LabInfo(lab.endpoint, factor, origin, os.getpid()))
            _tell(f"ready at {lab.endpoint}")
            ended.wait()
        (state / process.INFO).unlink(missing_ok=True)


@contextmanager
def _told() -> Iterator[None]:
    """Within: an error ends the process with its words as the last line of the log, while it still is the lab."""
    try:
        yield
    except DroError as wrong:
        print(f"{wrong.message}: {wrong.hint}" if wrong.hint else wrong.message, flush=True)  # noqa: T201
        raise SystemExit(wrong.exit_code) from None
    except Exception as wrong:  # noqa: BLE001 (whatever it is: who started the lab reads the last line alone)
        traceback.print_exc()
        print(f"{type(wrong).__name__}: {' '.join(str(wrong).split())}", flush=True)  # noqa: T201
        raise SystemExit(1) from None


def _tell(line: str) -> None:
    print(f"{MARK}{line}", flush=True)  # noqa: T201 (the log that the starter reads)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3] == "postgres", *map(Path, sys.argv[4:]))
