"""What two consoles on one ledger promise: both see what either does, in one order, on either database."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.support.consoles import closed, console, fill, played, shown, until, world
from tests.support.game_days import DIRECTOR, SCRIBE


def test_two_people_on_two_machines_see_the_same(database_url: str, tmp_path: Path) -> None:
    """A note of one is seen by the other, a hold of the other by the first; their timelines are one."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    here = played(world(tmp_path / "one", database_url))
    there = world(tmp_path / "two", database_url)

    async def go() -> None:
        mine, other = console(here, SCRIBE), console(there, DIRECTOR)
        async with mine.run_test(size=(80, 24)) as one, other.run_test(size=(80, 24)) as two:
            await fill(one, "n", "from the first")
            await closed(mine, one)
            await until(two, lambda: "from the first" in shown(other, "log-text"))
            await fill(two, "h", "an incident")
            await closed(other, two)
            await until(one, lambda: "HOLD" in shown(mine, "banner"))
            await until(two, lambda: other.seen.entries == mine.seen.entries)
            assert "an incident" in shown(mine, "banner")
            assert "HELD" in shown(other, "head")

    asyncio.run(go())
    here.ledger.close()
    there.ledger.close()
