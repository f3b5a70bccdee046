"""A global database of Aurora MySQL 3 wants the names of tables told apart alike in both of its regions."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dr_orchestrator.domain.preflight import NotApplicable
from dr_orchestrator.domain.secondary import Secondary
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources.aurora_cluster.worldwide import preflight
from tests.support.spanning import SECOND, THERE, WHOLE

MYSQL_3, MYSQL_2 = "8.0.mysql_aurora.3.08.0", "5.7.mysql_aurora.2.12.0"


def look(
    here: dict[str, str], there: dict[str, str], *, engine: str = "aurora-mysql", version: str = MYSQL_3, own: str = ""
) -> str:
    """The look, where the groups of a region hold what is given; `own` is the group that the drill names there."""

    def tools(groups: dict[str, str]) -> Any:
        def pages(operation: str, key: str, **given: str) -> list[dict[str, str]]:
            assert (operation, key, given["Source"]) == ("DescribeDBClusterParameters", "Parameters", "user")
            value = groups[given["DBClusterParameterGroupName"]]
            return [{"ParameterName": "time_zone", "ParameterValue": "UTC"}] + (
                [{"ParameterName": "lower_case_table_names", "ParameterValue": value}] if value else []
            )

        api = SimpleNamespace(pages=pages)
        return SimpleNamespace(account=SimpleNamespace(api=lambda _: api), at=lambda _: afar)

    afar: Any = None
    afar = tools(there)
    source = {"Engine": engine, "DBClusterParameterGroup": next(iter(here), "default.aurora-mysql8.0")}
    asked = preflight.Asked(
        *(Secondary(THERE, parameter_group=own), tools(here), lambda: source, lambda: source),
        *(lambda: version, lambda: None, SimpleNamespace()),  # type: ignore[arg-type]
    )
    (found,) = (each for each in preflight.checks(asked, WHOLE, SECOND) if each.name == f"names of tables in {THERE}")
    return found.perform()


@pytest.mark.parametrize(
    ("here", "there", "own"),
    [({"shop": "1"}, {"shop": ""}, ""), ({"shop": "1"}, {"afar": "0"}, "afar"), ({}, {"afar": "1"}, "afar")],
)
def test_another_case_there_is_refused_before_anything_is_made(
    here: dict[str, str], there: dict[str, str], own: str
) -> None:
    """By the group of the same name there, or the one that the drill names; what none sets is 0."""
    with pytest.raises(NotRecoverable, match="lower_case_table_names is"):
        look(here, there, own=own)


@pytest.mark.parametrize(
    ("here", "there", "own"),
    [({"shop": "1"}, {"shop": "1"}, ""), ({"shop": ""}, {"afar": "0"}, "afar"), ({}, {}, "")],
)
def test_the_same_case_is_fine(here: dict[str, str], there: dict[str, str], own: str) -> None:
    """Set alike, or left to the default in both."""
    assert look(here, there, own=own).startswith("lower_case_table_names is ")


@pytest.mark.parametrize(("engine", "version"), [("aurora-postgresql", "16.6"), ("aurora-mysql", MYSQL_2)])
def test_of_other_engines_nothing_is_asked(engine: str, version: str) -> None:
    """Only of Aurora MySQL 3 it is fixed when a cluster is made."""
    with pytest.raises(NotApplicable):
        look({"shop": "1"}, {"shop": "0"}, engine=engine, version=version)
