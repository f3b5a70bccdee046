"""No secret of a template is told, and of code that is changed the words alone."""

from __future__ import annotations

import pytest

from tests.support.derived import COPY, changes, derived, of, properties

SECRET = {
    "a pair": (
        "AWS::ECS::TaskDefinition",
        "ContainerDefinitions: [{Environment: [{Name: API_TOKEN, Value: hunter2}]}]",
    ),
    "code": ("AWS::EC2::Instance", "UserData: {'Fn::Base64': 'export DB_PASSWORD=hunter2'}"),
    "an address": ("AWS::Lambda::Function", "Environment: {Variables: {DSN: 'https://hunter2@sentry.example.com/1'}}"),
    "a path": ("AWS::Lambda::Function", "Environment: {Variables: {HOOK: 'https://hooks.example.com/hunter2'}}"),
    "a key": (
        "AWS::KinesisFirehose::DeliveryStream",
        "HttpEndpointDestinationConfiguration: {EndpointConfiguration: {Url: 'https://x.test', AccessKey: hunter2}}",
    ),
}


@pytest.mark.parametrize("case", SECRET)
def test_no_secret_is_told(case: str) -> None:
    """Whatever is told of a template is printed and stored: kept as it is, and left out."""
    kind, written = SECRET[case]
    for left_out in ([], [f"It.{written.partition(':')[0]}"]):
        found = derived(of(kind, written), leave_out=left_out)
        assert "hunter2" not in str([*found.edits, *found.asks, *found.refused, *found.notes])


def test_of_code_that_is_changed_the_words_alone_are_told() -> None:
    """Before and after: neither a password nor all of a long text."""
    code = (
        "export DB_PASSWORD=hunter2\\n" + "echo nothing\\n" * 20 + "export T=arn:aws:dynamodb:us-east-1:1:table/orders"
    )
    found = derived(
        of("AWS::EC2::Instance", f'UserData: {{"Fn::Base64": "{code}"}}')
        + "\n  Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: orders}}"
    )
    was, becomes = changes(found)["It.UserData.Fn::Base64"]
    assert (was, becomes) == ("T=arn:aws:dynamodb:us-east-1:1:table/orders", f"{was[:-6]}{COPY}-orders")
    assert "hunter2" in properties(found)["UserData"]["Fn::Base64"]


@pytest.mark.parametrize("name", ["DB_PASS", "STRIPE_KEY", "SALT"])
def test_of_what_code_is_given_the_names_alone_are_kept(name: str) -> None:
    """Whatever they are called: what is left out of a container's environment is told without its values."""
    pair = f"Environment: [{{Name: {name}, Value: hunter2}}]"
    text = of("AWS::ECS::TaskDefinition", f"ContainerDefinitions: [{{Name: a, Image: x, {pair}}}]")
    for left_out in ("It.ContainerDefinitions", "It.ContainerDefinitions.0.Environment.0"):
        told = str([each.was for each in derived(text, leave_out=(left_out,)).edits])
        assert (name in told, "hunter2" in told) == (True, False)
