"""The addresses of stores are found wherever they stand in a text, however long it is."""

from __future__ import annotations

import pytest

from dr_orchestrator.aws.template.outward.forms import ENDPOINT

HOST = "orders.abc.eu-west-1.rds.amazonaws.com"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"postgres://user:word@{HOST}:5432/orders", HOST),
        (f"postgres_{HOST}", f"postgres_{HOST}"),
        (f"host%3D{HOST}", f"3D{HOST}"),
        (f"first..{HOST}", HOST),
        (f"-.{HOST}", f"-.{HOST}"),
        (f"{HOST}.cn", f"{HOST}.cn"),
    ],
)
def test_an_address_is_found_behind_whatever_stands_before_it(text: str, found: str) -> None:
    """Behind a user, a scheme, an escape, dots, and as a part of a longer name."""
    assert ENDPOINT.findall(text) == [found]


def test_one_name_of_many_parts_is_read_once() -> None:
    """A text of dots alone is looked at in an instant: by its square it would take half a minute."""
    assert ENDPOINT.findall("a." * 20_000) == []
    assert ENDPOINT.findall(f"{'a.' * 20_000}{HOST} ") == [f"{'a.' * 20_000}{HOST}"]
