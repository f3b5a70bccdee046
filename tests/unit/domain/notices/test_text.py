"""No message leaves that does not say of each line that it is an exercise."""

from __future__ import annotations

import pytest

from dr_orchestrator.domain.notices.text import Message, Unmarked, marked, refuse_unmarked


@pytest.mark.parametrize(
    ("title", "body", "told"),
    [
        ("EXERCISE: it is down", "EXERCISE: call\nreally down", "does not carry EXERCISE (1 do not)"),
        ("it is down", "EXERCISE: call", "does not carry EXERCISE (1 do not)"),
        (" ", "", "it has no line"),
    ],
)
def test_a_line_without_the_mark_is_not_sent(title: str, body: str, told: str) -> None:
    """Whoever made the message; how many lines lack it is told, and not their words."""
    with pytest.raises(Unmarked) as refused:
        refuse_unmarked(Message(title, body))
    assert refused.value.message.endswith(told)


def test_what_is_long_is_cut_and_told() -> None:
    """The last line says how many are missing."""
    assert marked("EXERCISE", "Many", "\n".join(map(str, range(99)))).body.splitlines()[-1].endswith("lines more")
