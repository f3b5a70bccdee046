"""The page of a large-incident drill promises of each wave how far it is, in the words of the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.reporting.mass_restore.files import write_mass
from dr_orchestrator.reporting.mass_restore.progress import progress
from tests.support.golden import mass
from tests.support.golden.write import TEMPLATES

DONE = {"released_at": None, "sites": 3, "sites_done": 1, "began_at": None, "settled_at": None, "eta": None}
ETA = {"earliest": "2026-11-24T11:24:00Z", "likely": "2026-11-24T11:30:00Z", "latest": "2026-11-24T11:41:00Z"}


@pytest.mark.parametrize("ending", ["md", "html"])
def test_a_page_tells_how_far_each_wave_is_and_when_it_will_be_settled(tmp_path: Path, ending: str) -> None:
    """Sites done of how many, when it began, when it ended or is expected to; as of which instant."""
    page = write_mass(mass.under_way(), tmp_path, TEMPLATES)[ending].read_text()
    assert "11 of 11 sites" in page and page.count("0 of 11 sites") == 2
    assert "2026-11-24 10:28:00 UTC" in page  # the first is settled
    for told in ("11:24:00 UTC to 2026-11-24 11:41:00 UTC, by 2 containers so far", "12:05:00 UTC to"):
        assert f"expected 2026-11-24 {told}" in page
    assert "not begun" in page and "as of 2026-11-24 10:50:00 UTC" in page


def test_of_a_wave_nothing_is_claimed_that_nobody_knows() -> None:
    """No end before a container has shown how long one takes; none expected of a drill that has ended."""
    told = progress(DONE, over=False, auto=False)
    assert (told.sites, told.began) == ("1 of 3 sites", "not begun")
    assert told.ended == "not known until a container has ended"
    ended = progress(DONE, over=True, auto=False)
    assert (ended.began, ended.ended) == ("never begun", "never settled")
    one = progress({**DONE, "eta": {**ETA, "earliest": ETA["latest"], "shown": 1}}, over=False, auto=True)
    assert one.ended == "expected 2026-11-24 11:41:00 UTC, by 1 container so far"


def test_a_bar_of_a_container_that_runs_ends_now(tmp_path: Path) -> None:
    """Of one that has ended where it ended; of one that was not begun there is none."""
    page = write_mass(mass.under_way(), tmp_path, TEMPLATES)["html"].read_text()
    bars = [each.split('height="8"')[0].strip() for each in page.split("<rect x=")[1:]][1::2]
    assert bars == [
        '"0.0" y="0" width="72.5"',
        '"0.0" y="0" width="51.25"',
        '"91.25" y="0" width="8.75"',
        '"0.0" y="0" width="0.0"',
    ]


def test_the_wait_for_a_release_is_in_no_end_that_is_expected() -> None:
    """Nobody knows how long a team takes: it is said so, of a wave that is not released and for which one is asked."""
    wave = {**DONE, "eta": {**ETA, "shown": 2}}
    said = ", if it waits for no release"
    assert progress(wave, over=False, auto=False).ended.endswith(said)
    assert said not in progress(wave, over=False, auto=True).ended
    assert said not in progress({**wave, "released_at": ETA["earliest"]}, over=False, auto=False).ended
