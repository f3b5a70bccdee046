"""A large-incident drill of the small estate: a table that holds items of many sites, and a plan over it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

PLAN = """\
mass_restore: many-sites
title: Many sites
owner: Resilience
event: {what: a script deleted sites, ago: 10m}
sites: many-sites.csv
products:
  sessions:
    title: Sessions
    drills: {sessions-pitr: {}}
    tenant:
      - {name: sessions, items: {key: pk, value: "site#:tenant", newest: at}}
teams: [{tier: 1, team: Team One}]
safeguards:
  - {stage: soft-deleted, lasts: 14d, undo: undelete it}
  - {stage: gone}
"""


def put(drills: Path, sites: str, plan: str = PLAN) -> None:
    """Write the plan and its list of sites."""
    folder = drills / "mass-restores"
    folder.mkdir(exist_ok=True)
    (folder / "many-sites.yaml").write_text(plan)
    (folder / "many-sites.csv").write_text(sites)


def fill(table: Any, at: str, *sites: str) -> None:
    """An item for each site."""
    for each in sites:
        table.put_item(TableName="sessions-prod", Item={"pk": {"S": f"site#{each}"}, "at": {"S": at}})
