"""An app's assets are published in an account of replicas, timed, and left there: nothing is ever written over."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.aws.guard import Guard
from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.reporting.export import run_json
from dr_orchestrator.resources.cloudformation_stack.publishing.files import Files
from dr_orchestrator.wiring import sweeping
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import apart_app, orders_app
from tests.support.apart_app import BUCKET, OTHER, TAG
from tests.support.dying import die, killed_in, resumed
from tests.support.estate import Estate
from tests.support.orders_app import CODE
from tests.support.shop import ended, run

STEP = "publish assets of stack Orders"


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with orders_app.ground(tmp_path_factory.mktemp("lab")) as made:
        yield made


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    with apart_app.world(shop, home) as made:
        yield made


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Every call that the guard is asked for, with its parameters."""
    made: list[dict[str, Any]] = []
    check = Guard.check

    def noted(guard: Guard, service: str, operation: str, parameters: Any, region: str = "") -> None:
        made.append({"operation": operation, **parameters})
        check(guard, service, operation, parameters, region)

    monkeypatch.setattr(Guard, "check", noted)
    return made


def puts(shop: Estate, bucket: str = BUCKET) -> list[dict[str, Any]]:
    return [each for each in shop.calls("PutObject") if each["Bucket"] == bucket]


def detail(found: Run, step: str = STEP) -> str:
    return next(each.detail for each in found.steps if each.name == step)


def test_a_file_of_the_assembly_is_published_before_its_stack(
    shop: Estate, here: wiring.App, home: Path, asked: list[dict[str, Any]]
) -> None:
    """As the CDK would: the archive of the folder under its hash; a step of its own, within the recovery's clock."""
    found = run(here, "shop-replica")
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing
    steps = [each.name for each in found.steps]
    assert steps.index("destroy environment") > steps.index("create environment") == steps.index(STEP) + 1
    assert "publish assets of stack Orders-Data" not in steps  # it has none
    (body,) = apart_app.published(shop).values()
    with zipfile.ZipFile(io.BytesIO(body)) as read:
        assert read.namelist() == ["index.js"]
        assert read.read("index.js") == (apart_app.code(home) / "index.js").read_bytes()
    put, *again = (each for each in asked if each["operation"] == "PutObject")
    assert again == [put]  # as it is built, and as it is tried
    named = {"Bucket": BUCKET, "Key": CODE, "ContentType": "application/zip"}
    assert {**put, **named, "IfNoneMatch": "*", "ExpectedBucketOwner": OTHER} == put
    step = next(each for each in found.steps if each.name == STEP)
    began = next(event.offset for event in found.events if event.moment is Moment.RECOVERY_STARTED)
    ready = next(event.offset for event in found.events if event.moment is Moment.INFRASTRUCTURE_READY)
    assert began <= step.offset < ready


def test_the_record_tells_what_the_run_published_and_that_it_stays(shop: Estate, here: wiring.App, home: Path) -> None:
    """In the step, and as observations, the first of them before the call; in the JSON and on the page, too."""
    found = run(here, "shop-replica")
    name = f"{BUCKET}/{CODE}"
    size = len(apart_app.published(shop)[CODE])
    assert [each.state for each in found.observations if each.copy == name] == [
        f"publishing, from the assembly's asset.{CODE.removesuffix('.zip')}",
        "published",
    ]
    assert detail(found).startswith(f"s3://{name} ({size:,} bytes) from the assembly's asset.")
    assert detail(found).endswith("it is named by its content, and others may take it from there")
    assert name in json.dumps(run_json(found))
    (page,) = (home / "reports" / "generated").glob("*.md")
    assert STEP in page.read_text()


def test_what_is_there_is_not_put_again(shop: Estate, here: wiring.App) -> None:
    """Neither by the next drill, nor over what another publisher left under the name."""
    apart_app.client(shop, "s3").put_object(Bucket=BUCKET, Key=CODE, Body=b"somebody's")
    before = len(puts(shop))
    found = run(here, "shop-replica")
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN)
    assert len(puts(shop)) == before
    assert "was there" in detail(found)
    assert apart_app.published(shop) == {CODE: b"somebody's"}


def test_one_that_somebody_else_puts_at_that_moment_is_not_written_over(shop: Estate, here: wiring.App) -> None:
    """S3 itself refuses it: what is there is as good."""
    seen = Files.seen

    def quicker(files: Files, asset: Any) -> str:
        found = seen(files, asset)
        apart_app.client(shop, "s3").put_object(Bucket=BUCKET, Key=CODE, Body=b"somebody's")
        return found

    with mock.patch.object(Files, "seen", quicker):
        found = run(here, "shop-replica")
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN)
    assert apart_app.published(shop) == {CODE: b"somebody's"}
    assert "was there" in detail(found)


def test_what_the_assembly_does_not_hold_is_copied_from_production(
    shop: Estate, here: wiring.App, home: Path, asked: list[dict[str, Any]]
) -> None:
    """Read there alone: not one write goes to production's bucket."""
    shutil.rmtree(apart_app.code(home))
    content = b"the code that production runs" * 1000
    shop.client("s3").put_object(Bucket=orders_app.BUCKET, Key=CODE, Body=content)
    before = len(puts(shop, orders_app.BUCKET))
    found = run(here, "shop-replica")
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing
    assert apart_app.published(shop) == {CODE: content}
    assert len(puts(shop, orders_app.BUCKET)) == before
    assert f"from production's s3://{orders_app.BUCKET}/{CODE}" in detail(found)
    read = [each for each in asked if each["operation"] == "GetObject"]
    assert {(each["Bucket"], each["ExpectedBucketOwner"]) for each in read} == {(orders_app.BUCKET, ACCOUNT)}


def test_a_plan_tells_what_will_be_published_and_from_where(shop: Estate, here: wiring.App, home: Path) -> None:
    """Each asset: there already, from the assembly, or from production's bucket; nothing is put by a plan."""

    def told() -> str:
        return {each.name: each.words for each in plan(here, "shop-replica").preflight.looks}["assets"]

    assert told().startswith(f"s3://{BUCKET}/{CODE} will be copied from the assembly's asset.")
    shutil.rmtree(apart_app.code(home))
    assert told() == f"s3://{BUCKET}/{CODE} will be copied from production's s3://{orders_app.BUCKET}/{CODE}"
    apart_app.client(shop, "s3").put_object(Bucket=BUCKET, Key=CODE, Body=b"")
    assert told() == f"s3://{BUCKET}/{CODE} is there"
    assert len(puts(shop)) == 1  # ours


def _nowhere(shop: Estate, home: Path) -> None:
    shutil.rmtree(apart_app.code(home))
    shop.client("s3").delete_object(Bucket=orders_app.BUCKET, Key=CODE)


def _no_bucket(shop: Estate, home: Path) -> None:
    apart_app.client(shop, "s3").delete_bucket(Bucket=BUCKET)


def _no_bucket_in_production(shop: Estate, home: Path) -> None:
    _nowhere(shop, home)
    shop.client("s3").delete_bucket(Bucket=orders_app.BUCKET)


def _no_access(shop: Estate, home: Path) -> None:
    shop.lab.faults.add({"service": "s3", "action": "ListObjectsV2", "kind": "access-denied"})


@pytest.mark.parametrize(
    ("lacking", "words", "what_to_do"),
    [
        (_nowhere, f"the assembly does not hold asset.{CODE.removesuffix('.zip')}", "`cdk synth`"),
        (_no_bucket_in_production, f"production has no s3://{orders_app.BUCKET}/{CODE}", "cdk-assets publish"),
        (_no_bucket, f"there is no bucket {BUCKET}", f"`cdk bootstrap aws://{OTHER}/us-east-1`"),
        (_no_access, "s3:ListObjectsV2: AccessDenied", "allow s3:ListObjectsV2"),
    ],
)
def test_what_cannot_be_published_is_told_before_anything_is_made(
    shop: Estate, here: wiring.App, home: Path, lacking: Any, words: str, what_to_do: str
) -> None:
    """By plan and run: the call, what lacks and what to do; nothing is left behind."""
    lacking(shop, home)
    (blocker,) = plan(here, "shop-replica").preflight.blockers
    assert words in blocker.words
    assert what_to_do in blocker.hint
    found = run(here, "shop-replica")
    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE
    assert words in found.closing.reasons[0]
    assert (shop.calls("CreateChangeSet"), puts(shop), found.copies) == ([], [], ())


def test_a_bucket_that_cannot_be_written_to_ends_the_run(shop: Estate, here: wiring.App) -> None:
    """The look could not see that: INCONCLUSIVE with the call, and all that was made is taken down."""
    shop.lab.faults.add({"service": "s3", "action": "PutObject", "kind": "access-denied"})
    found = run(here, "shop-replica")
    assert ended(found) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)
    assert found.closing is not None
    assert "s3:PutObject: AccessDenied" in found.closing.reasons[0]
    assert apart_app.published(shop) == {}
    assert all(row.state in ("deleted", "never created") for row in found.copies)


@pytest.mark.campaign(1)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_that_died_publishing_goes_on_or_is_swept(shop: Estate, here: wiring.App, when: str) -> None:
    """Before the call or after it: once there, it is not put again; a sweep leaves it."""
    put = Files._put

    def dying(files: Files, *given: Any) -> int | None:
        if when == "after":
            put(files, *given)
        return die()  # type: ignore[return-value,func-returns-value]

    dead = killed_in(here, "shop-replica", mock.patch.object(Files, "_put", dying))
    there = apart_app.published(shop)
    assert bool(there) is (when == "after")
    found = resumed(here, dead)
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing
    assert len(puts(shop)) == 1
    another = killed_in(here, "shop-replica", mock.patch.object(Files, "seen", die))
    assert all(each.gone for each in sweeping.sweep_run(here, another, "by hand"))
    assert CODE in apart_app.published(shop)


def test_an_image_is_copied_by_its_digest(shop: Estate, here: wiring.App, home: Path) -> None:
    """Manifest and layers of production's repository, byte by byte; what is there is not sent again."""
    apart_app.with_image(home)
    ours, theirs = apart_app.repositories(shop)
    config, *layers = (apart_app.layer(shop, ours, bytes([n]) * (n + 1) * 1000) for n in range(3))
    digest = apart_app.push(shop, ours, {"config": config, "layers": layers}, TAG)
    told = {each.name: each.words for each in plan(here, "shop-replica").preflight.looks}["assets"]
    assert f"image {TAG} in {theirs} will be copied from production's {ours}@{digest}" in told

    found = run(here, "shop-replica")

    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing
    (image,) = apart_app.client(shop, "ecr").describe_images(repositoryName=theirs)["imageDetails"]
    assert (image["imageDigest"], image["imageTags"]) == (digest, [TAG])
    sent = [each["layerDigests"] for each in shop.calls("CompleteLayerUpload") if each["repositoryName"] == theirs]
    assert sent == [[each["digest"]] for each in (config, *layers)]
    assert f"(6,000 bytes) from production's {ours}@{digest}" in detail(found)
    assert "/lab/layer/" not in json.dumps(run_json(found))  # the address opens a layer to whoever has it
    again = run(here, "shop-replica")
    assert f"image {TAG} in {theirs} was there" in detail(again)
    assert len(shop.calls("CompleteLayerUpload")) == 2 * len(sent)


def test_an_image_of_several_platforms_is_copied_with_each(shop: Estate, here: wiring.App, home: Path) -> None:
    """Each under its own digest, and no tag; the list of them last, under the app's."""
    apart_app.with_image(home)
    ours, theirs = apart_app.repositories(shop)
    platforms = []
    for number in range(2):
        config, layer = (apart_app.layer(shop, ours, f"{what} {number}".encode()) for what in ("config", "layer"))
        platforms.append({"digest": apart_app.push(shop, ours, {"config": config, "layers": [layer]})})
    index = apart_app.push(shop, ours, {"manifests": platforms}, TAG)
    found = run(here, "shop-replica")
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing
    images = apart_app.client(shop, "ecr").describe_images(repositoryName=theirs)["imageDetails"]
    assert [each["imageDigest"] for each in images] == [*(each["digest"] for each in platforms), index]
    assert [each.get("imageTags", []) for each in images if each["imageDigest"] == index] == [[TAG]]


def test_an_image_that_production_has_not_is_told_with_what_to_do(shop: Estate, here: wiring.App, home: Path) -> None:
    """Nothing is built by a drill."""
    apart_app.with_image(home)
    ours, _theirs = apart_app.repositories(shop)
    (blocker,) = plan(here, "shop-replica").preflight.blockers
    assert f"production has no image {TAG} in {ours}" in blocker.words
    assert "cdk-assets publish" in blocker.hint


def test_a_layer_that_is_another_is_not_published(shop: Estate, here: wiring.App, home: Path) -> None:
    """Whoever answers for production's registry: bytes that have not the digest they were asked by go nowhere."""
    apart_app.with_image(home)
    ours, theirs = apart_app.repositories(shop)
    config = apart_app.layer(shop, ours, b"right")
    apart_app.push(shop, ours, {"config": config, "layers": []}, TAG)
    with mock.patch("dr_orchestrator.lab.cloud.layers.answer", lambda _: (200, b"wrong")):
        found = run(here, "shop-replica")
    assert ended(found) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)
    assert found.closing is not None
    assert f"asked for {config['digest']}" in found.closing.reasons[0]
    assert apart_app.client(shop, "ecr").describe_images(repositoryName=theirs)["imageDetails"] == []


def test_an_app_that_is_pinned_to_productions_account_is_made_in_that_of_replicas(
    shop: Estate, here: wiring.App, home: Path, asked: list[dict[str, Any]]
) -> None:
    """As `cdk synth` for that account would make it: told as edits, and nothing of it names production's account."""
    apart_app.pinned(home)
    found = run(here, "shop-replica")
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing
    (key,) = apart_app.published(shop)
    assert key == CODE
    bodies = [each["TemplateBody"] for each in asked if each["operation"] == "CreateChangeSet"]
    assert ACCOUNT not in "".join(bodies)
    assert BUCKET in "".join(bodies)
    assert found.template is not None
    edits = [each for each in found.template.edits if ACCOUNT in str(each.was)]
    assert {each.why for each in edits} == {
        f"the app is pinned to account {ACCOUNT}, and the replica stands in account {OTHER}"
    }
