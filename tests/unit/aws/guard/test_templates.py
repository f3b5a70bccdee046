"""The guard on templates: they lie under the copy's name in a bucket of ours that the workspace declares."""

from __future__ import annotations

import pytest

from dr_orchestrator.aws.guard import Forbidden
from tests.support.guarded import ACCOUNT, COPY, FOUND, guard

OWN = FOUND.format(COPY)
CHANGE_SET = {"StackName": COPY, "ChangeSetName": f"{COPY}-make", "ChangeSetType": "CREATE"}
OBJECT = {"Bucket": "drill-templates", "Key": f"{COPY}/{'0' * 40}.json", "ExpectedBucketOwner": ACCOUNT}


@pytest.mark.parametrize(
    "url",
    [
        OWN.replace("drill-templates", "prod-templates"),
        OWN.replace(COPY, "shop-prod"),
        OWN.replace(".s3.", ".evil.s3."),
        OWN.replace("amazonaws.com", "example.com"),
        OWN.replace("https:", "http:"),
        f"{OWN}?versionId=7",
        OWN.replace("0" * 40, "../shop"),
        "",
    ],
)
def test_a_stack_is_made_of_no_other_template(url: str) -> None:
    """One in another bucket, or under another name, is nobody's that was judged."""
    with pytest.raises(Forbidden, match="TemplateURL"):
        guard(COPY).check("cloudformation", "CreateChangeSet", {**CHANGE_SET, "TemplateURL": url}, "us-east-1")


def test_a_stack_is_made_of_the_copys_own_template() -> None:
    """In the bucket that is declared; or of one that is given in the call."""
    for given in ({"TemplateURL": OWN}, {"TemplateBody": "{}"}):
        guard(COPY).check("cloudformation", "CreateChangeSet", {**CHANGE_SET, **given}, "us-east-1")


def test_in_a_bucket_of_before_the_runs_own_is_deleted_and_nothing_is_put() -> None:
    """The ledger has it of this run, whatever the workspace names by now."""
    made, given = guard(COPY), {**OBJECT, "Bucket": "templates-of-before"}
    made._used = lambda: {"templates-of-before"}
    made.check("s3", "DeleteObject", given, "us-east-1")
    with pytest.raises(Forbidden, match="is no place that the workspace declares"):
        made.check("s3", "PutObject", {**given, "Body": b"{}", "ContentType": "application/json"}, "us-east-1")
    with pytest.raises(Forbidden, match="is not a copy of this run"):
        made.check("s3", "DeleteObject", {**given, "Key": "shop-prod/a.json"}, "us-east-1")


@pytest.mark.parametrize(
    ("operation", "more"), [("PutObject", {"Body": b"{}", "ContentType": "application/json"}), ("DeleteObject", {})]
)
def test_no_template_goes_into_a_bucket_of_somebody_else(operation: str, more: dict[str, object]) -> None:
    """S3 is told whose it has to be: its name may be another account's by now."""
    guard(COPY).check("s3", operation, {**OBJECT, **more}, "us-east-1")
    with pytest.raises(Forbidden, match="no drill leaves ExpectedBucketOwner out"):
        lacking = {key: value for key, value in OBJECT.items() if key != "ExpectedBucketOwner"}
        guard(COPY).check("s3", operation, {**lacking, **more}, "us-east-1")
