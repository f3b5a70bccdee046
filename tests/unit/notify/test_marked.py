"""Every line of every message carries the mark, whatever the facts hold."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator.domain.notices.event import COMMON, FACTS, LISTS, Event, sample
from dr_orchestrator.domain.notices.notice import Notice
from dr_orchestrator.domain.notices.policy import NoticePolicy, Wording, without_mark
from dr_orchestrator.domain.notices.text import USUAL
from dr_orchestrator.notify.wording import message_of

NOW = datetime(2026, 11, 20, tzinfo=UTC)
BREAKS = st.sampled_from(
    ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\\n", "<br>", "\x00"]
)
TEXTS = st.lists(st.one_of(BREAKS, st.text()), max_size=8).map("".join)


@given(st.data(), st.sampled_from(Event), st.booleans())
def test_every_line_carries_it(data: st.DataObject, event: Event, simulated: bool) -> None:
    """Of the usual templates, and of one that shows each fact twice; facts are anybody's words."""
    facts = {
        name: data.draw(st.lists(TEXTS, max_size=60)) if name in LISTS else data.draw(TEXTS) for name in FACTS[event]
    }
    title = data.draw(TEXTS.filter(lambda text: not set("{}#%") & set(text)))
    shown = "".join(f"{{{{ {name} }}}}\n{{{{ {name} }}}}" for name in facts)
    own = Wording(title=title, body="{{ event }}\n\n" + shown)
    for wordings in ({}, {event: own}):
        policy = NoticePolicy(wordings=wordings, mark="EXERCISE EXERCISE")
        said = message_of(Notice(1, event, "k", facts, NOW, simulated), policy)
        assert said.lines
        assert without_mark(said.lines) == []
        assert all(("SIMULATED" in line) is simulated or "SIMULATED" in str(facts) for line in said.lines)
        assert all(line.startswith("EXERCISE EXERCISE") for line in said.lines)


@pytest.mark.parametrize("event", Event)
def test_the_usual_words_name_known_facts(event: Event) -> None:
    """Each of them, so that nothing is known and not told."""
    said = message_of(Notice(1, event, "k", sample(event), NOW, False), NoticePolicy())
    whole = f"{USUAL[event].title}{USUAL[event].body}"
    assert [name for name in FACTS[event] if name not in whole and name != "id"] == []
    assert "{{" not in said.title + said.body
    assert set(sample(event)) == {*FACTS[event], *COMMON}


def test_nobody_is_called_and_no_secret_is_told() -> None:
    """`@here` and `<!channel>` of a chat, and the login in a URL, come out harmless."""
    facts = {"what": "@here <!channel> <@U1> &lt;!x", "why": "postgresql://u:hunter2@db/x", "at": "now"}
    said = message_of(Notice(1, Event.HELD, "k", facts, NOW, False), NoticePolicy())
    assert "@here" not in said.title
    assert "<!" not in said.title
    assert "<@U" not in said.title
    assert "hunter2" not in said.body
