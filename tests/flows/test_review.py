"""A review of the sample company looks at AWS by reads alone, and sees what is there and what is gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.posture.facts import Known, existing
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.wiring.estate.reading import Reading
from dr_orchestrator.wiring.practice import declared, reviewing
from tests.support.postures import Company, company


@pytest.fixture(scope="module")
def shop() -> Iterator[Company]:
    """The company's lab, made once for these tests."""
    with company() as made:
        yield made


@pytest.fixture
def here(shop: Company, home: Path) -> Iterator[wiring.App]:
    with shop.workspace(home) as made:
        yield made


def test_each_resource_of_the_company_is_there(here: wiring.App) -> None:
    """Of every type: what exists is not taken for gone, nor for unknown."""
    services = [*here.catalogue.services.values()]
    wanted = [(service, each) for service in services for each in service.resources.values()]
    found = {each.type: existing(fact) for (_, each), fact in zip(wanted, Reading(here).all(wanted), strict=True)}
    assert {name for name, each in found.items() if not isinstance(each, Known)} <= {"built-environment"}


def test_one_that_is_gone_is_told_by_name(here: wiring.App) -> None:
    """Of every type that the company has."""
    for file in here.settings.drills.glob("*.yaml"):
        if file.stem != "tiers":
            file.write_text(re.sub(r"(?m)^(    id: )([\w.-]+)$", r"\1\2-gone", file.read_text()))
    services = [*here.catalogue.services.values()]
    seen = [*declared.resources(Reading(here), services)]
    renamed = [each for each in seen if "-gone)" in each.subject]
    assert renamed
    assert [(each.subject, each.told) for each in renamed if each.outcome is not Outcome.FAILED] == []


def test_a_look_reads_and_changes_nothing(here: wiring.App, shop: Company) -> None:
    """It is simulated in a lab, and the document of the sample is sound."""
    with shop.calls() as heard:
        seen = reviewing.look(here, "jira-runbook", "Rita Reviewer")
    assert seen.simulated
    assert all(re.match("Describe|List|Get", operation) for _, operation in heard)
    assert [each for each in seen.results if each.outcome is Outcome.FAILED] == []
