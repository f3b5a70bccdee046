"""Rules of customers' stacks: what is a customer's is nobody's to drill, whichever service says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.drill_files import SHOP, changed, write
from tests.support.types import problems

CUSTOMER = "444455556666"
DECLARED = f"""
customer_stacks:
  acme:
    account: "{CUSTOMER}"
    region: eu-west-1
    stack: hook
    role: arn:aws:iam::{CUSTOMER}:role/looks
drills:"""
DEPENDS = changed(SHOP, "\ndrills:", DECLARED)
OTHER = SHOP.replace("shop", "other").replace("    id: other-prod", f'    account: "{CUSTOMER}"\n    id: other-prod')


@pytest.mark.parametrize("other", ["other.yaml", "shop.yaml"])
def test_no_account_in_which_drills_make_copies_is_a_customers(tmp_path: Path, other: str) -> None:
    """Neither by a resource of the same service, nor by one of another."""
    own = DEPENDS.replace("    id: shop-prod", f'    account: "{CUSTOMER}"\n    id: shop-prod')
    files = {"shop.yaml": DEPENDS, "other.yaml": OTHER} if other == "other.yaml" else {"shop.yaml": own}
    told = [each.message for each in problems(write(tmp_path, files)) if each.key == "customer_stacks.acme.account"]
    assert told == [f"drills may make and delete copies in account {CUSTOMER}: it is no customer's"]


def test_a_customers_account_that_nobody_drills_is_fine(tmp_path: Path) -> None:
    """The rule refuses nothing else."""
    assert problems(write(tmp_path, {"shop.yaml": DEPENDS})) == ()
