"""The mistakes of a machine in drill files: what nothing could ask, and where it would stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import web, workspace
from tests.support.drill_files import changed
from tests.support.estate import PROFILE, SUBNET
from tests.support.types import problems

SHOP = workspace.SHOP.replace("\ndrills:\n", web.DRILLED, 1)
VAULTED = "recovery_points: {vault: nightly}"
ROLE = "arn:aws:iam::123456789012:role/dr-restore"
OWN = "command: {run: [sh, -c, 'cat srv/web/VERSION'], proves-data: true}"


def told(home: Path, shop: str) -> dict[str, str]:
    """The mistakes of a workspace with the machine, by key."""
    found = problems(workspace.write(home, shop=shop).drills)
    words = {each.key: [f"{one.message} ({one.fix})" for one in found if one.key == each.key] for each in found}
    return {key: "; ".join(each) for key, each in words.items()}


@pytest.mark.parametrize("check", [OWN, 'http-answer: {url: "{http8080}/health"}', 'http-answer: {url: "{https}"}'])
def test_a_machine_as_it_should_be_has_no_mistake(tmp_path: Path, check: str) -> None:
    """Files, a program, and its own address are what it can be asked for."""
    assert told(tmp_path, changed(SHOP, OWN, check)) == {}


def test_a_machine_that_would_stand_anywhere_is_told(tmp_path: Path) -> None:
    """A copy acts from its first second: no drill starts one where nobody said."""
    line = f"    network: {{subnet: {SUBNET}, security_groups: [dro-isolated]}}\n"
    (message,) = told(tmp_path, changed(SHOP, line, "")).values()
    assert message.startswith("nothing says where copies may be put (add `network:")


def test_a_machine_without_a_profile_is_told_nothing(tmp_path: Path) -> None:
    """It has no agent that could be asked: files and programs are mistakes then, and an answer by HTTP is none."""
    without = changed(SHOP, f"    profile: {{name: {PROFILE}}}\n", "")
    found = told(tmp_path, without)
    assert len(found) == 2
    assert all("without an instance profile a copy cannot be told to do anything" in each for each in found.values())


@pytest.mark.parametrize(
    ("check", "why"),
    [
        ("query: {sql: SELECT 1 FROM files, equals: 1}", "is asked itself, and by HTTP"),
        ("integrity: {}", "is asked itself, and by HTTP"),
        ("whole-read: {within: 2h}", "is asked itself, and by HTTP"),
        ("command: {run: [ls], within: 48h}", "no command goes on for longer than 2 days"),
        ('http-answer: {url: "https://shop.example.com/health"}', "is not an address in the copy"),
        ('http-answer: {url: "{http}.example.com/"}', "is not an address of the copy"),
        ('http-answer: {url: "{http}@example.com/"}', "is not an address of the copy"),
        ('http-answer: {url: "{HealthUrl}/"}', "is not an address of the copy"),
        ('http-answer: {url: "{http65536}/"}', "65536 is no port"),
        ('http-answer: {url: "{https0}/"}', "0 is no port"),
    ],
)
def test_what_it_could_not_be_asked_is_told(tmp_path: Path, check: str, why: str) -> None:
    """In place of the program, with what to write."""
    found = told(tmp_path, changed(SHOP, OWN, check))
    assert any(why in each for each in found.values()), found


@pytest.mark.parametrize("subnet", ["dro-isolated", "subnet-xyz", "arn:aws:ec2:::subnet/subnet-0c0c0c0c0c0c0c0c0"])
def test_a_subnet_is_named_by_its_id(tmp_path: Path, subnet: str) -> None:
    """What EC2 does not take as one is told."""
    found = told(tmp_path, changed(SHOP, f"subnet: {SUBNET}", f'subnet: "{subnet}"'))
    assert any("is not the id of a subnet" in each for each in found.values()), found


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (VAULTED, ""),
        (f'recovery_points: {{vault: nightly, role: "{ROLE}"}}', "no job of AWS Backup restores ec2-instances"),
        (f'recovery_points: {{role: "{ROLE}"}}', "'vault' is missing"),
    ],
)
def test_a_machine_in_a_vault_has_no_role(tmp_path: Path, said: str, why: str) -> None:
    """No job restores it: a role would be handed to AWS Backup for nothing."""
    found = told(tmp_path, changed(SHOP, "    resource: web\n", f"    resource: web\n    {said}\n"))
    assert len(found) == bool(why)
    assert all(why in each for each in found.values())


AWAY = "eu-central-1"
NETWORK = f"network: {{subnet: {SUBNET}, security_groups: [dro-isolated]}}"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (f"to: {{region: {AWAY}, kms_key: alias/k, {NETWORK}}}", ""),
        (f"to: {{region: {AWAY}}}", f"the copy stands in {AWAY}, and the `network` of the resource is of us-east-1"),
        (f"to: {{region: {AWAY}, {NETWORK}, reader: i-1}}", "no ec2-instance has a `reader`"),
        (f'to: {{region: {AWAY}, {NETWORK}, account: "222222222222"}}', "no role reaches account 222222222222"),
        (
            'to: {region: us-east-1, account: "222222222222"}',
            "the copy stands in us-east-1 of account 222222222222, and the `network` of the resource is of",
        ),
        (
            f'to: {{region: {AWAY}, {NETWORK}, account: "222222222222", shared_key: alias/k}}',
            "the policies of the other account's role can name a key by its ARN alone",
        ),
        (f"recovery_points: {{region: {AWAY}}}", "takes copies of ec2-instances that lie in another region: EC2 tells"),
        (f"recovery_points: {{region: {AWAY}}}", "name the vault of AWS Backup in which they lie"),
        (f"recovery_points: {{vault: nightly, region: {AWAY}}}\n    to: {{region: {AWAY}, {NETWORK}}}", ""),
        (f"recovery_points: {{vault: nightly, region: {AWAY}}}", f"add `to: {{region: {AWAY}, network: …}}`"),
        (
            f'recovery_points: {{vault: nightly, region: {AWAY}, role: "{ROLE}"}}',
            "no job of AWS Backup restores ec2-instances",
        ),
        (
            f"recovery_points: {{vault: nightly, region: {AWAY}}}\n"
            f'    to: {{region: {AWAY}, {NETWORK}, account: "222222222222"}}',
            "no role reaches account 222222222222",
        ),
    ],
)
def test_a_machine_elsewhere_says_where_it_stands_there(tmp_path: Path, said: str, why: str) -> None:
    """No subnet is of two regions; and what is not done is told, and not left out."""
    found = told(tmp_path, changed(SHOP, "    resource: web\n", f"    resource: web\n    {said}\n"))
    assert bool(found) == bool(why), found
    assert not why or any(why in each for each in found.values()), found
