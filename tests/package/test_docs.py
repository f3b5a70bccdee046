"""The pages beside the code: they lead where they say, and every decision can be found."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest

from dr_orchestrator.settings import CHECKOUT

DECISIONS = sorted((CHECKOUT / "docs" / "decisions").glob("[0-9]*.md"))
PAGES = sorted(chain(CHECKOUT.glob("*.md"), *(CHECKOUT.joinpath(room).rglob("*.md") for room in ("docs", "drills"))))


def named(page: Path) -> str:
    return str(page.relative_to(CHECKOUT))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_to_a_file(page: Path) -> None:
    """No page of this repository sends its reader to a file that is not there."""
    links = re.findall(r"\]\((?!\w+:|#)([^)#]+)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", DECISIONS, ids=named)
def test_a_decision_is_one_page_of_one_shape(page: Path) -> None:
    """Its number stands in its title, then context, decision and consequences, in a page that is read in a minute."""
    lines = page.read_text().splitlines()

    assert re.match(rf"# {int(page.name[:4])}\. \w", lines[0])
    assert [line for line in lines if line.startswith("## ")] == ["## Context", "## Decision", "## Consequences"]
    assert len(lines) <= 60


def test_the_architecture_names_every_decision_once() -> None:
    """ARCHITECTURE.md has one line for each page, and no two pages share a number."""
    linked = re.findall(r"\(docs/decisions/(\d+[^)]*)\)", (CHECKOUT / "ARCHITECTURE.md").read_text())
    numbers = [page.name[:4] for page in DECISIONS]

    assert sorted(linked) == [page.name for page in DECISIONS]
    assert len(set(numbers)) == len(numbers)
