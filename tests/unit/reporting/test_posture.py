"""The page of the posture: all that a look saw, inert, and nothing left out when it is bad."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from dr_orchestrator.domain.posture.ruling import Standing
from dr_orchestrator.reporting.posture import posture_json, rendered
from dr_orchestrator.reporting.view.posture import posture_view
from tests.support.golden import kept
from tests.support.pages import tags

HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a|b`c`\n| d | **e** [f](javascript:x) <b>"]


def page(ending: str, templates: tuple[Path, ...], text: str = "db") -> str:
    return rendered(posture_view(kept.LOOK, *kept.named(text)), ending, templates)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_aws_or_a_file_says_does_not_act(templates: tuple[Path, ...], text: str) -> None:
    """A page about hostile names has the tags of a page about harmless ones; in Markdown no cell is added."""
    harmless, hostile = (tags(page("html", templates, each)) for each in ("db", text))
    assert hostile.seen == harmless.seen
    assert hostile.attributes == harmless.attributes
    for line in page("md", templates, text).splitlines():
        assert not re.search(r"<script|<img|(?<!\\)\]\(javascript", line)
        if line.startswith("| "):
            assert line.replace("\\|", "").count("|") == 5, line


def test_every_ruling_is_on_the_page(templates: tuple[Path, ...]) -> None:
    """What is held, what falls short, what nobody knows, what does not apply; and the claim with its runs."""
    text = rendered(posture_view(kept.LOOK, kept.ROWS, kept.CLAIMS), "md", templates)
    for each in kept.ROWS:
        assert each.ruling.evidence.replace("`", "\\`") in text
    lost = "platform-pitr: 20261006-a1b2c3 lost 4 m 12 s, 5 m 06 s at worst"
    assert f"| loss < 1 h | proven | {lost} | 20261006-a1b2c3 |" in text
    assert "**SIMULATED**" in text


def test_the_worst_is_the_word_of_the_page() -> None:
    """A grave shortfall before what is not known, that before held."""
    held = [each for each in kept.ROWS if each.ruling.standing is Standing.HELD]
    silent = [each for each in kept.ROWS if each.ruling.standing is Standing.UNKNOWN]
    assert posture_view(kept.LOOK, kept.ROWS, ()).badge.word == "FALLS SHORT"
    assert posture_view(kept.LOOK, [*held, *silent], ()).badge.word == "NOT KNOWN"
    assert posture_view(kept.LOOK, held, ()).badge.word == "HELD"


def test_a_look_at_aws_itself_wears_no_stamp(templates: tuple[Path, ...]) -> None:
    """And a simulated one always."""
    real = replace(kept.LOOK, simulated=False)
    assert "SIMULATED" not in rendered(posture_view(real, kept.ROWS, kept.CLAIMS), "html", templates)


def test_json_holds_every_row_with_its_finding() -> None:
    """By rule and fingerprint, so that a ticket finds it again."""
    told = posture_json(kept.LOOK, kept.ROWS, kept.CLAIMS)
    assert told["counts"] == {"held": 10, "short": 2, "not known": 1, "does not apply": 2}
    assert [each["rule"] for each in told["rows"]] == [each.ruling.rule.value for each in kept.ROWS]
    assert len({each["fingerprint"] for each in told["rows"]}) == len(kept.ROWS)
    assert told["claims"][0]["proof"] == "disproven"
