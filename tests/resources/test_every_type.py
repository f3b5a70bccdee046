"""Every entry of TYPES is under the contract, its twin is honest, and its declaration is sound in itself."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from botocore.session import get_session

from dr_orchestrator.aws.access.policies import drill_policies, source_policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.domain.drill import Allowed
from dr_orchestrator.domain.resource_type import Effect
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.drillable import Drillable
from dr_orchestrator.settings import CHECKOUT
from tests.support.clicks import WITH_FAKE
from tests.support.ways.every import SPECS
from tests.support.ways.troubles import POINT, SOURCE, TROUBLES, Never, provoked

EVERY = pytest.mark.parametrize("of", list(WITH_FAKE), ids=lambda each: each.name)
MODELS = get_session()


def home(of: Drillable) -> Path:
    """The folder of a type's package."""
    return next(
        each
        for each in (
            CHECKOUT / "dr_orchestrator" / "resources" / of.name.replace("-", "_"),
            CHECKOUT / "tests" / "support" / "fake_type",
        )
        if each.is_dir()
    )


def test_every_kind_of_every_type_has_a_way_under_the_contract() -> None:
    """A type that is added, or drilled by another kind, says how: a spec in tests/support/ways, a module of tests."""
    asked = [of for of in TYPES if not of.programmed]  # what no call of ours makes is drilled in tests/flows instead
    # A copy that spans two regions is several: tests/flows and tests/faults drill, kill and sweep it as a whole.
    declared = {(of.name, kind) for of in asked for kind in (*of.kinds, *of.vaulted) if not kind.spans}
    assert {(each.type, each.kind) for each in SPECS.values()} == declared
    for of in asked:
        tried = (CHECKOUT / "tests" / "resources" / f"test_{of.name.replace('-', '_')}.py").read_text()
        assert {"LifeContract", "SafetyContract", "TroublesContract"} <= set(re.findall(r"\w+", tried))


def test_each_way_says_how_each_trouble_comes_about_or_why_it_never_does() -> None:
    """None is left out in silence: a trouble is provoked, under the contract for it, or its way tells why it is not."""
    tried = {**dict.fromkeys(("vanishes", "apart"), "GoneContract"), "outlived": "OutlivedContract"}
    tried["mistaken"] = "MistakenContract"
    for spec in SPECS.values():
        assert spec.vanishes.keys() == {SOURCE, POINT}
        assert spec.full
        told = [*spec.vanishes.values(), spec.mistaken, spec.apart]
        assert all(each.why for each in told if isinstance(each, Never)), spec.name
        module = CHECKOUT / "tests" / "resources" / f"test_{spec.type.replace('-', '_')}.py"
        held = set(re.findall(r"\w+", module.read_text()))
        assert {tried[each] for each in TROUBLES if provoked(spec, each)} <= held, spec.name


@EVERY
def test_its_twin_shares_no_code_with_what_it_stands_in_for(of: Drillable) -> None:
    """What restores, lists and checks is not what answers in the lab: else both could be wrong alike."""
    package = ".".join(home(of).relative_to(CHECKOUT).parts)
    own = re.compile(rf"{re.escape(package)}\.(?!lab\b|name\b)|dr_orchestrator\.(aws|canary|checks|runner|wiring)\b")
    imported = [
        f"{node.module}.{name.name}" if isinstance(node, ast.ImportFrom) else name.name
        for path in (home(of) / "lab").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    ]
    assert bool(imported) is not of.programmed
    assert [each for each in imported if own.match(each)] == []


@EVERY
def test_its_declaration_loads_nothing_that_performs(of: Drillable) -> None:
    """`dro --help` and `dro check` read declarations alone: boto3 and the restorers are imported when a drill runs."""
    tree = ast.parse((home(of) / "type.py").read_text())
    modules = {each.module or "" for each in tree.body if isinstance(each, ast.ImportFrom)}
    allowed = (
        "__future__",
        "collections.abc",
        "typing",
        "dr_orchestrator.domain",
        "dr_orchestrator.resources",
        "tests.",
    )
    assert [each for each in modules if not each.startswith(allowed)] == []


@EVERY
def test_each_write_it_declares_is_made_and_each_it_makes_declared(of: Drillable) -> None:
    """Its kinds and its filling call exactly the writes that it describes, whose parameters botocore knows."""
    besides = (of.filling, of.carried, of.promoted, of.exported, of.stated, of.direct, of.across)
    ways = (of.vaulted, of.elsewhere, of.standing, of.afar)
    afar = (calls for way in ways for calls in way.values())
    called = {call for calls in (*of.kinds.values(), *besides, *afar) for call in calls.writes}
    assert called == {write.operation for write in of.writes}
    for write in of.writes:
        service, operation = write.operation.split(":")
        model = MODELS.get_service_model(service).operation_model(operation)
        assert write.accepts <= set(model.input_shape.members)
        assert write.target.type in {copy.name for copy in (*of.copies, *of.holds, *of.publishes)}
        assert write.needs <= write.accepts
        assert write.within is None or write.within.type in {copy.name for copy in of.copies}


@EVERY
def test_all_that_it_makes_it_can_delete(of: Drillable) -> None:
    """There is a call that makes and one that deletes each of its copies and parts; what those hold it never makes."""
    held = {each.name for each in of.holds}
    made = {write.target.type for write in of.writes if write.effect in (Effect.CREATE, Effect.RESTORE)}
    deleted = {write.target.type for write in of.writes if write.effect is Effect.DELETE} - held
    passing = {copy.name for copy in of.copies if copy.passes}
    copies = {copy.name for copy in of.copies} if not of.programmed else set()
    assert made == deleted | passing == copies


@EVERY
def test_each_quota_that_its_copies_count_against_can_be_read(of: Drillable) -> None:
    """What it makes takes the place of something: no type may forget how much of that there is."""
    named = {copy.quota for copy in of.copies} | {name for more in of.more.values() for name in more}
    assert bool(of.made.quota) is not of.programmed
    taken = of.quotas.keys() if of.takes is not None else set()  # of which one takes more than one
    assert named - {""} | taken == of.quotas.keys()


@EVERY
def test_policies_hold_each_of_its_writes_and_no_more(of: Drillable, tmp_path: Path) -> None:
    """What its drills change is allowed to the drill role on copies, to the source role nothing of it."""
    from tests.support import clicks, workspace
    from tests.support.fakes import FakeClock

    shop, events = workspace.world(tmp_path / "shop", FakeClock()), clicks.world(tmp_path / "clicks", FakeClock())
    declared = [*shop.catalogue.drills.values(), *events.catalogue.drills.values()]
    drills = [each for each in declared if each.resource.type == of.name]
    scope = Scope(WITH_FAKE, drills, Allowed())
    allowed, looked = (
        {
            action
            for policy in found(scope)
            for each in policy["Statement"]
            if each["Effect"] == "Allow"
            for action in each["Action"]
        }
        for found in (drill_policies, source_policies)
    )
    calls = {write for each in drills for write in of.kinds[each.kind].writes}
    alone = {write.operation for write in of.writes if write.alone}  # only where production is not
    writes = {action for call in calls - alone for action in of.grants.get(call, (call,))}
    beside = {
        action
        for write in of.writes
        if write.operation in calls
        for actions in write.actions.values()
        for action in actions
    }
    own = f"{of.made.service}:"
    assert {each for each in allowed if each.startswith(own)} == {
        each for each in writes | beside if each.startswith(own)
    }
    left = {each for each in writes | beside if each.startswith("s3:Put")}  # where the workspace declares a bucket
    left |= {each.operation for each in of.writes if each.effect is Effect.PUBLISH}  # where it has an app
    left.add("events:PutEvents")  # where a drill sends an event
    assert writes | beside <= allowed | left | {"s3:DeleteObject", "s3:DeleteObjectVersion"}
    assert not looked & writes
    assert not re.search(r'"Action":\s*"\*"', json.dumps(drill_policies(scope)))
