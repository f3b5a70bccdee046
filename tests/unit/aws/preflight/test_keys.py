"""The key of a copy in another account is that account's own: whoever loses the source's loses no copy with it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from dr_orchestrator.aws.preflight import keys
from dr_orchestrator.aws.preflight.region import key_there
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.errors import NotRecoverable

HERE, AWAY, OWNER, OTHER = "us-east-1", "eu-central-1", "111111111111", "222222222222"


def account(owner: str) -> Any:
    """One in which the alias of a key leads to one of that owner's."""
    found = {"Arn": f"arn:aws:kms:{AWAY}:{owner}:key/k", "KeyState": "Enabled"}
    api = SimpleNamespace(call=lambda *_, **__: {"KeyMetadata": found})
    return SimpleNamespace(api=lambda _: api, pinned=OTHER)


def there(owner: str, to: Destination) -> str:
    resource: Any = SimpleNamespace(region=HERE, account=OWNER, id="orders")
    beside, place = SimpleNamespace(account=account(OWNER)), SimpleNamespace(account=account(owner))
    return key_there(cast("Any", beside), cast("Any", place), resource, to, None, "table")


def test_a_key_of_another_account_is_refused_for_what_stands_apart() -> None:
    """Whatever its name says: the alias is looked up, and its owner is told, with what to name."""
    with pytest.raises(NotRecoverable, match=f"belongs to account {OWNER}, and the copy is to stand in {OTHER}") as no:
        there(OWNER, Destination(AWAY, OTHER, key="alias/dr"))
    assert no.value.hint == f"name a key of account {OTHER} as `kms_key` in the drill's `to`"


def test_that_accounts_own_is_taken() -> None:
    """And in the source's own account, another region, the team's key may be another account's, which is told."""
    assert there(OTHER, Destination(AWAY, OTHER, key="alias/dr")) == f"key arn:aws:kms:{AWAY}:{OTHER}:key/k is enabled"
    told = keys.usable(account(OWNER), "alias/dr", f"arn:aws:rds:{AWAY}:{OTHER}:snapshot:s")
    assert told.endswith(f"it belongs to account {OWNER}, not to {OTHER}")
