"""The JSON of a run and of an exercise."""

import json
from dataclasses import fields, replace
from typing import Any

import pytest

from dr_orchestrator.domain.run import Provenance, Run
from dr_orchestrator.reporting.export import exercise_json, run_json
from dr_orchestrator.reporting.render import to_json
from tests.golden import sample
from tests.unit.reporting import variants

CONTRACT = {
    "": "schema_version id drill kind service tier simulated verdict reasons cleanup rto rpo events steps checks "
    "copies findings",
    "rto": "objective_s operator actual_s from_declaration_s headroom",
    "rpo": "objective_s operator actual_s grade worst_case_s worst_case_verdict",
    "events": "name at offset_s",
    "steps": "name started_at ended_at seconds outcome attempts",
    "checks": "name expected observed outcome",
    "copies": "type id state",
}


@pytest.mark.parametrize("part", CONTRACT)
def test_the_contract_of_show_is_kept(part: str) -> None:
    """Every promised key is there, in a closed run and in an open one."""
    for run in (sample.failed(), variants.still_open()):
        data: Any = run_json(run)
        found = data[part] if part else data
        for item in found if isinstance(found, list) else [found]:
            assert set(CONTRACT[part].split()) <= set(item)


def test_nothing_is_omitted_when_it_is_unknown() -> None:
    """An unknown run has the keys of a known one, with null where nothing is known."""
    known, unknown, begun = (
        run_json(sample.passed()),
        run_json(variants.unknown()),
        run_json(Run(sample.passed().header)),
    )
    assert set(known) == set(unknown) == set(begun)
    assert set(known["rpo"]) == set(begun["rpo"])
    assert unknown["rto"]["actual_s"] is None
    assert unknown["rpo"]["grade"] is None


def test_seconds_are_exact_numbers() -> None:
    """Microseconds survive, whole seconds are whole, and offsets count from the disruption."""
    data = run_json(sample.passed())
    waited = next(step for step in data["steps"] if step["name"] == "wait until ready")
    assert waited["seconds"] == 4080.331472
    assert waited["real_seconds"] == 34.002762
    assert data["rto"]["objective_s"] == 21600
    by_name = {event["name"]: event["offset_s"] for event in data["events"]}
    assert by_name["disruption"] == 0
    assert by_name["service verified"] == data["rto"]["from_disruption_s"]
    assert data["steps"][0]["offset_s"] < 0


def test_provenance_is_complete() -> None:
    """Every field of the provenance is exported."""
    assert set(run_json(sample.passed())["provenance"]) == {field.name for field in fields(Provenance)}


def test_json_survives_the_round_trip() -> None:
    """What is written can be read back, and is the same."""
    for data in (run_json(sample.failed()), exercise_json(sample.exercise(), sample.runs())):
        assert json.loads(to_json(data)) == data


def test_an_exercise_says_what_became_of_its_plan() -> None:
    """Scope is ran, left out and not reached, without remainder."""
    plan = exercise_json(replace(sample.exercise(), planned=("a", "b")), sample.runs()[:2])["plan"]
    parts = [*plan["ran"], *(item["drill"] for item in plan["left_out"]), *plan["not_reached"]]
    assert sorted(parts) == sorted(plan["in_scope"])
    assert plan["not_reached"] == ["a", "b"]
    assert plan["unplanned"] == plan["ran"]
