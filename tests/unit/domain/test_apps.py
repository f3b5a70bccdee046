"""An environment of several stacks: how each is made, which word is about it, and what has to be there."""

from __future__ import annotations

from dr_orchestrator.domain.app import Asset, Stack
from dr_orchestrator.domain.replica import Allowance, Answers, Edit, Empty, Made, digest_of
from dr_orchestrator.domain.service import Fill, Rebuild

DATA = Stack("Data", "{}", "cdk.out/Data.template.json", ("Stage",), within={"cdk.out/Inner.json": "{}"})
WEB = Stack("Web", "[]", "cdk.out/Web.template.json")
APP = Rebuild(
    "",
    "cdk.out",
    {"Stage": "{copy}", "Other": "x"},
    answers=Answers(["Data/Pager"], {"Web/Api": "agreed", "Data/Table": "shared"}, shares=["vpc-0123abcd"]),
    stacks=(DATA, WEB),
)


def test_an_asset_is_named_where_the_copy_stands() -> None:
    """The account, the region and the partition that the app leaves open are those of the copy."""
    file = Asset("0a1b", "cdk-assets-${AWS::AccountId}-${AWS::Region}", "0a1b.zip").at("aws-cn", "1234", "cn-north-1")
    assert str(file) == "s3://cdk-assets-1234-cn-north-1/0a1b.zip"
    assert str(Asset("0a1b", "images", "0a1b", image=True)) == "image 0a1b in images"


def test_a_stack_that_is_pinned_to_an_account_is_moved_with_its_assets() -> None:
    """It is remembered where it was pinned to; one that is pinned nowhere, or there already, stays as it is."""
    file = Asset("0a1b", "cdk-assets-111111111111-${AWS::Region}", "0a1b.zip")
    moved = Stack("Data", "{}", "Data.template.json", (), assets=(file,), account="111111111111").moved("222222222222")
    assert (moved.account, moved.pinned) == ("222222222222", "111111111111")
    assert [each.place for each in moved.assets] == ["cdk-assets-222222222222-${AWS::Region}"]
    assert moved.moved("222222222222") is moved
    assert WEB.moved("222222222222") is WEB


def test_a_store_is_filled_by_items_unless_it_is_said_to_be_imported() -> None:
    """By the word of its owner alone, wherever the replica stands."""
    rebuild = Rebuild("{}", "t.yaml", imported=("Orders",))
    assert (rebuild.fill("Orders"), rebuild.fill("Sessions")) == (Fill.IMPORT, Fill.ITEMS)


def test_each_stack_is_made_by_its_own_template_and_word() -> None:
    """Parameters go to the stacks that declare them, answers to those that they name."""
    data, web = APP.templates
    assert (data.template, data.template_path, data.within) == ("{}", DATA.file, DATA.within)
    assert (data.parameters, web.parameters) == ({"Stage": "{copy}"}, {})
    assert (data.answers.leave_out, data.answers.allow) == (["Pager"], {"Table": "shared"})
    assert (web.answers.leave_out, web.answers.allow) == ([], {"Api": "agreed"})
    assert data.word("dro-1").parameters == data.given("dro-1") == {"Stage": "dro-1"}
    assert data.answers.shares == ["vpc-0123abcd"]
    alone = Rebuild("{}", "t.yaml")
    assert alone.templates == (alone,)


def test_what_an_app_was_made_from_is_that_of_its_stacks() -> None:
    """Edits and answers of all; digests that differ as soon as one stack's does, or its name."""
    out = Edit("Data/Pager", "", "AWS::SNS::Topic", None, "its owner left it out")
    data = Made("a", "b", (out, Edit("Data/Table", "TableName", "x", "y", "two cannot bear it")), stack="Data")
    empty = (Empty("Web/Media", "AWS::S3::Bucket"),)
    web = Made("c", "d", allowed=(Allowance("Web/Api", "agreed"),), stack="Web", empty=empty)
    whole = Made.of_stacks([data, web])
    assert (whole.edits, whole.allowed, whole.stacks) == (data.edits, web.allowed, (data, web))
    assert whole.empty == empty
    assert whole.left_out == (out,)
    assert whole.digest == digest_of("Data a\nWeb c\n") != Made.of_stacks([data]).digest
    assert whole.derived_digest == digest_of("Data b\nWeb d\n")
