"""Large-incident drills of the small estate: run, killed, and what became of each site."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from unittest import mock

from dr_orchestrator import prefect_runner, wiring
from dr_orchestrator.domain.mass_restore.items import ItemVerdict
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.ledger.ledger import SqlLedger
from dr_orchestrator.runner.session import Session
from tests.support import mass_files, workspace
from tests.support.dying import Killed, die
from tests.support.estate import Estate
from tests.support.shop import beat

SITES = """site,tier,state,deleted_at,reason
one,1,,,
two,1,,,
two,1,live,,
lost,1,,,
gone,1,soft-deleted,2026-11-01T00:00:00Z,asked for
never,1,soft-deleted,2026-11-01T00:00:00Z,
held,1,legal-hold,,case 7
"""


@contextmanager
def opened(shop: Estate, home: Path, *more: str) -> Iterator[wiring.App]:
    """A workspace with the plan, whose table holds items of some sites."""
    long_ago = (shop.clock.now() - timedelta(hours=1)).isoformat()
    mass_files.fill(shop.client("dynamodb"), long_ago, "one", "two", "gone", "held", *more)
    beat(shop)
    shop.clock.sleep(330)  # the heartbeat was half a minute before the event
    with wiring.using(workspace.world(home, shop.clock)) as made:
        mass_files.put(made.settings.drills, SITES)
        yield made


def run(resume: bool = False, accepted: str = "") -> str:
    return prefect_runner.run_mass_restore("many-sites", True, None, accepted, resume)


def verdicts(here: wiring.App, id: str) -> dict[str, tuple[ItemVerdict | None, Rule | None, bool | None]]:
    found = here.ledger.mass_restores.items(id)
    return {each.site: (each.verdict, each.rule, each.proven) for each in found}


EXIT = Session.__exit__
ALL = {
    "one": (ItemVerdict.PASSED, None, None),
    "two": (ItemVerdict.PASSED, None, None),
    "lost": (ItemVerdict.FAILED, Rule.TENANT_MISSING, None),
    "gone": (ItemVerdict.LEFT_ALONE, Rule.SITE_DELETED, True),
    "never": (ItemVerdict.LEFT_ALONE, Rule.SITE_DELETED, False),
    "held": (ItemVerdict.LEFT_ALONE, Rule.SITE_HELD, None),
}


def dead(session: Session, kind: object, error: BaseException | None, trace: object) -> bool:
    """The end of a run, which one that was killed never comes to."""
    if isinstance(error, Killed):
        return False
    with mock.patch.object(SqlLedger, "close_run", die) if Session._tear_down is die else nullcontext():
        return bool(EXIT(session, kind, error, trace))  # type: ignore[arg-type]
