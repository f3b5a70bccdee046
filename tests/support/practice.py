"""A tabletop and a review of the small estate's shop: their plans, and what people filled in."""

from __future__ import annotations

from pathlib import Path

from dr_orchestrator import wiring
from dr_orchestrator.settings import Pace, Settings
from tests.support import workspace
from tests.support.fakes import FakeClock
from tests.support.ledger_samples import START

TABLETOP = """\
tabletop: shop-lost
title: The shop is lost
owner: Shop team
services: [shop]
scenario: Orders are gone.
disruption: application
roles:
  facilitator: {person: Tom}
  evaluator: {person: Eva Stone, deputy: Ed}
  player: [{person: Pia, deputy: Paul}, {person: Pat}]
criteria:
  declared: {objective: Decide, success: It is declared in time, critical: true}
  told: {objective: Tell, success: Customers are told}
injects:
  alarm: {at: 0m, content: It is down., expected: Declare., criterion: declared, within: 5m, contingency: nudge}
  nudge: {kind: contingency, content: It is still down., expected: Declare.}
  press: {at: 20m, content: The press asks., expected: Answer., criterion: told}
contacts:
  on-call: {person: Ada, reach: "#shop", within: 10m}
"""

RECORD = """\
tabletop: shop-lost
sitting: 2026-q4
started: 2026-11-19T09:00:00Z
ended: 2026-11-19T10:00:00Z
attendance:
  facilitator: {person: Tom, mode: remote}
  evaluator: {person: Eva Stone, mode: remote}
  player: [{person: Pia, mode: remote}, {person: Pat, mode: remote}]
injects:
  alarm: {at: 2026-11-19T09:00:00Z, action: They declared., response: 4m, rating: P}
  press: {at: 2026-11-19T09:20:00Z, action: They answered., rating: P}
criteria:
  declared: {rating: P, by: Eva Stone}
  told: {rating: P, by: eva stone}
declared: {inject: alarm, at: 2026-11-19T09:04:00Z, by: Pia}
decisions:
  - {what: Restore beside., who: Pia, at: 2026-11-19T09:10:00Z, options: [beside, in place], missing: [how long]}
contacts:
  on-call: {reached: true, after: 4m}
"""

REVIEW = """\
review: runbook
title: The shop's runbook
document: drills/runbook.md
authors: [Wanda]
services: [shop]
mandatory: [document, objectives, contacts]
"""

ANSWERS = """\
review: runbook
look: LOOK
answers:
  owner-current: {answer: yes}
  steps-work: {answer: yes}
  dependencies: {answer: yes}
  secrets: {answer: yes}
  findings-folded-in: {answer: yes}
  offline-copy: {answer: yes}
changes: none
next_review: 2027-01-15
"""

CONTACTS = """\
contacts:
  - {name: Ada, role: champion, reach: '#shop', verified: 2026-11-01, deputies: [Bo]}
  - {name: Bo, role: on-call, reach: '1'}"""


def home(folder: Path, clock: FakeClock | None = None) -> wiring.App:
    """A workspace that declares both, whose clock stands at START."""
    shop = workspace.SHOP.replace('contacts: [{name: Ada, role: on-call, reach: "#shop"}]', CONTACTS)
    made = workspace.write(folder, shop=shop)
    for room, name, text in (("tabletops", "shop-lost", TABLETOP), ("reviews", "runbook", REVIEW)):
        (folder / "drills" / room).mkdir()
        (folder / "drills" / room / f"{name}.yaml").write_text(text)
    (folder / "drills" / "runbook.md").write_text("# Runbook\n\nSee [the shop](shop.yaml).\n")
    return wiring.App(Settings(made.home, made.database_url, Pace(), made.bundled), clock or FakeClock(START))


def filled(folder: Path, text: str, name: str = "record.yaml") -> Path:
    """A file that somebody filled in."""
    (folder / name).write_text(text)
    return folder / name
