"""Keys of KMS: a copy of what is encrypted cannot be made while its key is out of use."""

from __future__ import annotations

import json

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Denied, NotFound
from dr_orchestrator.domain.preflight import NotApplicable
from dr_orchestrator.errors import NotRecoverable

_USES = ("CreateGrant", "Decrypt", "DescribeKey", "ReEncrypt*")
"""The uses of a key that whoever copies what is shared under it needs, of RDS or of EC2."""


def usable(
    account: Account, key: str | None, data: str, otherwise: str = "the data is not encrypted", *, apart: bool = False
) -> str:
    """The key and its state; NotRecoverable where nothing can be decrypted with it, NotApplicable without a key.

    `data` is the ARN of what it encrypts, `otherwise` what it means that there is no key. What stands `apart`, in
    another account than its source, is encrypted with that account's own: what is lost with the source's is no copy.
    """
    if key is None:
        raise NotApplicable(otherwise)
    about = account.api("kms").call("DescribeKey", KeyId=key)["KeyMetadata"]
    state, arn = about["KeyState"], about["Arn"]
    if state != "Enabled":
        until = f", to be deleted on {about['DeletionDate']:%Y-%m-%d}" if about.get("DeletionDate") else ""
        hint = "enable the key, or cancel its deletion: what it encrypts cannot be restored meanwhile"
        raise NotRecoverable(f"key {arn} is {state}{until}", hint, "kms:DescribeKey")
    of, owner = arn.split(":")[4], data.split(":")[4]
    if apart and of != owner:
        told = f"key {arn} belongs to account {of}, and the copy is to stand in {owner}: who loses {of} loses both"
        raise NotRecoverable(told, f"name a key of account {owner} as `kms_key` in the drill's `to`", "kms:DescribeKey")
    return f"key {arn} is enabled" + (f"; it belongs to account {of}, not to {owner}" if of != owner else "")


def lets_in(there: Account, key: str, other: str) -> None:
    """Look at a key, by its ARN, from the other account that is to use it; NotRecoverable where it is kept out.

    Who may use what is shared under a key may look at that key: AWS's answer there tells of the key's policy what
    nobody else is told.
    """
    try:
        there.api("kms").call("DescribeKey", KeyId=key)
    except (Denied, NotFound) as refused:
        told = f"account {other} may not use {key}: {refused.message}"
        hint = (
            f"have the key's policy let account {other} use it, by a statement like {_statement(key, other)},"
            " and its role there, as `dro iam` tells"
        )
        raise NotRecoverable(told, hint, "kms:DescribeKey") from refused


def _statement(key: str, other: str) -> str:
    """The statement of a key's policy by which another account may use it for what is shared under it."""
    root = f"arn:{key.split(':')[1]}:iam::{other}:root"
    allowed = {"Effect": "Allow", "Principal": {"AWS": root}, "Action": [f"kms:{each}" for each in _USES]}
    return json.dumps({**allowed, "Resource": "*"})


def to_be_lent(account: Account, key: str, data: str, hint: str) -> str:
    """The ARN of a key that can be shared; NotRecoverable with the `hint`, where there is none, or AWS manages it.

    `data` tells what it encrypts, as a subject.
    """
    try:
        about = account.api("kms").call("DescribeKey", KeyId=key)["KeyMetadata"]
    except NotFound as missing:
        told = f"{data} cannot be shared under {key}: {missing.message}"
        raise NotRecoverable(told, hint, "kms:DescribeKey") from missing
    if about.get("KeyManager") == "AWS":
        told = f"{data} would be shared under {key}, a key of AWS's own, which no other account may use"
        raise NotRecoverable(told, hint, "kms:DescribeKey")
    return str(about["Arn"])


def arn(account: Account, key: str) -> str:
    """The ARN of a key that is named by its id, its alias or its ARN."""
    return str(account.api("kms").call("DescribeKey", KeyId=key)["KeyMetadata"]["Arn"])


def is_of_aws(account: Account, key: str) -> bool:
    """Whether AWS made and manages the key: a request does not name such a one."""
    return bool(account.api("kms").call("DescribeKey", KeyId=key)["KeyMetadata"].get("KeyManager") == "AWS")
