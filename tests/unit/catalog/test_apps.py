"""The stacks of an app in a drill file: which are made, what their parts are called, and what is wrong with them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator.catalog.load import load
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.service import Rebuild
from dr_orchestrator.errors import CatalogError
from dr_orchestrator.resources import TYPES
from tests.support import orders_app

ASSEMBLY = "resources.environment.rebuild.cdk: 'infrastructure/cdk.out': cdk.out/"


def drill(home: Path) -> Drill:
    return load(home / "drills", TYPES).drills["shop-replica"]


def rebuild(home: Path) -> Rebuild:
    found = drill(home).resource.rebuild
    assert found is not None
    return found


def told(home: Path) -> str:
    with pytest.raises(CatalogError) as wrong:
        drill(home)
    return str(wrong.value)


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def changed_manifest(folder: Path, how: Callable[[dict[str, Any]], object]) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    how(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_what_a_stack_needs_is_made_before_it(home: Path) -> None:
    """By the names that they have in AWS; a stack that it does not need, or that makes nothing, is not made."""
    orders_app.write(home)
    found = rebuild(home)
    assert [each.name for each in found.stacks] == ["Orders-Data", "Orders"]
    assert [each.file for each in found.stacks] == ["cdk.out/Data.template.json", "cdk.out/Orders.template.json"]
    assert found.template == ""


def test_what_has_to_be_there_before_is_read_of_the_assembly(home: Path) -> None:
    """Version and place of the bootstrap stack, and its files: never the templates, for AWS is given ours."""
    orders_app.write(home)
    data, orders = rebuild(home).stacks
    assert (data.parameter, data.version) == (orders_app.VERSION, 6)
    assert data.assets == ()
    assert [str(each.at("aws", "123456789012", "us-east-1")) for each in orders.assets] == [
        f"s3://{orders_app.BUCKET}/{orders_app.CODE}"
    ]


def test_the_rule_in_a_template_counts_where_the_manifest_says_nothing(home: Path) -> None:
    """Some synthesise without; the template then says it alone."""
    folder = orders_app.write(home)

    def silent(manifest: dict[str, Any]) -> None:
        for each in manifest["artifacts"].values():
            each.get("properties", {}).pop("requiresBootstrapStackVersion", None)
            each.get("properties", {}).pop("bootstrapStackVersionSsmParameter", None)

    changed_manifest(folder, silent)
    assert {(each.parameter, each.version) for each in rebuild(home).stacks} == {(orders_app.VERSION, 6)}


STAGED = (
    orders_app.SHOP.replace("id: Orders", "id: Prod-Web")
    .replace("stack: Orders", "stack: Prod/Web")
    .replace("      stores: {Orders-Data/Config57D1D894: {resource: sessions, fill: items}}\n", "")
    .partition("  shop-replica:")[0]
)


def test_a_stack_of_a_stage_is_found_by_its_path(home: Path) -> None:
    """As `cdk list` calls it; with its qualifier, its own repository, and the place that it is for."""
    orders_app.write(home, "staged", STAGED)
    found = load(home / "drills", TYPES).services["shop"].resources["environment"].rebuild
    assert found is not None
    assert [each.name for each in found.stacks] == ["Prod-Shared", "Prod-Web"]
    web = found.stacks[1]
    assert (web.parameter, web.account, web.region) == (
        "/cdk-bootstrap/team1/version",
        "123456789012",
        "us-east-1",
    )
    assert [(each.place, each.image) for each in web.assets] == [("team1-images", True)]


@pytest.mark.parametrize("stack", ["Prod/Web", "Prod-Web"])
def test_a_stack_is_named_by_its_path_or_by_its_name_in_aws(home: Path, stack: str) -> None:
    """Both are what people have before them."""
    orders_app.write(home, "staged", STAGED.replace("stack: Prod/Web", f"stack: {stack}"))
    assert load(home / "drills", TYPES).services["shop"]


def test_a_part_is_found_without_its_stack_where_only_one_has_it(home: Path) -> None:
    """In stores, checks and the owner's word; all of it is kept by its whole name."""
    words = "      stores: {Config57D1D894: sessions}\n      leave_out: [JobsDF1CC2D4]\n"
    words += "      allow: {Orders/HealthServiceRoleB029CDB4.Policies: a reason}\n"
    stores = "      stores: {Orders-Data/Config57D1D894: {resource: sessions, fill: items}}\n"
    orders_app.write(home, shop=orders_app.SHOP.replace(stores, words))
    found = drill(home)
    assert found.stores.keys() == {"Orders-Data/Config57D1D894"}
    assert getattr(found.checks[0], "table", "") == "Orders-Data/Config57D1D894"
    word = rebuild(home).answers
    assert list(word.leave_out) == ["Orders/JobsDF1CC2D4"]
    data, orders = rebuild(home).templates
    assert (list(data.answers.leave_out), list(orders.answers.leave_out)) == ([], ["JobsDF1CC2D4"])
    assert list(orders.answers.allow) == ["HealthServiceRoleB029CDB4.Policies"]


def _version(folder: Path) -> None:
    changed_manifest(folder, lambda manifest: manifest.update(version="99.0.0"))


def _no_version(folder: Path) -> None:
    changed_manifest(folder, lambda manifest: manifest.pop("version"))


def _no_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def _no_json(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"version": "55.0.0",\n')


def _no_template(folder: Path) -> None:
    (folder / "Data.template.json").unlink()


def _no_assets(folder: Path) -> None:
    (folder / "Orders.assets.json").unlink()


def _assets_of_another_kind(folder: Path) -> None:
    (folder / "Orders.assets.json").write_text('{"files": {}}')


def _circle(folder: Path) -> None:
    changed_manifest(folder, lambda manifest: manifest["artifacts"]["Data"]["dependencies"].append("Orders"))


def _outside(folder: Path) -> None:
    change(folder / "manifest.json", '"Data.template.json"', '"../../shop.yaml"')


def _asset_outside(folder: Path) -> None:
    change(folder / "Orders.assets.json", '"path": "asset.', '"path": "../../asset.')


def _broken_template(folder: Path) -> None:
    (folder / "Data.template.json").write_text('{"Resources": ')


@pytest.mark.parametrize(
    ("break_it", "words", "fix"),
    [
        (_version, "manifest.json:1: version: the assembly is of version 99.0.0 of the schema", "newer release"),
        (_no_version, "manifest.json:1: version: the assembly is of version none of the schema", "newer release"),
        (_no_manifest, "manifest.json:1: is not a file", "cdk synth"),
        (_no_json, "manifest.json:2: it is no JSON", "cdk synth"),
        (_no_template, "Data.template.json:1: is not a file", "cdk synth"),
        (_no_assets, "Orders.assets.json:1: is not a file", "cdk synth"),
        (_assets_of_another_kind, "Orders.assets.json:1: version: it is no list of assets", "cdk synth"),
        (_circle, "manifest.json:1: artifacts: its stacks wait for one another", "cdk synth"),
        (_outside, "manifest.json:1: artifacts.Data.properties.templateFile: the template of Orders-Data", "cdk synth"),
        (_asset_outside, "Orders.assets.json:1: files.e2def3aa", "cdk synth"),
        (_broken_template, "Data.template.json:1: ", ""),
    ],
)
def test_an_assembly_that_cannot_be_used_is_told(
    home: Path, break_it: Callable[[Path], None], words: str, fix: str
) -> None:
    """The drill file's line, the assembly's own file and key, and what to do."""
    break_it(orders_app.write(home))
    found = told(home)
    assert found.startswith("drills/shop.yaml:")
    assert f"{ASSEMBLY}{words}" in found
    assert fix in found


def test_a_minor_version_of_the_schema_is_none_of_our_business(home: Path) -> None:
    """Readers that compared it refused apps for nothing."""
    changed_manifest(orders_app.write(home), lambda manifest: manifest.update(version="36.0.16"))
    assert rebuild(home).stacks


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("stack: Orders", "stack: Order", "there is no stack 'Order' (did you mean 'Orders'?)"),
        ("      stack: Orders\n", "", "'cdk' does not say which stack of the app"),
        ("cdk: infrastructure/cdk.out", "template: x.yaml", "'stack' is for `cdk`; a template is one stack"),
        ("stack: Orders", "stack: Orders\n      template: x.yaml", "'template' and 'cdk' exclude each other"),
        ("      cdk: infrastructure/cdk.out\n      stack: Orders\n", "", "nothing says what it is made from"),
        ("infrastructure/cdk.out", "infrastructure", "infrastructure/manifest.json:1: is not a file"),
        ("infrastructure/cdk.out", "../../elsewhere", "the assembly lies outside the workspace"),
        ("infrastructure/cdk.out", "shop.yaml", "'shop.yaml': is not a folder"),
        ("stack: Orders", "stack: Unrelated", "the stack has no resources"),
        (
            "Orders-Data/Config57D1D894",
            "Orders/Config57D1D894",
            "has no table, database or bucket 'Orders/Config57D1D894'",
        ),
        ("{Orders.HealthUrl}", "{Orders.HealthUr}", "has no output 'Orders.HealthUr' (did you mean 'Orders.HealthUrl'"),
        ("{Orders.HealthUrl}", "{Orders-Data.HealthUrl}", "has no output 'Orders-Data.HealthUrl'"),
        (
            "stack: Orders\n",
            "stack: Orders\n      leave_out: [Orders-Data/Config57D1D894]\n",
            "'Orders-Data/Config57D1D894' is to be filled from 'sessions'",
        ),
        ("stack: Orders\n", "stack: Orders\n      leave_out: [Orders/Job]\n", "has no resource 'Orders/Job'"),
        ("stack: Orders\n", "stack: Orders\n      empty: {Orders/Job: why}\n", "has no resource 'Orders/Job'"),
        (
            "stack: Orders\n",
            "stack: Orders\n      empty: {Orders-Data/Config57D1D894: refilled}\n",
            "'Orders-Data/Config57D1D894' is to be filled from 'sessions'",
        ),
    ],
)
def test_a_mistake_in_the_drill_file_is_told(home: Path, old: str, new: str, words: str) -> None:
    """At its key, with what is meant where that can be told."""
    shop = orders_app.SHOP.replace(old, new)
    assert shop != orders_app.SHOP
    orders_app.write(home, shop=shop)
    assert words in told(home)


def test_an_asset_knows_what_it_is_made_of(home: Path) -> None:
    """The file or folder of the assembly, which need not be there, and whether it is zipped; none of a programme."""
    folder = orders_app.write(home)
    (asset,) = rebuild(home).stacks[1].assets
    assert (asset.source, asset.zipped) == (str(folder / f"asset.{asset.id}"), True)
    before = drill(home).digest
    shutil.rmtree(folder / f"asset.{asset.id}")
    assert rebuild(home).stacks[1].assets == (asset,)
    change(folder / "Orders.assets.json", f'"path": "asset.{asset.id}"', '"executable": ["make", "code"]')
    (made,) = rebuild(home).stacks[1].assets
    assert made.source == ""
    assert drill(home).digest == before  # where it lies decides nothing


def _with_values(manifest: dict[str, Any], **values: Any) -> None:
    manifest["artifacts"]["Orders"]["properties"].update(values)


def _with_parameter(folder: Path, name: str, **body: str) -> None:
    template = json.loads((folder / "Orders.template.json").read_text())
    template.setdefault("Parameters", {})[name] = {"Type": "String", **body}
    (folder / "Orders.template.json").write_text(json.dumps(template))


def test_a_stack_is_made_with_the_values_and_tags_of_the_manifest(home: Path) -> None:
    """A parameter that has one there needs none in the drill file, whose own word counts more."""
    folder = orders_app.write(home)
    _with_parameter(folder, "Stage")
    _with_parameter(folder, "Size")
    values = {"parameters": {"Stage": "prod", "Size": "large"}, "tags": {"team": "orders"}}
    changed_manifest(folder, lambda manifest: _with_values(manifest, **values))
    data, orders = rebuild(home).templates
    assert (orders.parameters, orders.tags) == ({"Stage": "prod", "Size": "large"}, {"team": "orders"})
    assert (data.parameters, data.tags) == ({}, {})
    before = drill(home).digest
    change(home / "drills" / "shop.yaml", "      stack: Orders\n", "      stack: Orders\n      parameters: {Size: s}\n")
    assert rebuild(home).templates[1].parameters == {"Stage": "prod", "Size": "s"}
    assert drill(home).digest != before


def test_a_legacy_synthesizer_is_told_at_once(home: Path) -> None:
    """One mistake for all its parameters, with the line that mends it; values for them are as good."""
    folder = orders_app.write(home)
    names = [f"AssetParameters{'0a' * 32}{part}1A2B3C4D" for part in ("S3Bucket", "S3VersionKey", "ArtifactHash")]
    for each in names:
        _with_parameter(folder, each)
    found = told(home)
    assert found.count("legacy synthesizer") == 1
    assert "newStyleStackSynthesis" in found
    values = ", ".join(f"{name}: x" for name in names)
    change(
        home / "drills" / "shop.yaml", "      stack: Orders\n", f"      stack: Orders\n      parameters: {{{values}}}\n"
    )
    assert rebuild(home).templates[1].parameters.keys() == set(names)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (
            "aws://999999999999/us-east-1",
            "the stack Orders-Data for account 999999999999, the replica is in 123456789012",
        ),
        (
            "aws://unknown-account/eu-west-1",
            "the stack Orders-Data for region eu-west-1, the replica is in us-east-1",
        ),
    ],
)
def test_an_app_that_is_made_for_another_place_is_told(home: Path, place: str, words: str) -> None:
    """A replica stands in one place: that of its resource."""
    region = "    region: us-east-1\n    rebuild:"
    account = region.replace("    rebuild:", '    account: "123456789012"\n    rebuild:')
    shop = orders_app.SHOP.replace(region, account).replace(
        "id: sessions-prod, region: us-east-1", 'id: sessions-prod, region: us-east-1, account: "123456789012"'
    )
    folder = orders_app.write(home, shop=shop)
    changed_manifest(folder, lambda manifest: manifest["artifacts"]["Data"].update(environment=place))
    assert words in told(home)


def _another_code(folder: Path) -> None:
    hash = "e2def3aa9837371b63f789f8cca9eb16e1a54e068115cfd6cb44fac8433f0536.zip"
    change(folder / "Orders.assets.json", hash, f"0{hash[1:]}")


def _another_table(folder: Path) -> None:
    change(folder / "Data.template.json", "orders-config", "orders-configuration")


def _another_order(folder: Path) -> None:
    changed_manifest(folder, lambda manifest: manifest["artifacts"]["Data"]["properties"].update(tags={"a": "b"}))


@pytest.mark.parametrize("change_it", [_another_code, _another_table, _another_order])
def test_the_definition_changes_with_all_that_the_app_is_made_of(home: Path, change_it: Callable[[Path], None]) -> None:
    """The manifest, each template and each asset are part of the drill's digest."""
    folder = orders_app.write(home)
    before = drill(home).digest
    change_it(folder)
    assert drill(home).digest != before


def test_the_definition_does_not_change_with_what_the_manifest_notes_for_people(home: Path) -> None:
    """Traces, trees and stacks that are not made: the same app, synthesised on another machine, is the same drill."""
    folder = orders_app.write(home)
    before = drill(home).digest

    def noted(manifest: dict[str, Any]) -> None:
        manifest["artifacts"]["Data"]["metadata"] = {"/Data": [{"type": "aws:cdk:logicalId", "trace": ["/home/ada"]}]}
        del manifest["artifacts"]["Unrelated"]

    changed_manifest(folder, noted)
    assert drill(home).digest == before
