"""The usual words of each event, and the mark that every line carries."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dr_orchestrator.domain.notices.event import Event, Facts
from dr_orchestrator.domain.notices.policy import MARK, Wording, without_mark
from dr_orchestrator.errors import DroError, without_secrets

_LINE, _LINES, _TITLE, _FACT = 400, 40, 150, 300
"""Letters of a line, lines of a message, letters of its title, letters of a fact: receivers have bounds."""

_CALLS = re.compile(r"(?:(?<=[@<])|(?<=&lt;))(?=[\w!@#|])")
"""Where a chat would take a word for a call of everybody: `@here`, `<!channel>`, `<@U1>`."""

_LIST = "{% for each in %s %}\n- {{ each }}{% endfor %}"


def _listed(name: str) -> str:
    return _LIST.replace("%s", name)


_ENDED = "Clean-up: {{ cleanup }}, at {{ at }}." + _listed("results")

USUAL: Mapping[Event, Wording] = {
    Event.ANNOUNCED: Wording(
        "Recovery drills are planned",
        "Announced by {{ by }} at {{ at }}.{% if note %}\n{{ note }}{% endif %}" + _listed("drills"),
    ),
    Event.REMINDER: Wording(
        "Recovery drills in {{ left }}", "They may start from {{ opens }} until {{ closes }}." + _listed("drills")
    ),
    Event.STARTED: Wording("{{ what }} has started", "By {{ by }} at {{ at }}." + _listed("drills")),
    Event.HELD: Wording("{{ what }} is held", "{{ why }}, at {{ at }}."),
    Event.RESUMED: Wording("{{ what }} goes on", "{{ why }}, at {{ at }}."),
    Event.VERDICT: Wording("{{ what }}: {{ verdict }}", _ENDED),
    Event.ABORTED: Wording("{{ what }} was stopped: {{ verdict }}", _ENDED),
    Event.LEFTOVERS: Wording(
        "{{ what }}: copies may be left ({{ cleanup }})",
        "`dro sweep` takes them down. Told at {{ at }}." + _listed("reasons") + _listed("copies"),
    ),
    Event.OVERDUE: Wording("Overdue", "As of {{ at }}:" + _listed("items")),
    Event.CONTACTS: Wording(
        "The contacts file is to be made anew", "{{ why }}: `dro contacts export`. Told at {{ at }}."
    ),
    Event.GAME_DAY: Wording("{{ what }}", "At {{ at }}." + _listed("lines")),
}
"""The usual templates; a workspace's own take their place, each by itself."""


@dataclass(frozen=True)
class Message:
    """A message as it is sent: a title, and lines below it; each carries the mark."""

    title: str
    body: str

    @property
    def lines(self) -> list[str]:
        """All of its lines."""
        return [*self.title.splitlines(), *self.body.splitlines()]


class Unmarked(DroError):
    """A message that could be taken for the truth: it is not sent."""


def marked(mark: str, title: str, body: str) -> Message:
    """A message of which every line begins with the mark; empty lines are left out."""
    first, *more = _lines(title) or ["Notice"]
    lines = [*more, *_lines(body)]
    cut = lines[:_LINES] + ([f"and {len(lines) - _LINES} lines more"] if len(lines) > _LINES else [])
    said = Message(f"{mark}: {first[:_TITLE]}", "\n".join(f"{mark}: {line}" for line in cut or [first]))
    refuse_unmarked(said)
    return said


def refuse_unmarked(said: Message) -> None:
    """Hold a message to the mark, whoever made it: Unmarked where a line of it does not carry it."""
    if not said.lines or not said.title.strip() or (bare := without_mark(said.lines)):
        told = f"a line of it does not carry {MARK}" if said.lines and said.title.strip() else "it has no line"
        count = f" ({len(bare)} do not)" if said.lines and said.title.strip() else ""
        raise Unmarked(f"the message is not sent: {told}{count}", "mend `mark` in tiers.yaml")


def plain(facts: Facts) -> dict[str, str | list[str]]:
    """Facts as they are told: each in one line, without secrets, and calling nobody."""
    return {name: _plain(value) if isinstance(value, str) else [*map(_plain, value)] for name, value in facts.items()}


def _plain(text: str) -> str:
    shown = "".join(each if each.isprintable() else " " for each in without_secrets(text))
    line = _CALLS.sub("\N{WORD JOINER}", " ".join(shown.split()))
    return line if len(line) <= _FACT else f"{line[: _FACT - 1]}…"


def _lines(text: str) -> Sequence[str]:
    """The lines of a text that hold something, with nothing in them that a receiver would break them at."""
    found = ("".join(each if each.isprintable() else " " for each in line).strip() for line in text.splitlines())
    return [line[:_LINE] for line in found if line]
