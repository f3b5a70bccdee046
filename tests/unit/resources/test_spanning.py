"""A copy that spans two regions is reached by its global endpoint alone, and tied to nothing but by its run."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from dr_orchestrator.aws.clusters import proof
from dr_orchestrator.errors import NotMeasured, NotRecoverable, Transient
from dr_orchestrator.resources.aurora_cluster.worldwide.switching import address
from tests.support.spanning import FIRST, HERE, SECOND, THERE, WHOLE, Globe, arn


def test_once_there_is_a_global_endpoint_no_other_is_it() -> None:
    """That of the primary's region is the copy's until then; afterwards it would hide that the name did not move."""
    globe = Globe()
    assert address(globe.toolkit(), FIRST) == (globe.endpoint, 5432)
    globe.endpoint = ""
    with pytest.raises(Transient, match="no endpoint"):
        address(globe.toolkit(), FIRST)
    globe.endpoint, globe.writes = "there", dict.fromkeys(globe.writes, False)
    with pytest.raises(Transient, match="none that writes"):
        address(globe.toolkit(), FIRST)
    known = globe.rows.pop(WHOLE.key)
    assert address(globe.toolkit(), FIRST) is None
    globe.rows[WHOLE.key] = replace(known, identity=None)
    assert address(globe.toolkit(), FIRST) is None


def test_another_global_cluster_of_that_name_is_asked_nothing() -> None:
    """Its identity is what AWS told when it was made."""
    globe = Globe()
    known = globe.rows[WHOLE.key]
    assert known.identity is not None
    globe.rows[WHOLE.key] = replace(known, identity=replace(known.identity, unique_id="global-2"))
    with pytest.raises(NotMeasured, match="this run made global-2"):
        address(globe.toolkit(), FIRST)


@pytest.mark.parametrize(
    ("cluster", "tied", "told"),
    [
        ({"ReplicationSourceIdentifier": "arn:another"}, proof.Tied(WHOLE.id), "tied to arn:another"),
        ({"ReplicationSourceIdentifier": "arn:another"}, proof.Tied(WHOLE.id, arn(FIRST.id, HERE)), "arn:another"),
        ({"KmsKeyId": "arn:default"}, proof.Tied(WHOLE.id, "", "arn:named"), "encrypted with arn:default, not with"),
        ({"KmsKeyId": None}, proof.Tied(WHOLE.id, "", "arn:named"), "not with arn:named"),
        ({"GlobalClusterIdentifier": "company-wide"}, proof.Tied(WHOLE.id), "tied to company-wide"),
    ],
)
def test_a_member_is_tied_to_nothing_but_what_the_run_tied_it_to(
    cluster: dict[str, object], tied: proof.Tied, told: str
) -> None:
    """What writes replicates nothing, what reads the run's own primary; and the key is the one that was named."""
    api = SimpleNamespace(pages=lambda *_: [])
    account: Any = SimpleNamespace(api=lambda _: api)
    own = {"DBClusterIdentifier": SECOND.id, "DBClusterArn": arn(SECOND.id, THERE), "GlobalClusterIdentifier": WHOLE.id}
    follows = {"ReplicationSourceIdentifier": tied.follows, "KmsKeyId": tied.key}
    proof.alone(account, {**own, **follows}, tied)
    with pytest.raises(NotRecoverable, match=told):
        proof.alone(account, {**own, **follows, **cluster}, tied)
