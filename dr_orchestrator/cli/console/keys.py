"""The keys of the console, and what each does."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text


@dataclass(frozen=True)
class Key:
    """A key; `name` is that of its form, `word` what the footer says of it."""

    key: str
    name: str
    word: str
    told: str

    @property
    def shown(self) -> str:
        """As it stands on the keyboard."""
        return "?" if self.key == "question_mark" else self.key


KEYS = (
    Key("n", "note", "note", "a line for the timeline, with the time and who wrote it"),
    Key("d", "decide", "decide", "a decision, and why"),
    Key("i", "deliver", "inject", "deliver an inject; the next one is chosen beforehand"),
    Key("e", "respond", "expected", "the players did what an inject expects"),
    Key("h", "hold", "hold", "let the clock stand still, for a reason"),
    Key("r", "resume", "resume", "let the clock go on"),
    Key("g", "answer", "go/no-go", "answer the list; the director says go or no-go"),
    Key("s", "start", "start", "start the game day"),
    Key("D", "drill", "DRILL", "start a real drill, by typing its name"),
    Key("t", "rate", "rate", "rate a criterion: an evaluator does"),
    Key("w", "went_well", "well", "what went well"),
    Key("f", "gap", "gap", "what went wrong: it becomes a finding"),
    Key("a", "abort", "ABORT", "stop it, and each drill that was started from it"),
    Key("E", "end", "END", "end the play"),
    Key("C", "close", "CLOSE", "end the hot wash: the verdict is given"),
    Key("q", "leave", "leave", "leave: nothing is changed, and the game day goes on"),
    Key("question_mark", "help", "help", "this list"),
)


def footer() -> Text:
    """The keys in two lines of 80 columns."""
    shown = Text(" ")
    for each in KEYS:
        if each.key == "t":
            shown.append("\n ")
        shown.append(each.shown, "bold reverse")
        shown.append(f" {each.word} ")
    return shown


HELP = Text("\n").join(
    [
        *(Text.assemble((f"{each.shown:>3}  ", "bold"), each.told) for each in KEYS),
        Text("tab goes from pane to pane, arrows scroll; ctrl-c leaves, too.", "dim"),
        Text("✓ yes, met  ✗ no, missed  ~ waived  ? open  · waiting  ► due, under way  ○ delivered", "dim"),
    ]
)
