"""What the caller may do and for how long: a simulation that knows little stops nothing, an end that is sure does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.credentials import Credentials, RefreshableCredentials

from dr_orchestrator.aws.access.lifetime import Lifetime, lifetime
from dr_orchestrator.aws.accounts import Account, Caller
from dr_orchestrator.aws.calls.api import Denied
from dr_orchestrator.aws.preflight import place, rights
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.leading import Controls, RecordType
from dr_orchestrator.domain.preflight import Doubt, NotApplicable
from dr_orchestrator.domain.resource_type import ResourceType
from dr_orchestrator.domain.vault import Vault
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources import TYPES

COPY = Copy("dynamodb-table", "dro-r-sessions", "us-east-1", "r", "a-drill", "a-service")
ROLE = Caller("123456789012", "arn:aws:sts::123456789012:assumed-role/dro-drill/somebody")
ACTIONS = ["dynamodb:RestoreTableToPointInTime", "dynamodb:DeleteTable"]
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def answering(decision: str, asked: list[dict[str, Any]] | None = None) -> Account:
    """An account whose IAM decides so of the first action, and allows the others."""

    def call(_operation: str, **given: Any) -> dict[str, Any]:
        if asked is not None:
            asked.append(given)
        if decision == "denied to ask":
            raise Denied("AccessDenied", call="iam:SimulatePrincipalPolicy")
        first, *others = given["ActionNames"]
        said = {first: decision, **dict.fromkeys(others, "allowed")}
        return {"EvaluationResults": [{"EvalActionName": k, "EvalDecision": v} for k, v in said.items()]}

    return cast(Account, SimpleNamespace(region="us-east-1", api=lambda _service: SimpleNamespace(call=call)))


@pytest.mark.parametrize(("of", "kind"), [(of, kind) for of in TYPES for kind in of.kinds if not of.programmed])
def test_what_makes_and_deletes_the_copy_is_asked(of: ResourceType, kind: Kind) -> None:
    """Both ends of a copy's life are among the actions, and none of another service that its ARN says nothing of."""
    actions = rights.writes(TYPES, of, kind)

    assert {each.partition(":")[0] for each in actions} == {actions[0].partition(":")[0]}
    assert any(":Delete" in each for each in actions)
    assert any(":Restore" in each or ":Create" in each for each in actions)


NAME = Copy("drill-name", "Z1/dro-r-shop.drills.example.com", "eu-central-1", "r", "a-drill", "a-service")


def test_the_right_on_the_zone_is_asked_by_the_names_own_keys() -> None:
    """Of that zone and that name, where Route 53 is to IAM: a policy of `dro iam` allows nothing else."""
    asked: list[dict[str, Any]] = []
    assert "Z1" in rights.simulated_name(answering("allowed", asked), ROLE, NAME, RecordType.CNAME)
    (given,) = asked
    assert given["ResourceArns"] == ["arn:aws:route53:::hostedzone/Z1"]
    context = {
        each["ContextKeyName"]: (each["ContextKeyType"], each["ContextKeyValues"]) for each in given["ContextEntries"]
    }
    change = "route53:ChangeResourceRecordSets"
    assert given["ActionNames"] == [change]
    assert context[f"{change}NormalizedRecordNames"] == ("stringList", ["dro-r-shop.drills.example.com"])
    assert context[f"{change}RecordTypes"] == ("stringList", ["CNAME"])
    assert context["aws:RequestedRegion"] == ("string", ["us-east-1"])


@pytest.mark.parametrize(("decision", "fault"), [("implicitDeny", Doubt), ("explicitDeny", NotMeasured)])
def test_a_right_on_the_zone_that_lacks_is_told_before_a_drill(decision: str, fault: type[Exception]) -> None:
    """Not when the environment stands already."""
    with pytest.raises(fault, match="ChangeResourceRecordSets"):
        rights.simulated_name(answering(decision), ROLE, NAME, RecordType.CNAME)


ARC = "arn:aws:route53-recovery-control::123456789012"
CONTROLS = Controls(
    f"{ARC}:cluster/0b", f"{ARC}:controlpanel/0a", tuple((each, "") for each in ("eu-west-1", "us-east-1", "us-west-2"))
)


def test_the_rights_on_what_a_switched_name_stands_on_are_asked_as_its_policies_allow_them() -> None:
    """Where IAM sees each call: ARC is in one region for all, and each endpoint outside of the lost one in its own; a
    switch overrides no safety rule, which is no text to IAM.
    """
    asked: list[dict[str, Any]] = []
    told = rights.simulated_controls(answering("allowed", asked), ROLE, CONTROLS, "eu-west-1")
    context = [
        {
            each["ContextKeyName"]: (each["ContextKeyType"], *each["ContextKeyValues"])
            for each in given["ContextEntries"]
        }
        for given in asked
    ]
    seen = [
        (*given["ActionNames"], *given["ResourceArns"], keys["aws:RequestedRegion"][1])
        for given, keys in zip(asked, context, strict=True)
    ]
    config, switch = "route53-recovery-control-config", "route53-recovery-cluster:UpdateRoutingControlStates"
    control = f"{CONTROLS.panel}/routingcontrol/0"
    assert seen == [
        (f"{config}:CreateRoutingControl", CONTROLS.cluster, "us-west-2"),
        (f"{config}:DeleteRoutingControl", control, "us-west-2"),
        ("route53:CreateHealthCheck", "*", "us-east-1"),
        ("route53:DeleteHealthCheck", "arn:aws:route53:::healthcheck/0", "us-east-1"),
        (switch, control, "us-east-1"),
        (switch, control, "us-west-2"),
    ]
    assert all(action in told for action, *_ in seen)
    overrides = [keys.get("route53-recovery-cluster:AllowSafetyRulesOverrides") for keys in context]
    assert overrides == [None] * 4 + [("boolean", "false")] * 2


@pytest.mark.parametrize(("decision", "fault"), [("implicitDeny", Doubt), ("explicitDeny", NotMeasured)])
def test_a_right_on_routing_controls_that_lacks_is_told_before_a_drill(decision: str, fault: type[Exception]) -> None:
    """Else something would be made which nobody may delete."""
    with pytest.raises(fault, match="CreateRoutingControl"):
        rights.simulated_controls(answering(decision), ROLE, CONTROLS, "eu-west-1")


ON_PRODUCTION = ["arn:aws:rds:us-east-1:123456789012:cluster:orders", "arn:aws:rds:us-east-1:123456789012:db:orders-2"]


def test_the_call_on_production_is_asked_of_each_arn_as_of_now() -> None:
    """Whom the drill has write, too; the entry's expiry is a condition on the time, which the simulation is told."""
    asked: list[dict[str, Any]] = []
    at = datetime(2026, 5, 1, 3, tzinfo=UTC)
    told = rights.simulated_failover(answering("allowed", asked), ROLE, "rds:FailoverDBCluster", ON_PRODUCTION, at)
    assert all(each in told for each in ON_PRODUCTION)
    assert [each["ResourceArns"] for each in asked] == [[each] for each in ON_PRODUCTION]
    for given in asked:
        (now,) = [each for each in given["ContextEntries"] if each["ContextKeyName"] == "aws:CurrentTime"]
        assert (now["ContextKeyType"], now["ContextKeyValues"]) == ("date", ["2026-05-01T03:00:00Z"])


@pytest.mark.parametrize(("decision", "fault"), [("implicitDeny", Doubt), ("explicitDeny", NotMeasured)])
def test_a_right_on_production_that_lacks_is_told_before_a_drill(decision: str, fault: type[Exception]) -> None:
    """Not when a client writes already."""
    at = datetime(2026, 5, 1, 3, tzinfo=UTC)
    with pytest.raises(fault, match="FailoverDBCluster"):
        rights.simulated_failover(answering(decision), ROLE, "rds:FailoverDBCluster", ON_PRODUCTION, at)


def test_the_roles_own_policies_are_asked_for_the_copy() -> None:
    """The assumed role's role is simulated, on the copy's ARN, with the tags that the copy will wear."""
    asked: list[dict[str, Any]] = []
    assert "allows" in rights.simulated(answering("allowed", asked), ROLE, COPY, TYPES.copies[COPY.type], ACTIONS)

    given, without = asked
    assert given["PolicySourceArn"] == "arn:aws:iam::123456789012:role/dro-drill"
    assert given["ResourceArns"] == ["arn:aws:dynamodb:us-east-1:123456789012:table/dro-r-sessions"]
    keys, bare = ({each["ContextKeyName"] for each in one["ContextEntries"]} for one in (given, without))
    assert keys >= {"aws:RequestTag/dr-drill:run", "aws:ResourceTag/dr-drill:run", "aws:TagKeys"}
    assert bare == {"aws:RequestedRegion"}


def test_a_bucket_is_asked_for_by_the_arn_that_it_has() -> None:
    """Which tells no place: of one with a place IAM knows nothing."""
    asked: list[dict[str, Any]] = []
    bucket = Copy("s3-bucket", "dro-r-files", "us-east-1", "r", "a-drill", "a-service")
    rights.simulated(answering("allowed", asked), ROLE, bucket, TYPES.copies["s3-bucket"], ["s3:PutObject"])
    assert asked[0]["ResourceArns"] == ["arn:aws:s3:::dro-r-files"]


def test_an_object_whose_tags_iam_always_sees_is_asked_for_once() -> None:
    """Only where an account may not see them is there a second question."""
    asked: list[dict[str, Any]] = []
    instance = Copy("rds-instance", "dro-r-orders", "us-east-1", "r", "a-drill", "a-service")
    assert rights.simulated(answering("allowed", asked), ROLE, instance, TYPES.copies[instance.type], ACTIONS)
    assert len(asked) == 1


@pytest.mark.parametrize("decision", ["explicitDeny", "implicitDeny"])
def test_a_right_that_hangs_on_tags_that_iam_may_not_see_is_told(decision: str) -> None:
    """No look can tell whether such a copy could be deleted: that is said in so many words, and does not stop."""

    def call(_operation: str, **given: Any) -> dict[str, Any]:
        seen = any("ResourceTag" in each["ContextKeyName"] for each in given["ContextEntries"])
        said = dict.fromkeys(given["ActionNames"], "allowed") | ({} if seen else {"dynamodb:DeleteTable": decision})
        return {"EvaluationResults": [{"EvalActionName": k, "EvalDecision": v} for k, v in said.items()]}

    account = cast(Account, SimpleNamespace(api=lambda _service: SimpleNamespace(call=call)))
    with pytest.raises(Doubt, match="allowed dynamodb:DeleteTable only where IAM sees the tags of a DynamoDB table"):
        rights.simulated(account, ROLE, COPY, TYPES.copies[COPY.type], ACTIONS)


@pytest.mark.parametrize(
    ("decision", "outcome", "told"),
    [
        ("explicitDeny", NotMeasured, "a policy denies"),
        ("implicitDeny", Doubt, "is not allowed dynamodb:RestoreTableToPointInTime"),
        ("denied to ask", NotApplicable, "not simulated: iam:SimulatePrincipalPolicy: AccessDenied"),
    ],
)
def test_only_a_denial_by_name_stops(decision: str, outcome: type[Exception], told: str) -> None:
    """A policy that denies the call will deny it later; what the simulation does not know is only told."""
    with pytest.raises(outcome, match=told):
        rights.simulated(answering(decision), ROLE, COPY, TYPES.copies[COPY.type], ACTIONS)


def test_what_the_organisation_does_not_allow_stops_and_is_told_as_its_own() -> None:
    """No policy of the account can mend it, so that nobody looks there."""

    def call(_operation: str, **given: Any) -> dict[str, Any]:
        allowed = {"EvalDecision": "allowed", "OrganizationsDecisionDetail": {"AllowedByOrganizations": True}}
        barred = {"EvalDecision": "implicitDeny", "OrganizationsDecisionDetail": {"AllowedByOrganizations": False}}
        first, *others = given["ActionNames"]
        results = [{"EvalActionName": first, **barred}, *({"EvalActionName": each, **allowed} for each in others)]
        return {"EvaluationResults": results}

    account = cast(Account, SimpleNamespace(api=lambda _service: SimpleNamespace(call=call)))
    with pytest.raises(NotMeasured, match="a policy of the organisation does not allow") as told:
        rights.simulated(account, ROLE, COPY, TYPES.copies[COPY.type], ACTIONS)
    assert ACTIONS[0] in told.value.message
    assert ACTIONS[1] not in told.value.message
    assert "administers AWS Organizations" in told.value.hint


VAULT = Vault("nightly", "arn:aws:iam::123456789012:role/dr-restore")
POINT = "arn:aws:rds:us-east-1:123456789012:snapshot:awsbackup:job-1"


def test_a_job_is_asked_for_on_its_point_and_its_role_alone() -> None:
    """The start is simulated on the point in its region, the handing over on the role and for AWS Backup."""
    asked: list[dict[str, Any]] = []

    told = rights.simulated_job(answering("allowed", asked), ROLE, POINT, VAULT)

    assert POINT in told
    assert VAULT.role in told
    start, give = (
        {
            **{key: each[key] for key in ("ActionNames", "ResourceArns")},
            **{one["ContextKeyName"]: one["ContextKeyValues"] for one in each["ContextEntries"]},
        }
        for each in asked
    )
    starting = {"ActionNames": ["backup:StartRestoreJob"], "ResourceArns": [POINT]}
    assert start == {**starting, "aws:RequestedRegion": ["us-east-1"]}
    giving = {"ActionNames": ["iam:PassRole"], "ResourceArns": [VAULT.role]}
    passed = {"iam:PassedToService": ["backup.amazonaws.com"], "aws:RequestedRegion": ["us-east-1"]}
    assert give == {**giving, **passed}


@pytest.mark.parametrize("action", ["backup:StartRestoreJob", "iam:PassRole"])
@pytest.mark.parametrize(
    ("decision", "outcome", "told"),
    [("explicitDeny", NotMeasured, "a policy denies"), ("implicitDeny", Doubt, "not allowed")],
)
def test_either_right_that_a_job_lacks_is_told(action: str, decision: str, outcome: type[Exception], told: str) -> None:
    """One denied by name stops before anything is restored; one that nothing mentions is a doubt; each by its name."""

    def call(_operation: str, **given: Any) -> dict[str, Any]:
        (asked,) = given["ActionNames"]
        return {
            "EvaluationResults": [{"EvalActionName": asked, "EvalDecision": decision if asked == action else "allowed"}]
        }

    account = cast(Account, SimpleNamespace(region="us-east-1", api=lambda _service: SimpleNamespace(call=call)))
    with pytest.raises(outcome, match=f"{told} .*{action}|{told}.* {action}") as fault:
        rights.simulated_job(account, ROLE, POINT, VAULT)
    assert action in str(fault.value)
    assert "tag" not in getattr(fault.value, "hint", "")


@pytest.mark.parametrize("arn", ["arn:aws:iam::123456789012:root", "arn:aws:sts::123456789012:user/moto", ""])
def test_who_is_no_principal_is_not_simulated(arn: str) -> None:
    """The root user and a lab's caller have no policies that could be asked."""
    with pytest.raises(NotApplicable, match="not simulated"):
        rights.simulated(answering("explicitDeny"), Caller("123456789012", arn), COPY, TYPES.copies[COPY.type], ACTIONS)


def lasting(life: Lifetime) -> Account:
    return cast(Account, SimpleNamespace(lifetime=lambda: life))


ENDING = Lifetime(False, "end at noon", NOON)


@pytest.mark.parametrize(
    ("life", "ends", "sure", "outcome"),
    [
        (ENDING, NOON + timedelta(minutes=1), True, NotMeasured),
        (ENDING, NOON + timedelta(minutes=1), False, Doubt),
        (ENDING, None, False, Doubt),
        (Lifetime(False, "temporary"), NOON, True, Doubt),
    ],
)
def test_credentials_that_end_first_are_an_obstacle(
    life: Lifetime, ends: datetime | None, sure: bool, outcome: type[Exception]
) -> None:
    """By its history the drill outlives them: it must not start, for its copy could not be deleted; by RTO: told."""
    with pytest.raises(outcome):
        rights.last(lasting(life), ends, sure)


def test_credentials_that_last_are_no_obstacle() -> None:
    """They end after the drill, or are refreshed."""
    assert rights.last(lasting(ENDING), NOON - timedelta(minutes=1), sure=True)
    assert rights.last(lasting(Lifetime(True, "refreshed")), NOON, sure=True) == "refreshed"


def refreshable(method: str) -> RefreshableCredentials:
    return RefreshableCredentials("key", "hush", "hush", NOON, refresh_using=dict, method=method)


@pytest.mark.parametrize(
    ("credentials", "is_lasting", "until"),
    [
        (refreshable("assume-role"), True, None),
        (refreshable("env"), False, NOON),
        (Credentials("key", "hush", token="hush", method="shared-credentials-file"), False, None),
        (Credentials("key", "hush", method="env"), True, None),
        (None, False, None),
    ],
)
def test_only_a_known_end_is_an_end(credentials: Any, is_lasting: bool, until: datetime | None) -> None:
    """What botocore refreshes lasts; variables of the environment never change; nothing secret is told."""
    life = lifetime(credentials)

    assert (life.lasting, life.until) == (is_lasting, until)
    assert "hush" not in life.told


@pytest.mark.parametrize(
    "arn", ["arn:aws:rds:eu-west-1:123456789012:db:x", "arn:aws:rds:us-east-1:999999999999:db:x", ""]
)
def test_a_copy_elsewhere_is_no_copy(arn: str) -> None:
    """Another region, another account, or no ARN at all fails."""
    assert place.same("arn:aws:rds:us-east-1:123456789012:db:x", "us-east-1", "123456789012")
    with pytest.raises(NotRecoverable, match="was made in"):
        place.same(arn, "us-east-1", "123456789012")
