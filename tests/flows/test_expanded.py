"""AWS expands a replica's template, what it expanded is judged, and nothing is executed that was not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.reporting.export import run_json
from dr_orchestrator.resources.cloudformation_stack.change_sets import ChangeSets
from dr_orchestrator.resources.cloudformation_stack.restore import CloudFormationStack
from dr_orchestrator.wiring.planning.plan import plan
from tests.support.estate import REGION, Estate
from tests.support.expansion import (
    BUCKET,
    MACRO,
    POLICY,
    ROLE,
    SAM,
    SHELF,
    drilled,
    production,
    room,
    shop_of,
    template,
    told,
)
from tests.support.shop import ended

WRITES = ("CreateChangeSet", "ExecuteChangeSet", "DeleteChangeSet", "DeleteStack", "DeleteObject")
ALLOW = "      allow: {Transform: it is ours}\n"
STORED = (
    'Parameters: {EnvironmentName: {Type: String}, Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /b}}'
)
GRANT = (
    "  Grant: {Type: AWS::IAM::Policy, Properties: {PolicyName: more, PolicyDocument: {Statement: []}, Roles: [ROLE]}}"
)
CHILD = """
Parameters: {Name: {Type: String}}
Resources:
  Extra: {Type: AWS::SQS::Queue, DeletionPolicy: Retain, Properties: {QueueName: !Ref Name}}
"""
NEST = "  Nest: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'WHERE', Parameters: {Name: shop-jobs}}}"


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with shop_of(tmp_path_factory.mktemp("lab")) as made:
        yield made


def only_copies(shop: Estate) -> bool:
    """Whether each call that changes something of CloudFormation's, or lies in the bucket, names a copy of a run."""
    written = [each for each in shop.lab.journal if each.action in WRITES and each.params.get("Bucket", SHELF) == SHELF]
    named = [str(each.params.get("StackName") or each.params.get("Key") or each.params) for each in written]
    return bool(written) and all("dro-2" in each for each in named)


def refused(shop: Estate, before: Any, found: Any, why: str, verdict: Verdict = Verdict.INCONCLUSIVE) -> None:
    """The run ended for that reason, executed nothing, left nothing, and production is as it was."""
    assert why in told(found)
    assert (found.closing.verdict, found.closing.cleanup) == (verdict, Cleanup.CLEAN), told(found)
    assert shop.calls("ExecuteChangeSet") == []
    assert production(shop) == before
    assert only_copies(shop) or not shop.calls("CreateChangeSet")


def passed(shop: Estate, before: Any, found: Any) -> None:
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), told(found)
    assert len(shop.calls("ExecuteChangeSet")) == 1
    assert production(shop) == before
    assert only_copies(shop)


def test_a_template_without_a_transform_takes_one_change_set(shop: Estate, home: Path) -> None:
    """It is read twice before it is executed, and nothing is deleted on the way."""
    before = production(shop)
    passed(shop, before, drilled(shop, home, template()))
    assert len(shop.calls("CreateChangeSet")) == 1
    assert len(shop.calls("GetTemplate")) == 2
    assert shop.calls("DeleteChangeSet") == shop.calls("CreateStack") == []


def test_a_serverless_template_is_expanded_judged_and_made(shop: Estate, home: Path) -> None:
    """What SAM makes gets the boundary as any role does; edits of what was written and of what was made are told."""
    before = production(shop)
    found = drilled(shop, home, template(SAM, head="Transform: AWS::Serverless-2016-10-31"))
    passed(shop, before, found)
    first, second = shop.calls("CreateChangeSet")
    assert (first["ChangeSetName"].rpartition("-")[2], second["ChangeSetName"].rpartition("-")[2]) == ("look", "make")
    edits = {(each["resource"], each["property"]) for each in run_json(found)["template"]["edits"]}
    assert ("Answer", "PermissionsBoundary") in edits


def test_a_plan_expands_nothing_and_says_what_will_be(shop: Estate, home: Path) -> None:
    """It is read-only: no change set is made, and what it cannot judge yet is named."""
    before = production(shop)
    with room(shop, home, template(SAM, head="Transform: AWS::Serverless-2016-10-31")) as here:
        made = plan(here, "shop-replica")
    assert made.blockers == []
    told = "AWS expands AWS::Serverless-2016-10-31 at the drill, and what it makes of it is judged then"
    assert any(told in line for line in made.seen)
    assert shop.calls("CreateChangeSet") == []
    assert production(shop) == before


def test_loops_are_expanded_and_what_they_make_is_the_copys(shop: Estate, home: Path) -> None:
    """The names that a loop gives are production's: each becomes the copy's own."""
    loop = """
  Fn::ForEach::Jobs:
    - Name
    - [orders, refunds]
    - Jobs${Name}: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "shop-${Name}"}}
"""
    before = production(shop)
    found = drilled(shop, home, template(loop, head="Transform: AWS::LanguageExtensions"))
    passed(shop, before, found)
    edits = {each["resource"]: each["becomes"] for each in run_json(found)["template"]["edits"]}
    assert edits["Jobsorders"] == f"dro-{found.header.id}-shop-prod-shop-orders"


def test_a_macro_that_makes_what_changes_production_is_refused(shop: Estate, home: Path) -> None:
    """Its owner allows that it runs; what it made is judged, and told with file and line."""
    shop.lab.world.macros["Tagger"] = lambda part, _: {**part, "Resources": {**part["Resources"], "Grant": POLICY}}
    before = production(shop)
    found = drilled(shop, home, template(head=MACRO), ALLOW)
    refused(shop, before, found, f"Grant would change '{ROLE}'")
    assert "infrastructure/shop.template.yaml:1: Grant" in told(found)
    assert "nothing of it was executed" in told(found)


def test_what_a_macro_makes_is_asked_and_answered(shop: Estate, home: Path) -> None:
    """The ask names the line to write; with it written the drill goes on."""
    pager = {
        "Type": "AWS::SNS::Topic",
        "Properties": {"Subscription": [{"Protocol": "email", "Endpoint": "a@b.example"}]},
    }
    shop.lab.world.macros["Tagger"] = lambda part, _: {**part, "Resources": {**part["Resources"], "Pager": pager}}
    before = production(shop)
    asked = drilled(shop, home / "one", template(head=MACRO), ALLOW)
    refused(shop, before, asked, "leave_out: [Pager")
    found = drilled(shop, home / "two", template(head=MACRO), f"{ALLOW}      leave_out: [Pager]\n")
    passed(shop, before, found)


def test_a_macro_is_asked_once_and_what_it_made_then_is_executed(shop: Estate, home: Path) -> None:
    """It would make something else the second time: nobody asks it a second time."""
    asked: list[int] = []

    def changing(part: Any, _: Any) -> Any:
        asked.append(1)
        return part if len(asked) == 1 else {**part, "Resources": {**part["Resources"], "Grant": POLICY}}

    shop.lab.world.macros["Tagger"] = changing
    before = production(shop)
    passed(shop, before, drilled(shop, home, template(head=MACRO), ALLOW))
    assert len(asked) == 1


def test_what_is_added_after_judging_is_not_executed(shop: Estate, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The template is read again just before: another resource in it ends the run, and nothing is made."""
    read, reads = ChangeSets.read, [0]

    def read_and_add(self: ChangeSets, change_set: str, file: str) -> Any:
        found = read(self, change_set, file)
        reads[0] += 1
        (prepared,) = shop.change_sets(change_set)
        prepared.processed = prepared.processed.replace(
            "Resources:", "Resources:\n  Grant: {Type: AWS::SQS::Queue}\n", 1
        )
        prepared.processed = prepared.processed.replace(
            '"Resources":{', '"Resources":{"Grant":{"Type":"AWS::SQS::Queue"},'
        )
        return found

    monkeypatch.setattr(ChangeSets, "read", read_and_add)
    before = production(shop)
    refused(shop, before, drilled(shop, home, template()), "the template changed after it was judged")
    assert reads == [2]


def test_what_is_not_what_was_judged_is_not_executed(shop: Estate, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transform that AWS applies by itself: what it added is named."""
    ask = ChangeSets.ask

    def ask_and_add(self: ChangeSets, *given: Any) -> Any:
        answer = ask(self, *given)
        (prepared,) = shop.change_sets(answer[0])
        prepared.processed = prepared.processed.replace(
            '"Resources":{', '"Resources":{"Grant":{"Type":"AWS::SQS::Queue"},'
        )
        return answer

    monkeypatch.setattr(ChangeSets, "ask", ask_and_add)
    before = production(shop)
    refused(shop, before, drilled(shop, home, template()), "is not what was judged: Resources Grant")


@pytest.mark.parametrize("value", [ROLE, "nobody"], ids=["production's", "nobody's"])
def test_what_the_parameter_store_holds_is_judged_as_it_is(shop: Estate, home: Path, value: str) -> None:
    """A name that is production's, found there, is refused as one that is written out."""
    shop.client("ssm").put_parameter(Name="/b", Value=value, Type="String")
    before = production(shop)
    body = template(GRANT.replace("ROLE", "!Ref Stored")).replace(
        "Parameters: {EnvironmentName: {Type: String}}", STORED
    )
    refused(shop, before, drilled(shop, home, body), f"Grant would change '{value}'")


def test_what_was_looked_up_is_executed_as_it_was_judged(shop: Estate, home: Path) -> None:
    """The second change set names the value itself: nothing is looked up again."""
    shop.client("ssm").put_parameter(Name="/b", Value="blue", Type="String")
    before = production(shop)
    queue = "  Jobs: {Type: AWS::SQS::Queue, Properties: {Tags: [{Key: colour, Value: !Ref Stored}]}}"
    body = template(queue).replace("Parameters: {EnvironmentName: {Type: String}}", STORED)
    found = drilled(shop, home, body)
    passed(shop, before, found)
    (edit,) = [each for each in run_json(found)["template"]["edits"] if each["resource"] == "Parameters"]
    assert (edit["property"], edit["becomes"]) == ("Stored.Type", "String")


def test_a_parameter_that_nobody_stored_fails_the_drill(shop: Estate, home: Path) -> None:
    """In AWS's words."""
    before = production(shop)
    body = template().replace("Parameters: {EnvironmentName: {Type: String}}", STORED)
    refused(shop, before, drilled(shop, home, body), "Unable to fetch parameters [/b]", Verdict.FAILED)


def test_a_large_template_goes_through_the_bucket(shop: Estate, home: Path) -> None:
    """Without one it is told which line to write; with one it lies there as long as it is needed."""
    many = [f"  Large: {{Type: AWS::SQS::Queue, Metadata: {{Note: {'x' * 52_000}}}}}"]
    before = production(shop)
    without = drilled(shop, home / "one", template(*many))
    refused(shop, before, without, "write `replica: {bucket: NAME}` in tiers.yaml", Verdict.FAILED)
    absent = drilled(shop, home / "two", template(*many), shelf="no-such-bucket")
    refused(shop, before, absent, "the bucket no-such-bucket for")
    passed(shop, before, drilled(shop, home / "three", template(*many), shelf=SHELF))
    (asked,) = shop.calls("CreateChangeSet")
    assert asked["TemplateURL"].startswith(f"https://{SHELF}.s3.{REGION}.amazonaws.com/dro-")
    assert len(shop.calls("PutObject")) == len(shop.calls("DeleteObject")) == 1


def test_a_stack_within_is_derived_and_made_with_the_whole(shop: Estate, home: Path) -> None:
    """What lies beside the template is put where CloudFormation finds it, and is gone with the copy."""
    before = production(shop)
    found = drilled(shop, home, template(NEST.replace("WHERE", "./child.yaml")), shelf=SHELF, child=CHILD)
    passed(shop, before, found)
    assert len(shop.calls("CreateChangeSet")) == 1
    edits = {(each["resource"], each["property"]) for each in run_json(found)["template"]["edits"]}
    assert {("Nest/Extra", "DeletionPolicy"), ("Nest/Extra", "QueueName")} <= edits


@pytest.mark.parametrize("hostile", [True, False], ids=["hostile", "harmless"])
def test_a_stack_within_that_only_aws_can_read_is_judged_too(shop: Estate, home: Path, hostile: bool) -> None:
    """Its template lies in a bucket of somebody's: what AWS read there is derived, and put into ours."""
    grant = GRANT.replace("ROLE", ROLE)
    shop.client("s3").put_object(Bucket=BUCKET, Key="c.yaml", Body=(CHILD + grant * hostile).encode())
    before = production(shop)
    url = f"https://{BUCKET}.s3.{REGION}.amazonaws.com/c.yaml"
    found = drilled(shop, home, template(NEST.replace("WHERE", url)), shelf=SHELF)
    if hostile:
        refused(shop, before, found, f"Nest/Grant would change '{ROLE}'")
    else:
        passed(shop, before, found)


@pytest.mark.parametrize(
    ("status", "verdict", "why"),
    [
        ("FAILED", Verdict.FAILED, "its change set FAILED'; asked for by a fault rule of the lab"),
        ("OBSOLETE", Verdict.INCONCLUSIVE, "expired before it was executed"),
    ],
)
def test_a_change_set_that_cannot_be_executed_ends_the_run(
    shop: Estate, home: Path, status: str, verdict: Verdict, why: str
) -> None:
    """It failed, or expired: told, and nothing is left behind."""
    shop.lab.faults.add({"kind": "ends-as", "status": status, "action": "CreateChangeSet"})
    before = production(shop)
    found = drilled(shop, home, template())
    assert why in told(found)
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (verdict, Cleanup.CLEAN)
    assert production(shop) == before


def test_a_macro_that_nobody_has_fails_the_drill(shop: Estate, home: Path) -> None:
    """With AWS's reason; the stack in review goes with it."""
    before = production(shop)
    found = drilled(shop, home, template(head=MACRO), ALLOW)
    refused(shop, before, found, "No transform named 123456789012::Tagger found.", Verdict.FAILED)


def test_a_stack_in_review_of_somebody_elses_is_left_alone(shop: Estate, home: Path) -> None:
    """It bears the copy's name and another run's tag, or none: no change set is added to it, and it stays."""
    cfn, build = shop.client("cloudformation"), CloudFormationStack.build
    names: list[str] = []

    def build_beside(self: CloudFormationStack, copy: Any) -> Any:
        if not names:
            names.append(copy.id)
            body = "Resources:\n  Q: {Type: AWS::SQS::Queue}\n"
            cfn.create_change_set(StackName=copy.id, ChangeSetName="theirs", ChangeSetType="CREATE", TemplateBody=body)
        return build(self, copy)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CloudFormationStack, "build", build_beside)
        found = drilled(shop, home, template())
    assert "exists already and is not of this run" in told(found)
    assert cfn.describe_stacks(StackName=names[0])["Stacks"][0]["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert len(cfn.list_change_sets(StackName=names[0])["Summaries"]) == 1
    assert ROLE in production(shop)["roles"]
