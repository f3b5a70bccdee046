"""How many calls a look at the whole estate takes, and how long, beside the posture of as many that are declared.

The fleet is that of the posture's benchmark, throttled as AWS does it; `dro discover` finds it undescribed. The figures
are told per 1,000 resources, and as a ratio to the posture's of the same run: the machine's speed is in neither.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from dr_orchestrator import wiring
from dr_orchestrator.domain.discovery.directory import Directory
from dr_orchestrator.lab import Lab
from dr_orchestrator.wiring.discovery import discovering
from dr_orchestrator.wiring.estate.reading import Reading
from dr_orchestrator.wiring.estate.seeing import see
from dr_orchestrator.wiring.posture import looking
from tests.benchmarks import posture


def main() -> None:
    for size in posture.SIZES:
        numbers = {of: int(size * share) for of, share in posture.SHARES.items()}
        with tempfile.TemporaryDirectory() as folder, posture.fleet(Path(folder), numbers) as (here, lab):
            drills = here.settings.drills
            declared = (drills / "fleet.yaml").read_text()
            (drills / "fleet.yaml").unlink()
            with (drills / "tiers.yaml").open("a") as tiers:
                tiers.write(f"allowed: {{regions: [{posture.REGION}]}}\n")
            bare = here.knowing(discovering.policy_alone(drills, here.types))
            _measure(lab, size, "found", partial(_see, bare))
            calls, took = _measure(lab, size, "drafted", partial(discovering.look, here, Directory(), rest="fleet"))
            (drills / "fleet.yaml").write_text(declared)
            others, longer = _measure(lab, size, "posture of as many", partial(looking.look, here))
            print(f"  drafting to posture: {calls / others:.2f} of the calls, {took / longer:.2f} of the time")  # noqa: T201


def _see(here: wiring.App) -> None:
    see(here, Reading(here), [posture.REGION])


def _measure(lab: Lab, size: int, what: str, act: Callable[[], object]) -> tuple[int, float]:
    before, began = len(lab.journal), time.perf_counter()
    act()
    took, heard = time.perf_counter() - began, list(lab.journal)[before:]
    throttled = sum(each.status == 400 for each in heard)
    per = 1000 / size
    told = f"{len(heard) * per:,.0f} calls and {took * per:.1f} s per 1,000 resources, {throttled * per:,.0f} throttled"
    print(f"{size:,} resources, {what}: {told}")  # noqa: T201
    return len(heard), took
