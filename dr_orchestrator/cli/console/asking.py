"""The screens over the console: a form for what a key asks for, and texts to be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList, Static

from dr_orchestrator.cli.console.forms import Draft, Field, Form
from dr_orchestrator.cli.console.telling import plain
from dr_orchestrator.errors import DroError

_KEYS = "enter goes on, and at its end does it · tab next · esc leaves it"
Given = Callable[[Form, Mapping[str, str]], "Draft | DroError"]


class Asking(ModalScreen[None]):
    """A form: what is typed stays until the ledger holds it, or it is left."""

    BINDINGS: ClassVar = [("escape", "leave", "Leave")]

    def __init__(self, form: Form, given: Given, values: Mapping[str, str] | None = None, told: str = "") -> None:
        super().__init__()
        self.form, self._given, self._values, self._first = form, given, dict(values or {}), told
        self.draft: Draft | None = None

    def compose(self) -> ComposeResult:
        """Its title, its lines, what was refused, and its keys."""
        with Vertical(id="form"):
            yield Label(Text(self.form.title, style="bold"), id="title")
            if self.form.about:
                yield Label(Text(plain(self.form.about)))
            for each in self.form.fields:
                yield Label(Text(each.label, style="dim"))
                yield self._asked(each)
            yield Static(Text(self._first), id="refused")
            yield Label(Text("enter does it · esc leaves it" if not self.form.fields else _KEYS, style="dim"))

    def _asked(self, of: Field) -> Input | OptionList:
        if not of.choices:
            return Input(self._values.get(of.name, ""), id=of.name, compact=True)
        listed = OptionList(*(Text(told) for _, told in of.choices), id=of.name, markup=False, compact=True)
        values = [value for value, _ in of.choices]
        chosen = self._values.get(of.name)
        listed.highlighted = values.index(chosen) if chosen in values else 0
        return listed

    def on_mount(self) -> None:
        """The first line that takes something is where typing goes.

        Where the console is left in the same moment nothing is there any more: that is no fault.
        """
        for first in self.query(f"#{self.form.fields[0].name}" if self.form.fields else "#form"):
            first.can_focus = True
            first.focus()

    @property
    def values(self) -> dict[str, str]:
        """All that is typed and chosen by now."""
        return {each.name: self._value(each) for each in self.form.fields}

    def _value(self, of: Field) -> str:
        if not of.choices:
            return self.query_one(f"#{of.name}", Input).value
        return of.choices[self.query_one(f"#{of.name}", OptionList).highlighted or 0][0]

    @on(Input.Submitted)
    @on(OptionList.OptionSelected)
    def _entered(self) -> None:
        """Enter: to the next line, and after the last it is done."""
        names = [each.name for each in self.form.fields]
        focused = self.focused.id if self.focused is not None and self.focused.id else ""
        after = names[names.index(focused) + 1 :] if focused in names else []
        if after:
            self.query_one(f"#{after[0]}").focus()
        else:
            self.submit()

    def key_enter(self) -> None:
        """Enter, where there is no line to type in."""
        if not self.form.fields:
            self.submit()

    def submit(self) -> None:
        """Hand it to the writer, once."""
        if self.draft is not None:
            return
        given = self._given(self.form, self.values)
        if isinstance(given, DroError):
            self.refuse(given)
            return
        self.draft = given
        self._tell("being written ...", "")

    def refuse(self, why: DroError) -> None:
        """Show why it is not done, and what to do; what was typed stays."""
        self.draft = None
        self._tell(refusal(why), "bold red")

    def wait(self, told: str) -> None:
        """Show for what it waits."""
        if self.draft is not None:
            self._tell(told, "yellow")

    def action_leave(self) -> None:
        """Close it; what is being written is written all the same."""
        self.dismiss()

    def _tell(self, told: str, style: str) -> None:
        for each in self.query("#refused").results(Static):
            each.update(Text(told, style=style))


class Reading(ModalScreen[None]):
    """A text over the console, that any key closes."""

    BINDINGS: ClassVar = [("escape", "dismiss", "Close"), ("enter", "dismiss", "Close"), ("q", "dismiss", "Close")]

    def __init__(self, title: str, text: Callable[[], Text]) -> None:
        super().__init__()
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        """Its title and its text."""
        with VerticalScroll(id="reading"):
            yield Label(Text(self._title, style="bold"))
            yield Static(self._text(), id="text")
            yield Label(Text("esc goes back", style="dim"))

    def show(self) -> None:
        """Its text anew."""
        for each in self.query("#text").results(Static):
            each.update(self._text())


def refusal(why: DroError) -> str:
    """A refusal in words: what is wrong, and what to do."""
    return f"REFUSED: {plain(why.message)}" + (f" → {plain(why.hint)}" if why.hint else "")
