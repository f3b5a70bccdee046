"""The security groups of a machine's copies: what they let out, and in."""

from __future__ import annotations

from typing import Any

import pytest

from dr_orchestrator.resources.ec2_instance.network import faults

THEIRS = frozenset({"sg-prod"})


def https(**to: Any) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **to}


def told(out: list[dict[str, Any]], into: list[dict[str, Any]], id: str = "sg-drill") -> str:
    group = {"GroupId": id, "IpPermissionsEgress": out, "IpPermissions": into}
    return " ".join(why for why, _ in faults(group, THEIRS))


@pytest.mark.parametrize(
    ("to", "why"),
    [
        *(
            ({"IpRanges": [{"CidrIp": each}]}, f"lets out to {each}")
            for each in ("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "10.0.0.7/32")
        ),
        ({"Ipv6Ranges": [{"CidrIpv6": "8000::/1"}]}, "lets out to 8000::/1"),
        ({"PrefixListIds": [{"PrefixListId": "pl-63a5400a"}]}, "lets out to pl-63a5400a"),
        ({"UserIdGroupPairs": [{"GroupId": "sg-prod"}]}, "lets out to sg-prod, which the source wears"),
    ],
)
def test_a_copy_reaches_no_range_and_nothing_that_its_source_is(to: dict[str, Any], why: str) -> None:
    """Not by halves of everything, not by a list of AWS's or the company's own, not one address."""
    assert why in told([https(**to)], [])


def test_a_copy_reaches_the_endpoints_by_their_group() -> None:
    """That alone, by TCP 443, is no fault; nor is a group that lets nothing out."""
    assert told([https(UserIdGroupPairs=[{"GroupId": "sg-endpoints"}])], []) == ""
    assert told([], []) == ""
    other = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-endpoints"}]}
    assert "lets out more than TCP 443" in told([other], [])


@pytest.mark.parametrize(
    ("range", "wide"),
    [
        *((each, True) for each in ("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "8.8.8.0/24", "8000::/1")),
        *((each, False) for each in ("10.0.4.0/24", "172.31.0.0/16", "10.0.0.7/32", "fd00:1::/64")),
    ],
)
def test_no_range_of_the_world_reaches_a_copy(range: str, wide: bool) -> None:
    """Nor half of it, nor all that is private; the checking machine's network does."""
    key, of = ("Ipv6Ranges", "CidrIpv6") if ":" in range else ("IpRanges", "CidrIp")
    assert (f"lets in {range}" in told([], [https(**{key: [{of: range}]})])) is wide


def test_production_s_own_group_is_no_place_for_a_copy() -> None:
    """What may reach the source would reach its copy."""
    assert "worn by the source" in told([], [], "sg-prod")
