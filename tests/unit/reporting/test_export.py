"""The JSON of a run and of an exercise."""

import json
from dataclasses import fields, replace
from typing import Any

import pytest

from dr_orchestrator.domain.run import Provenance, Run
from dr_orchestrator.reporting.export import exercise_json, run_json
from dr_orchestrator.reporting.render import to_json
from tests.support import variants
from tests.support.golden import sample

CONTRACT = {
    "": "schema_version id drill kind service tier simulated verdict reasons cleanup rto rpo events steps checks "
    "copies findings",
    "rto": "objective_s operator actual_s from_declaration_s headroom net_s clock_error_s",
    "rpo": "objective_s operator actual_s grade worst_case_s worst_case_verdict skew_s worst_case_gap_s clock_error_s "
    "worst_case_p95_s worst_case_backup_s",
    "explanation": "rule_version rto rpo",
    "meets_tier": "rto rpo rpo_worst_case",
    "segments": "kind reason started_at offset_s seconds on_the_clock_s",
    "server_times": "copy state at source seen_at difference_s",
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
    assert waited["seconds"] == 3768.331472
    assert waited["real_seconds"] == 31.402762
    assert data["rto"]["objective_s"] == 21600
    by_name = {event["name"]: event["offset_s"] for event in data["events"]}
    assert by_name["disruption"] == 0
    assert by_name["service verified"] == data["rto"]["from_disruption_s"]
    assert data["steps"][0]["offset_s"] < 0


def test_waiting_stores_and_servers_are_exact() -> None:
    """Gross less the waiting on the clock is net; AWS's clock is subtracted from ours; stores keep their own loss."""
    run = run_json(sample.passed())
    assert run["rto"]["actual_s"] - run["rto"]["net_s"] == 312
    assert [segment["on_the_clock_s"] for segment in run["segments"]] == [0, 312]
    assert run["segments"][0]["offset_s"] < 0
    assert [told["difference_s"] for told in run["server_times"]] == [-4.25, 21.4]
    assert run["rpo"]["worst_case_gap_s"] + run["rpo"]["worst_case_backup_s"] == run["rpo"]["worst_case_s"]
    replica = run_json(sample.develop_replica())["rpo"]
    assert [(store["store"], store["actual_s"], store["worst"]) for store in replica["stores"]] == [
        ("config-table", 348, False),
        ("audit-table", 576, True),
    ]
    assert (replica["skew_s"], replica["worst_case_backup_s"]) == (228, None)


def test_the_tiers_own_promise_is_beside_the_drills() -> None:
    """A fallback that kept its own objective says that it does not meet the tier's."""
    data = run_json(sample.passed())
    assert (data["rpo"]["standing"], data["meets_tier"]["rpo"]) == ("ok", "no")
    assert (data["tier_objective"]["rpo_s"], data["tier_objective"]["source"]) == (3600, "tier 1")
    assert run_json(Run(replace(sample.passed().header, tier_objective=None)))["tier_objective"] is None


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
