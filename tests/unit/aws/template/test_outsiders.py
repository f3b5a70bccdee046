"""Whom a replica lets in or tells: other accounts, people, and networks that it was let into."""

from __future__ import annotations

import json

import pytest

from dr_orchestrator.domain.replica import Place
from tests.support.derived import derived, of

BOTH = pytest.mark.parametrize("place", list(Place))
ACCOUNT = "111122223333"
LIST = f"Parameters: {{Trusted: {{Type: CommaDelimitedList, Default: '{ACCOUNT},444455556666'}}}}\n"


def role(principal: str, more: str = "", effect: str = "Allow") -> str:
    document = f"{{Statement: [{{Effect: {effect}, Principal: {principal}{more}}}]}}"
    return of("AWS::IAM::Role", f"AssumeRolePolicyDocument: {document}")


def written(principal: str) -> str:
    return json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"AWS": principal}}]})


def policy(principal: str, more: str = "") -> str:
    document = f"{{Statement: {{Effect: Allow, Principal: {principal}{more}}}}}"
    return (
        of("AWS::SQS::QueuePolicy", f"Queues: [!Ref Q], PolicyDocument: {document}") + "\n  Q: {Type: AWS::SQS::Queue}"
    )


LET_IN = {
    "an issuer beside its own that is not used": role("{Federated: !Sub [accounts.example.com, {x: !GetAtt It.Arn}]}"),
    "a list": LIST + role("{AWS: !Ref Trusted}"),
    "a text that is split": LIST.replace("CommaDelimitedList", "String") + role("{AWS: !Split [',', !Ref Trusted]}"),
    "a role of theirs": role(f"{{AWS: 'arn:aws:sts::{ACCOUNT}:assumed-role/x/y'}}"),
    "a mapping": f"Mappings: {{M: {{a: {{Root: 'arn:aws:iam::{ACCOUNT}:root'}}}}}}\n"
    + role("{AWS: !FindInMap [M, !Ref 'AWS::Region', Root]}"),
    "a role's text": of("AWS::IAM::Role", f"AssumeRolePolicyDocument: '{written(ACCOUNT)}'"),
    "a text with insertions": of("AWS::IAM::Role", f"AssumeRolePolicyDocument: !Sub '{written(ACCOUNT)}'"),
    "a repository's text": of("AWS::ECR::Repository", f"RepositoryPolicyText: '{written(ACCOUNT)}'"),
    "a destination's text": of(
        "AWS::Logs::Destination", f"DestinationName: x, DestinationPolicy: '{written(ACCOUNT)}'"
    ),
    "a text that is none": of("AWS::IAM::Role", "AssumeRolePolicyDocument: '{Statement'"),
    "anybody": role("'*'"),
    "anybody of theirs": role("{AWS: '*'}", f", Condition: {{StringEquals: {{'aws:PrincipalAccount': '{ACCOUNT}'}}}}"),
    "anybody of theirs, to a queue": policy(
        "'*'", f", Condition: {{StringEquals: {{'aws:SourceAccount': '{ACCOUNT}'}}}}"
    ),
    "an organization": policy("'*'", ", Condition: {StringEquals: {'aws:PrincipalOrgID': o-abcdefghij}}"),
    "a pipeline of elsewhere": role(
        "{Federated: !Sub 'arn:aws:iam::${AWS::AccountId}:oidc-provider/token.actions.githubusercontent.com'}"
    ),
    "anybody to a service": of("AWS::EC2::VPCEndpointServicePermissions", "ServiceId: !Ref S, AllowedPrincipals: ['*']")
    + "\n  S: {Type: AWS::EC2::VPCEndpointService}",
}


@BOTH
@pytest.mark.parametrize("case", LET_IN)
def test_whom_a_policy_lets_in_is_asked(case: str, place: Place) -> None:
    """However they are named, and however the policy is written."""
    found = derived(LET_IN[case], place)
    assert len(found.asks) == (2 if "Trusted" in LET_IN[case] else 1), found.asks
    assert not found.refused


WITHIN = {
    "its own account": role("{AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root'}"),
    "a role that it makes": role("{AWS: !GetAtt R.Arn}") + "\n  R: {Type: AWS::IAM::Role}",
    "anybody of its own account": role(
        "'*'", ", Condition: {StringEquals: {'aws:PrincipalAccount': !Ref 'AWS::AccountId'}}"
    ),
    "anybody, to a queue, from what it makes": policy("'*'", ", Condition: {ArnEquals: {'aws:SourceArn': !Ref T}}")
    + "\n  T: {Type: AWS::SNS::Topic}",
    "who is kept out": role(f"{{AWS: '{ACCOUNT}'}}", effect="Deny"),
    "a service": role("{Service: lambda.amazonaws.com}"),
}


@BOTH
@pytest.mark.parametrize("case", WITHIN)
def test_whom_it_may_let_in_needs_no_word(case: str, place: Place) -> None:
    """The replica's own account, what it makes, services, and who is kept out."""
    assert derived(WITHIN[case], place).accepted


MAIL = "Protocol: email, Endpoint: oncall@example.com"
TOLD = {
    "a list by a condition": of("AWS::SNS::Topic", f"Subscription: !If [A, [{{{MAIL}}}], !Ref 'AWS::NoValue']"),
    "an element by a condition": of("AWS::SNS::Topic", f"Subscription: [!If [A, {{{MAIL}}}, !Ref 'AWS::NoValue']]"),
    "a protocol by its parameter": of(
        "AWS::SNS::Subscription", "TopicArn: !Ref T, Protocol: !Ref Proto, Endpoint: oncall@example.com"
    ),
    "a pager with a name of its own in its path": of(
        "AWS::SNS::Subscription",
        "TopicArn: !Ref T, Protocol: https, Endpoint: !Sub 'https://pager.example.com/KEY/${T.TopicName}'",
    ),
}
HEAD = "Parameters: {Proto: {Type: String, Default: email}}\nConditions: {A: !Equals [!Ref 'AWS::Region', x]}\n"


@BOTH
@pytest.mark.parametrize("case", TOLD)
def test_whoever_a_topic_tells_is_asked(case: str, place: Place) -> None:
    """However the subscription is written; an address is shown by its host alone, for a key may be in it."""
    (ask,) = derived(HEAD + TOLD[case] + "\n  T: {Type: AWS::SNS::Topic}", place).asks
    assert ask.what.startswith("tells ")
    assert "KEY" not in ask.what


@BOTH
def test_an_address_of_its_own_is_nobodys(place: Place) -> None:
    """A gateway that the stack makes, by its host."""
    url = "!Sub 'https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/prod/hook'"
    template = of("AWS::SNS::Subscription", f"TopicArn: !Ref T, Protocol: https, Endpoint: {url}")
    assert derived(template + "\n  T: {Type: AWS::SNS::Topic}\n  Api: {Type: AWS::ApiGateway::RestApi}", place).accepted


def test_no_word_allows_what_is_refused() -> None:
    """A word that was given on one thing is none on another, and a refusal takes none."""
    template = of("AWS::SNS::Subscription", f"TopicArn: 'arn:aws:sns:eu-west-1:{ACCOUNT}:t', {MAIL}")
    found = derived(template, allow={"It": "we know them", "It.TopicArn": "we know it"})
    assert found.refused


VPC = "vpc-0aaaaaaaaaaaaaaaa"
CHANGES = {
    "its names": of("AWS::Route53::HostedZone", f"Name: db.internal, VPCs: [{{VPCId: {VPC}, VPCRegion: us-east-1}}]"),
    "the names of a service": of("AWS::EC2::VPCEndpoint", f"ServiceName: x, VpcId: {VPC}, PrivateDnsEnabled: true"),
    "what it may look up": of(
        "AWS::Route53Resolver::FirewallRuleGroupAssociation",
        f"FirewallRuleGroupId: !Ref G, Priority: 101, VpcId: {VPC}",
    )
    + "\n  G: {Type: AWS::Route53Resolver::FirewallRuleGroup}",
    "who reads it": of("AWS::EC2::FlowLog", f"ResourceId: {VPC}, ResourceType: VPC"),
}


@BOTH
@pytest.mark.parametrize("case", CHANGES)
def test_a_network_that_is_shared_is_not_changed_by_that_word(case: str, place: Place) -> None:
    """To be put into it is one thing; what changes it for all that is in it is asked for itself."""
    (ask,) = derived(CHANGES[case], place, shares=[VPC]).asks
    assert ask.what.startswith(f"changes {VPC}")
    plain = of("AWS::EC2::VPCEndpoint", f"ServiceName: x, VpcId: {VPC}, PrivateDnsEnabled: false")
    assert derived(plain, place, shares=[VPC]).accepted
