"""What is brought to another place: shared once it is proven, and left where it lost what proves it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from dr_orchestrator.aws.calls.api import Denied, NotFound
from dr_orchestrator.aws.copies import Proofs
from dr_orchestrator.aws.machines.bringing import Brought, BroughtImage, BroughtSnapshot
from dr_orchestrator.aws.machines.carrying import Bringing, Held
from dr_orchestrator.aws.preflight import keys
from dr_orchestrator.domain.copy import Copy, CopyRecord, CopyState, Identity
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable, UnsafeToDelete
from tests.support.told_aws import ToldAws

OTHER = "222222222222"
AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
NAME = "dro-r-share-brought"
WORN = {"dr-drill:run": "r", "Name": NAME}


def tagged(worn: Mapping[str, str], **told: Any) -> dict[str, Any]:
    return {"Tags": [{"Key": key, "Value": value} for key, value in worn.items()], **told}


def aws(**held: dict[str, Any]) -> ToldAws:
    """An account with a snapshot (`snap`) and an image (`ami`), that tells what its filters let through."""
    there = dict(held)

    def listed(key: str, id: str, by: str) -> Any:
        def tell(given: Mapping[str, Any]) -> dict[str, Any]:
            found = [each for each in there.values() if id in each]
            for one in given["Filters"]:
                values, name = one["Values"], one["Name"]
                worn = [{each["Key"]: each["Value"] for each in of["Tags"]} for of in found]
                told = [
                    of[id] if name == by else tags.get(name.removeprefix("tag:"))
                    for of, tags in zip(found, worn, strict=True)
                ]
                found = [of for of, value in zip(found, told, strict=True) if value in values]
            return {key: found}

        return tell

    def gone(given: Mapping[str, Any]) -> dict[str, Any]:
        there.pop("ami" if "ImageId" in given else "snap")
        return {"Return": True}

    return ToldAws(
        {
            "DescribeSnapshots": listed("Snapshots", "SnapshotId", "snapshot-id"),
            "DescribeImages": listed("Images", "ImageId", "image-id"),
            "ModifySnapshotAttribute": {"Return": True},
            "ModifyImageAttribute": {"Return": True},
            "DeregisterImage": gone,
            "DeleteSnapshot": gone,
        }
    )


def part(told: ToldAws, of: type[Brought], known: str, **given: Any) -> Brought:
    copy = Copy("a-type", NAME, "us-east-1", "r", "a-drill", "a-service")
    record = CopyRecord(copy, CopyState.CREATED, Identity(f"arn:{known}", known), AT)
    account: Any = told.account()
    account.guard = SimpleNamespace(vouch=lambda _: None)
    toolkit: Any = SimpleNamespace(
        account=account,
        proofs=Proofs(lambda _: record, frozenset(), lambda _: ()),
        describe_confirmed=lambda look: look(),
        absence_confirmed=lambda look: look(),
        clock=SimpleNamespace(now=lambda: AT),
        retry_while=lambda act, *_: act(),
        never_created=lambda _: CopyState.NEVER_CREATED,
    )
    toolkit.at = lambda _: toolkit
    return of(toolkit, copy, **given)


def ended(told: ToldAws, of: type[Brought], known: str) -> CopyState:
    made = part(told, of, known)
    return made.destroy(made.copy)


@pytest.mark.parametrize("lost", list(WORN))
@pytest.mark.parametrize("of", [BroughtSnapshot, BroughtImage])
def test_what_lost_a_tag_is_left_and_never_told_as_deleted(of: type[Brought], lost: str) -> None:
    """AWS shows it by the id that the ledger knows."""
    worn = {key: value for key, value in WORN.items() if key != lost}
    told = aws(
        snap=tagged(worn, SnapshotId="snap-1", StartTime=AT),
        ami=tagged(worn, ImageId="ami-1", CreationDate=AT.isoformat()),
    )
    with pytest.raises(UnsafeToDelete):
        ended(told, of, "snap-1" if of is BroughtSnapshot else "ami-1")
    assert told.requests("DeleteSnapshot") == told.requests("DeregisterImage") == []


def test_a_snapshot_of_an_image_that_lost_its_tags_is_left() -> None:
    """The image tells its snapshots while it is there: one outlives it, and nothing proves that one."""
    mapped = [{"Ebs": {"SnapshotId": "snap-1"}}]
    image = tagged(WORN, ImageId="ami-1", CreationDate=AT.isoformat(), BlockDeviceMappings=mapped)
    told = aws(ami=image, snap=tagged({}, SnapshotId="snap-1", StartTime=AT))
    with pytest.raises(UnsafeToDelete, match="snap-1 does not wear the tags"):
        ended(told, BroughtImage, "ami-1")
    assert told.requests("DeleteSnapshot") == []


def test_what_is_proven_is_deleted() -> None:
    """By its tags and the id."""
    told = aws(snap=tagged(WORN, SnapshotId="snap-1", StartTime=AT))
    assert ended(told, BroughtSnapshot, "snap-1") is CopyState.DELETED
    assert [each["SnapshotId"] for each in told.requests("DeleteSnapshot")] == ["snap-1"]


def lent(told: ToldAws, of: type[Brought], known: str) -> list[tuple[str, str]]:
    """What is shared with that one account, in order, by what is said of it."""
    assert part(told, of, known).lend(OTHER) == known
    shares = [each for call in ("ModifySnapshotAttribute", "ModifyImageAttribute") for each in told.requests(call)]
    assert all((each["OperationType"], each["UserIds"]) == ("add", [OTHER]) for each in shares)
    return [(each["Attribute"], each.get("SnapshotId") or each["ImageId"]) for each in shares]


def test_a_snapshot_is_shared_with_one_account_alone() -> None:
    """That volumes may be made of it there: nothing else of it, and with nobody else."""
    told = aws(snap=tagged(WORN, SnapshotId="snap-1", StartTime=AT))
    assert lent(told, BroughtSnapshot, "snap-1") == [("createVolumePermission", "snap-1")]


MAPPED = [{"Ebs": {"SnapshotId": "snap-1"}}]
IMAGE = tagged(WORN, ImageId="ami-1", CreationDate=AT.isoformat(), BlockDeviceMappings=MAPPED)
PART = {"dr-drill:run": "r", "dr-drill:machine": NAME}


def test_an_image_is_shared_with_each_snapshot_that_it_is_made_of() -> None:
    """It alone could be started there, and not copied: EC2 reads its snapshots for that."""
    told = aws(ami=IMAGE, snap=tagged(PART, SnapshotId="snap-1", StartTime=AT))
    assert lent(told, BroughtImage, "ami-1") == [("createVolumePermission", "snap-1"), ("launchPermission", "ami-1")]


@pytest.mark.parametrize(
    ("of", "held", "why"),
    [
        (BroughtSnapshot, {"snap": tagged({"Name": NAME}, SnapshotId="snap-1", StartTime=AT)}, NotRecoverable),
        (BroughtImage, {"ami": IMAGE, "snap": tagged({}, SnapshotId="snap-1", StartTime=AT)}, UnsafeToDelete),
        (BroughtImage, {"ami": IMAGE}, NotMeasured),
        (BroughtSnapshot, {}, NotMeasured),
    ],
)
def test_what_is_not_proven_is_shared_with_nobody(of: type[Brought], held: Any, why: type[Exception]) -> None:
    """Nor is an image, where one of its snapshots is not, or is not to be seen."""
    told = aws(**held)
    with pytest.raises((why, UnsafeToDelete)):
        part(told, of, "snap-1" if of is BroughtSnapshot else "ami-1").lend(OTHER)
    assert told.requests("ModifySnapshotAttribute") == told.requests("ModifyImageAttribute") == []


def test_what_the_other_account_does_not_see_is_not_copied() -> None:
    """It is told so: EC2 would only say that there is no such snapshot."""
    listed = aws().answers["DescribeSnapshots"]

    def unseen(given: Mapping[str, Any]) -> Any:
        if "SnapshotIds" in given:
            raise NotFound("InvalidSnapshot.NotFound")
        return listed(given)

    told = aws().but(DescribeSnapshots=unseen)
    made = part(told, BroughtSnapshot, "", source=lambda: "snap-1", region="us-east-1", lent=True)
    with pytest.raises(NotMeasured, match="which does not see it"):
        made.ask()
    assert told.requests("CopySnapshot") == []


PENDING = tagged(WORN, SnapshotId="snap-2", StartTime=AT, State="error", StateMessage="Source snapshot was deleted")


@pytest.mark.parametrize("lent", [True, False])
def test_what_came_to_nothing_for_its_source_was_deleted_is_not_measured(lent: bool) -> None:
    """It is told which that is, in EC2's own words too: that somebody deleted it proves nothing of what is there."""
    told, made = pending(lent=lent)
    made.ask()
    told.answers = told.but(DescribeSnapshots=there_is()).answers
    with pytest.raises(
        NotMeasured, match="snap-1, of which dro-r-share-brought was being made, is there no more"
    ) as why:
        made.ready()
    assert "ended as 'error': Source snapshot was deleted" in why.value.message


def test_what_came_to_nothing_while_its_source_is_there_is_a_failure() -> None:
    """With EC2's own words."""
    told, made = pending(lent=False)
    made.ask()
    told.answers = told.but(DescribeSnapshots=there_is("snap-1", "snap-2")).answers
    with pytest.raises(NotRecoverable, match="ended as 'error': Source snapshot was deleted") as why:
        made.ready()
    assert why.value.hint == "see the console"


def there_is(*ids: str) -> Any:
    """The snapshots that are told: those of these ids by their id, and by its tags the one that came to nothing."""

    def tell(given: Mapping[str, Any]) -> dict[str, Any]:
        if "SnapshotIds" not in given:
            return {"Snapshots": [PENDING] if ids == () or "snap-2" in ids else []}
        if given["SnapshotIds"][0] not in ids:
            raise NotFound("InvalidSnapshot.NotFound")
        return {"Snapshots": [{"SnapshotId": given["SnapshotIds"][0]}]}

    return tell


def pending(*, lent: bool) -> tuple[ToldAws, Brought]:
    """A snapshot that is being copied, and comes to nothing."""
    told = aws().but(DescribeSnapshots=there_is("snap-1"), CopySnapshot={"SnapshotId": "snap-2"})
    made = part(told, BroughtSnapshot, "", source=lambda: "snap-1", region="us-east-1", lent=lent)
    tools: Any = made._toolkit
    tools.ask = lambda make, _: make()

    def ended(*_: Any) -> Any:
        raise NotRecoverable(f"{NAME} ended as 'error'", "see the console")

    tools.wait_until_ready = ended
    made._feed = lambda: None  # type: ignore[method-assign,assignment]
    return told, made


RESOURCE = Resource("share", "ebs-volume", "vol-1", "us-east-1")
KEY, OWN = "arn:aws:kms:us-east-1:111111111111:key/1", "arn:aws:kms:us-east-1:111111111111:key/2"


def way(manager: str = "CUSTOMER", default: str = "", **to: Any) -> Bringing:
    """`default` is the key under which EBS encrypts by default, where it does."""

    def about(given: Mapping[str, Any]) -> dict[str, Any]:
        arn = given["KeyId"] if given["KeyId"].startswith("arn:") else KEY
        of_aws = given["KeyId"].startswith("alias/aws/")
        return {"KeyMetadata": {"KeyManager": "AWS" if of_aws else manager, "Arn": arn, "KeyState": "Enabled"}}

    answers = {
        "DescribeKey": about,
        "GetEbsEncryptionByDefault": {"EbsEncryptionByDefault": bool(default)},
        "GetEbsDefaultKmsKeyId": {"KmsKeyId": default},
    }
    account = ToldAws(answers).account()
    toolkit: Any = SimpleNamespace(account=account)
    toolkit.at = lambda _: toolkit
    return Bringing(BroughtSnapshot, "ebs-snapshot", RESOURCE, Destination(account=OTHER, **to), toolkit)


def test_the_key_under_which_it_is_shared() -> None:
    """The one that the drill names, else within one region the source's own; none of what is not encrypted."""
    point, plain = Held("snap-1", True, (KEY,)), Held("snap-1", False)
    assert way(region="us-east-1").shareable(point) == KEY
    assert way(region="eu-central-1", lent=OWN).shareable(point) == OWN
    assert way(region="us-east-1", lent=OWN).shareable(point) == OWN
    assert way(region="us-east-1", lent=OWN).shareable(plain) == ""


PLAIN = Held("snap-1", False)


def test_the_key_of_what_ebs_encrypts_by_default() -> None:
    """The one that the drill names, else EBS's default where that is a team's own; it is named by its ARN."""
    assert way(region="us-east-1", default=OWN).shareable(PLAIN) == OWN
    assert way(region="us-east-1", default="alias/a-team").shareable(PLAIN) == KEY
    assert way(region="us-east-1", default="alias/aws/ebs", lent=OWN).shareable(PLAIN) == OWN


@pytest.mark.parametrize(
    "made", [way(region="us-east-1", default="alias/aws/ebs"), way("AWS", region="us-east-1", default=KEY, lent=OWN)]
)
def test_what_ebs_would_encrypt_with_a_key_of_awss_own_is_refused(made: Bringing) -> None:
    """By the call that told, with what to name in its place: nothing encrypted so can be shared."""
    with pytest.raises(NotRecoverable, match=r"EBS encrypts by default in us-east-1 of the source's account") as told:
        made.shareable(PLAIN)
    assert "add `shared_key`" in told.value.hint
    assert told.value.call == "ec2:GetEbsEncryptionByDefault"


@pytest.mark.parametrize("refused", [Denied("no"), NotFound("no such key")])
def test_a_key_that_keeps_the_other_account_out_is_told(refused: Exception) -> None:
    """Its policy alone says so, and is asked there: that account's own answer."""
    account = ToldAws({"DescribeKey": refused}).account()
    with pytest.raises(NotRecoverable, match=f"account {OTHER} may not use {KEY}: no") as told:
        keys.lets_in(account, KEY, OTHER)
    assert "have the key's policy let account" in told.value.hint


@pytest.mark.parametrize(
    ("made", "held", "why"),
    [
        (way(region="eu-central-1"), (KEY,), "no key of eu-central-1 can be shared"),
        (way(region="us-east-1"), (KEY, OWN), "is encrypted with 2 keys, and is shared under one"),
        (way(region="us-east-1"), (), "no key of us-east-1 can be shared"),
        (way("AWS", region="us-east-1"), (KEY,), "a key of AWS's own, which no other account may use"),
        (way("AWS", region="us-east-1", lent=OWN), (KEY,), "a key of AWS's own, which no other account may use"),
    ],
)
def test_without_a_key_that_can_be_shared_it_is_refused(made: Bringing, held: tuple[str, ...], why: str) -> None:
    """With what to name in its place."""
    with pytest.raises(NotRecoverable, match=why) as told:
        made.shareable(Held("snap-1", True, held))
    assert "add `shared_key`" in told.value.hint
