"""The lab's network between databases: who may get out, the door to who may not, and the machine that plays none."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from moto.rds.models import rds_backends

from dr_orchestrator.checks.speech.postgres.probe import probe
from dr_orchestrator.domain.service import Login
from dr_orchestrator.lab import Lab
from dr_orchestrator.lab.cloud.databases import places
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION
from dr_orchestrator.lab.postgres import network
from dr_orchestrator.lab.postgres.network import Door
from dr_orchestrator.lab.postgres.plane import Plane
from dr_orchestrator.lab.programs import Programs, account
from dr_orchestrator.settings import Pace
from tests.support.labs import client

EVERYWHERE = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


@pytest.fixture
def groups(lab: Lab) -> dict[str, str]:
    """A security group that lets nothing out, and one that lets everything out."""
    ec2 = client(lab, "ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    named = {
        name: ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("closed", "open")
    }
    ec2.revoke_security_group_egress(GroupId=named["closed"], IpPermissions=EVERYWHERE)
    return named


@pytest.mark.parametrize(
    ("worn", "apart"), [(["closed"], True), (["open"], False), (["closed", "open"], False), ([], False)]
)
def test_a_database_gets_out_where_one_of_its_groups_lets_it(
    groups: dict[str, str], worn: list[str], apart: bool
) -> None:
    """As in AWS: rules add up; without a group there is the default one, which lets everything out."""
    rds: Any = rds_backends[ACCOUNT][REGION]
    assert places.apart(rds, [groups[name] for name in worn], "copy") is apart


def test_a_leak_can_be_played(lab: Lab, groups: dict[str, str]) -> None:
    """Of the copies that the rule names, whatever their groups say."""
    rds: Any = rds_backends[ACCOUNT][REGION]
    lab.faults.add({"kind": "leaks", "resource": "leaky"})
    assert not places.apart(rds, [groups["closed"]], "leaky")
    assert places.apart(rds, [groups["closed"]], "other")


@pytest.fixture
def deep() -> Iterator[Path]:
    """A folder whose name alone is longer than a socket's may be."""
    with TemporaryDirectory() as root:
        folder = Path(root) / ("x" * 120)
        folder.mkdir()
        yield folder


def test_a_door_leads_to_the_socket_in_a_folder_however_deep(deep: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways, to the end of either side; once it is closed nobody gets in."""
    door = Door("127.0.0.1", deep)
    monkeypatch.chdir(deep)
    with socket.socket(socket.AF_UNIX) as inside:
        inside.bind(f".s.PGSQL.{door.port}")
        inside.listen()
        with socket.create_connection(("127.0.0.1", door.port), 5) as outside:
            led, _ = inside.accept()
            led.settimeout(5)
            with led:
                outside.sendall(b"who is there?" * 9000)
                outside.shutdown(socket.SHUT_WR)
                assert b"".join(iter(lambda: led.recv(65536), b"")) == b"who is there?" * 9000
                led.sendall(b"PostgreSQL")
            assert outside.recv(100) == b"PostgreSQL"
            assert outside.recv(100) == b""
    door.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", door.port), 5)


def test_a_door_to_nobody_closes(deep: Path) -> None:
    """A server that is not there yet, or no more: whoever comes is sent away, and the door stays."""
    door = Door("127.0.0.1", deep)
    try:
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", door.port), 5) as outside:
                assert outside.recv(100) == b""
    finally:
        door.close()


@pytest.mark.parametrize("command", [("false", "--"), ("no-such-program", "--")])
def test_a_machine_that_does_not_let_one_plays_no_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    """The kernel refuses it, or there is nothing to ask it with: told by no error, but by what is not played."""
    tmp_path.chmod(0o755)
    monkeypatch.setattr(network, "ALONE", command)
    assert not network.playable(Programs(tmp_path, account()), tmp_path)


@pytest.mark.slow
def test_without_a_network_no_copy_is_let_try(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every copy would reach its source there, by no fault of its own: it is told as not probed, and is no failure."""
    monkeypatch.setattr(network, "playable", lambda *_: False)
    with TemporaryDirectory() as home:
        root = Path(home) / "databases"
        root.mkdir()
        for folder in (Path(home), root):
            folder.chmod(0o777)
        plane = Plane(root, Pace(1.0, time.time()))
        try:
            made = plane.create("one", "shop", "owner", "secret")
            made.wait()
            told = probe(Login(*made.address, "shop", "owner", "secret"), *made.address)
        finally:
            plane.stop()
    assert (told.tried, told.words) == (False, "not probed: permission denied to create subscription")
