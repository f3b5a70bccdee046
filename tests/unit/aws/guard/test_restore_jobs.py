"""The guard of restore jobs: one point that the run chose, into its own copy, by the declared role, and never open."""

from __future__ import annotations

from typing import Any

import pytest

from dr_orchestrator.aws.guard import Forbidden, Guard
from dr_orchestrator.domain.resource_type import Write
from tests.support.estate import REGION, RESTORER
from tests.support.guarded import COPY, SOURCES, copy, guard, targeted
from tests.support.types import CALLS

START = ("backup", "StartRestoreJob")
STARTS = [pytest.param(write, id=write.target.type) for write in CALLS.writes[START]]


def of_run(write: Write) -> Guard:
    """The guard of a run whose one copy is of the type that the start makes: others are called alike."""
    return guard(COPY, types=[write.target.type])


def changed(write: Write, **metadata: str) -> dict[str, Any]:
    """A start with other metadata."""
    given = targeted(write, COPY)
    return {**given, "Metadata": {**given["Metadata"], **metadata}}


@pytest.mark.parametrize("write", STARTS)
def test_a_start_into_the_copy_of_the_run_goes_through(write: Write) -> None:
    """As a drill gives it; with all the metadata that are declared, too."""
    of_run(write).check(*START, targeted(write, COPY), REGION)
    more = dict.fromkeys(write.holds["Metadata"] - targeted(write, COPY)["Metadata"].keys(), "any")
    of_run(write).check(*START, changed(write, **more), REGION)


@pytest.mark.parametrize("write", STARTS)
def test_a_start_by_a_role_that_the_drill_does_not_declare_is_refused(write: Write) -> None:
    """Whatever that role may do; and no role at all is refused, too."""
    given = targeted(write, COPY)
    for role in ("arn:aws:iam::123456789012:role/admin", "", None, RESTORER.upper()):
        with pytest.raises(Forbidden, match="is no role that the drill declares"):
            of_run(write).check(*START, {**given, "IamRoleArn": role}, REGION)
    mine = Guard(CALLS, lambda: [copy(COPY, write.target.type)], SOURCES, lambda _: True)
    with pytest.raises(Forbidden, match="is no role that the drill declares"):
        mine.check(*START, given, REGION)


@pytest.mark.parametrize("write", STARTS)
def test_metadata_that_nobody_declared_are_refused(write: Write) -> None:
    """AWS Backup heeds keys whatever their letters: one that is spelt otherwise is another."""
    for key in ("Unheard", "publiclyAccessible", write.target.key.upper()):
        with pytest.raises(Forbidden, match=f"no drill gives it Metadata {key}"):
            of_run(write).check(*START, changed(write, **{key: "false"}), REGION)
    with pytest.raises(Forbidden):
        of_run(write).check(*START, {**targeted(write, COPY), "Metadata": COPY}, REGION)


@pytest.mark.parametrize("write", STARTS)
def test_a_copy_is_never_restored_open(write: Write) -> None:
    """What has to be so is neither otherwise nor left out."""
    for way in write.every:
        _, _, key = way.partition(".")
        given = targeted(write, COPY)
        for metadata in ({**given["Metadata"], key: "true?"}, {k: v for k, v in given["Metadata"].items() if k != key}):
            with pytest.raises(Forbidden, match=f"no drill gives it Metadata.{key}"):
                of_run(write).check(*START, {**given, "Metadata": metadata}, REGION)


@pytest.mark.parametrize("write", STARTS)
def test_a_point_that_the_run_did_not_choose_is_not_restored(write: Write) -> None:
    """Nor production's name given to what is made."""
    given = targeted(write, COPY)
    with pytest.raises(Forbidden, match="is not what this run restores from"):
        of_run(write).check(*START, {**given, "RecoveryPointArn": "arn:aws:backup:another"}, REGION)
    with pytest.raises(Forbidden):
        of_run(write).check(*START, targeted(write, "orders-prod"), REGION)
