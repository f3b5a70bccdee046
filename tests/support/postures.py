"""The sample company in a lab of this process, to be looked at."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from dr_orchestrator import settings, wiring
from dr_orchestrator.cli import main
from dr_orchestrator.lab import Lab
from dr_orchestrator.settings import CHECKOUT, Pace, Settings
from dr_orchestrator.wiring.lab import serve
from tests.support.fakes import FakeClock

EVERYTHING = "backups: {retention: 30d, copy_in: [us-west-2], immutable: true, own_key: true}"
"""A tier that wants all that there is to want: then each call is made."""


@dataclass
class Company:
    """The lab of the company, the clock that it goes by, and what is asked of it."""

    lab: Lab
    clock: FakeClock

    @contextmanager
    def workspace(self, home: Path, *, wants: str = "") -> Iterator[wiring.App]:
        """Within: the company's own drill files, and a ledger; every tier `wants` the same, where that is said."""
        for room in ("drills", "flows"):
            shutil.copytree(CHECKOUT / room, home / room)
        if wants:
            tiers = home / "drills" / "tiers.yaml"
            lines = (line for line in tiers.read_text().splitlines() if not line.strip().startswith("backups:"))
            tiers.write_text("\n".join(lines).replace("    rpo:", f"    {wants}\n    rpo:"))
        made = settings.load({"DRO_HOME": str(home)})
        app = wiring.App(Settings(made.home, made.database_url, Pace(), made.bundled), self.clock)
        try:
            with wiring.using(app):
                yield app
        finally:
            self.lab.faults.clear()

    @contextmanager
    def calls(self) -> Iterator[list[tuple[str, str]]]:
        """Within: the calls that reach AWS, by service and operation."""
        heard, before = [], len(self.lab.journal)
        yield heard
        heard += [(each.service, each.action) for each in self.lab.journal[before:]]


@contextmanager
def company() -> Iterator[Company]:
    """Within: the lab of the company."""
    clock = FakeClock()
    with serve(clock, estate=True) as lab:
        login = {"AWS_ACCESS_KEY_ID": "lab", "AWS_SECRET_ACCESS_KEY": "lab", "AWS_REGION": "us-east-1"}
        with mock.patch.dict(os.environ, {"AWS_ENDPOINT_URL": lab.endpoint, **login}):
            yield Company(lab, clock)


def told(capsys: Any, *arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON of `dro posture`."""
    code = main.run(["posture", "--json", *arguments])
    return code, json.loads(capsys.readouterr().out)


def stands(seen: dict[str, Any], resource: str, rule: str) -> dict[str, Any]:
    """The row of a rule of a resource."""
    found: dict[str, Any] = next(
        each for each in seen["rows"] if (each["resource"], each["rule"]) == (resource, f"posture-{rule}")
    )
    return found
