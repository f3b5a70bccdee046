"""A type that exists in tests alone is drilled from its drill file to its report: no room knows a type by its name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator import prefect_runner, wiring
from dr_orchestrator.aws.guard import Forbidden, Guard
from dr_orchestrator.catalog import schema
from dr_orchestrator.cli import main
from dr_orchestrator.domain.copy import Copy, CopyState, Place, Source
from dr_orchestrator.domain.resource_type import Types
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.drillable import Drillable
from dr_orchestrator.runner import sweep as of_runner
from dr_orchestrator.wiring import App, sweeping
from tests.support import clicks, workspace
from tests.support.clicks import AWAY, CLICKS, DRILL, HOME, SOURCE, WITH_FAKE, Ground
from tests.support.fake_type.name import CONSUMER, NAME
from tests.support.fakes import RunningClock

GREEN = (Verdict.PASSED, Verdict.PASSED_WITH_FINDINGS)


@pytest.fixture(scope="module")
def made() -> Iterator[Ground]:
    with clicks.ground(RunningClock()) as ground:
        yield ground


@pytest.fixture
def here(made: Ground, home: Path) -> Iterator[App]:
    """A world in which commands find the workspace and the type."""
    clicks.beat(made)
    made.clock.sleep(1)
    with wiring.using(clicks.world(home, made.clock)) as world:
        yield world
    made.lab.faults.clear()


Said = pytest.CaptureFixture[str]


def said(capsys: Said, *command: str, code: Exit = Exit.PASSED) -> str:
    """What a command prints, once it has ended as it should."""
    ended = main.run([*command])
    shown = capsys.readouterr()
    assert ended == code, shown.out + shown.err
    return shown.out + shown.err


def drilled(here: App) -> Run:
    return here.ledger.queries.run(prefect_runner.run_drill(DRILL))


def test_its_keys_and_rules_hold_in_drill_files(made: Ground, tmp_path: Path, capsys: Said) -> None:
    """Its own keys are read, their rules and its naming are held to with file and line, and other types have none."""
    wrong = CLICKS.replace(f"recover_in: {AWAY}", f"recover_in: {HOME}").replace(SOURCE, "clicks/prod")
    with wiring.using(clicks.world(tmp_path / "wrong", made.clock, clicks=wrong)):
        told = said(capsys, "check", code=Exit.USAGE)
    assert "a copy beside the stream is lost with its region" in told
    assert f"is not a legal {NAME} identifier" in told
    with wiring.using(clicks.world(tmp_path / "right", made.clock)) as here:
        assert "all right" in said(capsys, "check")
        assert here.drill(DRILL).resource.own == {"recover_in": AWAY, "readers": ["billing", "audit"]}
    foreign = workspace.SHOP.replace("id: sessions-prod,", f"id: sessions-prod, recover_in: {AWAY},")
    with wiring.using(replace(workspace.world(tmp_path / "shop", made.clock, shop=foreign), types=WITH_FAKE)):
        told = said(capsys, "check", code=Exit.USAGE)
    assert f"dynamodb-tables have no recover_in (remove it; only {NAME}s have one)" in told


def test_its_keys_are_in_the_schema_and_others_digests_stay(made: Ground, tmp_path: Path) -> None:
    """Editors complete its keys; what is declared of other types has the digest that it had without it."""

    def keys(types: Types[Drillable]) -> dict[str, Any]:
        return dict(schema.service_schema(types)["definitions"]["Resource"]["properties"])

    assert NAME in json.dumps(keys(WITH_FAKE)["type"])
    assert keys(WITH_FAKE).keys() - keys(TYPES).keys() == {"recover_in", "recover_account", "readers"}
    without = workspace.world(tmp_path, made.clock)
    drills = without.catalogue.drills
    beside = replace(without, types=WITH_FAKE).catalogue.drills
    assert {name: each.digest for name, each in beside.items()} == {name: each.digest for name, each in drills.items()}


def test_a_plan_looks_where_the_copy_is_to_stand(made: Ground, here: App, capsys: Said) -> None:
    """All that is asked is read-only; quota, cost and name are those of the other region; nothing is created."""
    before, heard = made.streams(), len(made.lab.journal)
    made.client(AWAY).create_stream(StreamName="somebodys", ShardCount=3)
    told = said(capsys, "plan", DRILL)
    assert f"free in {AWAY}" in told
    assert "3 of 500 shards in use" in told
    assert f"the hours of the shards of {SOURCE}" in told
    assert {each.action for each in made.lab.journal[heard:] if each.service == "kinesis"} <= {
        *(call.partition(":")[2] for call in WITH_FAKE[NAME].kinds["pitr-restore"].reads),
        *(call.partition(":")[2] for call in WITH_FAKE[NAME].listing.reads),
        "CreateStream",  # somebody's
    }
    made.clock.sleep(300)
    made.client(AWAY).delete_stream(StreamName="somebodys")
    made.clock.sleep(60)
    assert made.streams() == before


def test_a_region_that_is_not_allowed_gets_no_copy(made: Ground, tmp_path: Path, capsys: Said) -> None:
    """`allowed` holds for where copies stand, not only for where their sources do."""
    only = clicks.TIERS + f"allowed: {{regions: [{HOME}]}}\n"
    with wiring.using(clicks.world(tmp_path, made.clock, tiers=only)):
        assert f"copies of clicks stand in {AWAY}, which tiers.yaml does not allow" in said(
            capsys, "plan", DRILL, code=Exit.INCONCLUSIVE
        )


def test_its_policies_hold_each_write_and_no_more(here: App, capsys: Said) -> None:
    """Each of its writes, on what is named like copies, in both regions; no statement bears another's id."""
    told = json.loads(said(capsys, "iam", "--json"))
    statements = [each for role in ("source", "drill") for policy in told[role] for each in policy["Statement"]]
    ids = [each["Sid"] for each in statements]
    assert len(set(ids)) == len(ids)
    allowed = {action for each in statements if each["Effect"] == "Allow" for action in each["Action"]}
    declared = {write.operation for write in WITH_FAKE[NAME].writes} | {"kinesis:AddTagsToStream"}
    changing = {each for each in allowed if each.startswith("kinesis:") and not _reads(each)}
    assert changing == declared
    on = [each["Resource"] for each in statements if "kinesis:DeleteStream" in each["Action"] and "Resource" in each]
    assert on[0] == [f"arn:aws:kinesis:{region}:*:stream/dro-*" for region in (HOME, AWAY)]
    read = next(each for each in statements if "kinesis:GetRecords" in each["Action"])
    assert f"arn:aws:kinesis:{HOME}:*:stream/{SOURCE}" in read["Resource"]


def _reads(action: str) -> bool:
    return action.partition(":")[2].startswith(("Describe", "List", "Get"))


@pytest.mark.parametrize("write", WITH_FAKE[NAME].writes, ids=lambda each: each.operation)
def test_the_guard_refuses_foreign_targets_of_its_writes(write: Any) -> None:
    """The source, another region's copy, a consumer in a stream that is not the run's, a parameter too many."""
    stream = Copy(NAME, "dro-1-clicks", AWAY, "1", DRILL, "clicks")
    consumer = replace(stream, type=CONSUMER, id="dro-1-clicks-billing", parent=stream.id)
    guard = Guard(WITH_FAKE.calls, lambda: [stream, consumer], frozenset({SOURCE}))
    service, operation = write.operation.split(":")
    arn = f"arn:aws:kinesis:{AWAY}:123456789012:stream/"
    within = {"StreamARN": arn + stream.id} if write.within else {}
    good = {write.target.parameter: consumer.id if write.target.type == CONSUMER else stream.id, **within}
    guard.check(service, operation, good, AWAY)
    foreign = [{**good, write.target.parameter: each} for each in (SOURCE, "dro-2-clicks", "", None)]
    foreign += [{**good, "EnforceConsumerDeletion": True}, {}]
    if within:
        foreign += [{**good, "StreamARN": each} for each in (arn + SOURCE, arn.replace(AWAY, HOME) + stream.id, "")]
    for parameters in foreign:
        with pytest.raises(Forbidden):
            guard.check(service, operation, parameters, AWAY)
    with pytest.raises(Forbidden):
        guard.check(service, operation, good, HOME)


def test_it_is_drilled_from_look_to_report(made: Ground, here: App, capsys: Said) -> None:
    """Restored in the other region, consumers in their order, proven, taken down in reverse, judged and reported."""
    before, heard = made.streams(), len(made.lab.journal)
    assert main.run(["run", DRILL]) == Exit.PASSED, capsys.readouterr()
    run = here.ledger.queries.runs()[0]
    assert run.closing is not None
    assert run.closing.verdict in GREEN
    assert run.closing.cleanup is Cleanup.CLEAN
    assert made.streams() == before
    stream, *consumers = (row.copy for row in run.copies)
    assert [each.type for each in consumers] == [CONSUMER, CONSUMER]
    assert [each.id for each in consumers] == [f"{stream.id}-billing", f"{stream.id}-audit"]
    assert {each.place for each in (stream, *consumers)} == {Place("", AWAY)}
    assert stream.source == Source(NAME, SOURCE, Place("", HOME))
    changing = {write.operation.partition(":")[2] for write in WITH_FAKE[NAME].writes}
    wrote = [each for each in made.lab.journal[heard:] if each.action in changing and each.status == 200]
    assert [each.action for each in wrote] == [
        *("CreateStream", "PutRecords", "RegisterStreamConsumer", "RegisterStreamConsumer"),
        *("DeregisterStreamConsumer", "DeregisterStreamConsumer", "DeleteStream"),
    ]
    assert [each.params["ConsumerName"] for each in wrote if "Deregister" in each.action] == [
        each.id for each in reversed(consumers)
    ]
    assert all(row.identity and f":{AWAY}:" in row.identity.arn for row in run.copies)
    page = (here.settings.generated / f"{run.header.id}.md").read_text()
    assert all(text in page for text in (stream.id, AWAY, "heartbeat", "clicks are there", "SIMULATED"))
    assert stream.id in said(capsys, "show", run.header.id)


def test_the_job_is_known_before_the_copy_is_named(here: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """While AWS has named the job alone the row says so; the identity follows when the stream is to be seen."""
    states: list[tuple[CopyState, bool, bool]] = []
    change = type(here.ledger).change_copy

    def noted(ledger: Any, copy: Copy, *given: Any, **named: Any) -> None:
        change(ledger, copy, *given, **named)
        row = next(row for row in ledger.copies(copy.run) if row.copy == copy)
        if copy.type == NAME:
            states.append((row.state, bool(row.job), row.identity is not None))

    monkeypatch.setattr(type(here.ledger), "change_copy", noted)
    assert drilled(here).closing.verdict in GREEN
    assert states == [
        (CopyState.INTENDED, True, False),
        (CopyState.CREATED, True, True),
        (CopyState.DELETED, True, True),
    ]


def test_the_heartbeat_is_the_one_change_to_the_source(made: Ground, here: App, capsys: Said) -> None:
    """`dro canary` puts the declared record; the guard lets no other put through, nor any other call."""
    before = made.streams()[f"{HOME}/{SOURCE}"]["records"]
    assert "beat no. 2" in said(capsys, "canary", "clicks", "--once")
    assert made.streams()[f"{HOME}/{SOURCE}"]["records"] == before + 1
    from dr_orchestrator.wiring.heartbeat import heartbeats

    (found,) = heartbeats(here, ["clicks"])
    api = found.writer._writer._api
    for stream, data in ((SOURCE, {"click": "1"}), ("others", {"stream": "canary", "at": "x", "sequence": "1"})):
        with pytest.raises(Forbidden):
            api.call("PutRecord", StreamName=stream, PartitionKey="canary", Data=json.dumps(data))
    with pytest.raises(Forbidden):
        api.call("DeleteStream", StreamName=SOURCE)


def test_what_wears_our_tag_in_the_other_region_is_an_orphan(made: Ground, here: App, capsys: Said) -> None:
    """The inventory looks where copies stand: a stream of a run that the ledger does not know is told, and stays."""
    name = "dro-20260101-ffffffffff-clicks-prod"
    made.client(AWAY).create_stream(StreamName=name, ShardCount=1, Tags={"dr-drill:run": "20260101-ffffffffff"})
    made.clock.sleep(300)
    told = said(capsys, "sweep", code=Exit.LEFTOVERS)
    assert name in told
    assert f"{HOME}, {AWAY}" in told
    assert f"{AWAY}/{name}" in made.streams()
    made.client(AWAY).delete_stream(StreamName=name)
    made.clock.sleep(60)


def test_regions_of_copies_are_listed_though_no_file_declares_them(here: App) -> None:
    """A drill file that is gone takes no region out of the inventory: the ledger knows where copies were."""
    drilled(here)
    (here.settings.drills / "clicks.yaml").unlink()
    fresh = replace(here, driven=set())
    assert of_runner.take_inventory(sweeping.context(fresh)).regions == (HOME, AWAY)


def test_how_what_it_keeps_is_kept_is_looked_at(here: App, made: Ground, capsys: Said) -> None:
    """Its own reader tells, the rules of all types judge: retention and key fall short, its window is held."""
    del here
    heard = len(made.lab.journal)
    seen = json.loads(said(capsys, "posture", "clicks", "--json", code=Exit.FAILED))
    stands = {each["rule"]: each["standing"] for each in seen["rows"]}
    short = {rule.removeprefix("posture-") for rule, standing in stands.items() if standing == "short"}
    assert short == {"retention", "encryption", "proven-restore"}
    assert stands["posture-point-in-time"] == "held"
    assert {each.action for each in made.lab.journal[heard:]} == {"GetCallerIdentity", "DescribeStreamSummary"}
