"""The console itself: what it shows, and what its keys do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Static

from dr_orchestrator.cli.console import forms, panes
from dr_orchestrator.cli.console.aside import Follower, Writer
from dr_orchestrator.cli.console.asking import Asking, Reading, refusal
from dr_orchestrator.cli.console.forms import Draft, Form
from dr_orchestrator.cli.console.hands import Hands
from dr_orchestrator.cli.console.keys import HELP, KEYS, footer
from dr_orchestrator.cli.console.seen import Seen
from dr_orchestrator.cli.console.stopping import Stopping, told_of_stopping
from dr_orchestrator.cli.console.style import LAYOUT
from dr_orchestrator.cli.console.telling import plain
from dr_orchestrator.domain.game_day.acts import Abort
from dr_orchestrator.domain.game_day.standing import Phase
from dr_orchestrator.errors import DroError

SILENT_S = 5.0
"""Real seconds without an answer of the ledger after which everybody is told."""


class Looked(Message):
    """A look at the ledger came to this: what was seen, or why nothing was."""

    def __init__(self, seen: Seen | None, why: str) -> None:
        super().__init__()
        self.seen, self.why = seen, why


class Done(Message):
    """A draft was written, or refused."""

    def __init__(self, draft: Draft, refused: DroError | None) -> None:
        super().__init__()
        self.draft, self.refused = draft, refused


class Stopped(Message):
    """The stopping of an aborted game day has something to say."""


class Console(App[None]):
    """The console of one game day, for one person."""

    CSS = LAYOUT
    TITLE = "dro game-day"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar = [
        Binding("ctrl+c,ctrl+q", "leave", "Leave", priority=True),
        *(Binding(each.key, f"press('{each.name}')", each.word) for each in KEYS),
    ]

    def __init__(self, hands: Hands, seen: Seen) -> None:
        super().__init__()
        self.hands, self.seen, self.why, self.notice = hands, seen, "", ""
        self._answered = hands.machine()
        self.left: list[tuple[str, Mapping[str, str]]] = []
        """All that was typed here and is not known to be in the ledger as it is left, by the titles of its forms."""

    def compose(self) -> ComposeResult:
        """Head, banner, the panes, the timeline, and the keys."""
        yield Static(id="head", markup=False)
        yield Static(id="banner", markup=False)
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield _pane("next")
                yield _pane("injects")
            with Vertical(id="right"):
                yield _pane("people")
        yield _pane("log", "")
        yield Static(footer(), id="keys", markup=False)

    def on_mount(self) -> None:
        """Begin to follow the ledger, and to let the clocks go."""
        self.query_one("#next").border_title = "Next inject"
        self.query_one("#injects").border_title = "Injects"
        self.query_one("#people").border_title = "Drills, people, go/no-go, criteria"
        self.query_one("#log").border_title = "Timeline (UTC)"
        self.writer = Writer(self.hands.perform, lambda draft, refused: self._post(Done(draft, refused)))
        self.follower = Follower(self.hands.look, lambda seen, why: self._post(Looked(seen, why)))
        self.stopping = Stopping(self.hands.stop, lambda: self._post(Stopped()))
        self.set_interval(1.0, self.show)
        self.show()
        self.query_one("#log", VerticalScroll).focus()
        self._to_the_end()

    def on_unmount(self) -> None:
        """Begin nothing more; what goes on, goes on without it."""
        self.follower.leave()
        self.writer.leave()
        self.left += [(each.form.title, each.values) for each in self.writer.pending]

    def on_resize(self) -> None:
        """The head is as wide as the terminal, and the newest entry stays in sight."""
        self.call_after_refresh(self.show)
        self._to_the_end()

    def on_looked(self, told: Looked) -> None:
        """Show what was added, whoever did."""
        self.why = told.why
        if told.seen is not None:
            grown = len(told.seen.entries) > len(self.seen.entries)
            self.seen, self._answered = told.seen, self.hands.machine()
            self.show()
            if grown:
                self._to_the_end()
        else:
            self.show()

    def on_done(self, told: Done) -> None:
        """A draft is in the ledger: its form closes; or it was refused: its form says why, and keeps its words."""
        asking = next((each for each in self._asking() if each.draft is told.draft), None)
        if told.refused is not None and asking is not None:
            asking.refuse(told.refused)
        elif told.refused is not None:
            self.push_screen(Asking(told.draft.form, self._give, told.draft.values, refusal(told.refused)))
        else:
            self.follower.ask()
            if asking is not None:
                asking.dismiss()
            wish = told.draft.wish
            if isinstance(wish, Abort):
                self._stop(wish.reason)

    def on_stopped(self) -> None:
        """Look at once: a run may have ended."""
        self.follower.ask()

    def show(self) -> None:
        """All of it, as it is now."""
        base = self.screen_stack[0] if self.screen_stack else None
        if base is None or not base.query("#keys"):
            return  # it is opened, or closed, just now
        seen = self.seen.at(self.hands.now())
        shown: dict[str, Text] = {
            "head": panes.head(seen, self.size.width),
            "banner": self._banner(seen),
            "next-text": panes.next_inject(seen),
            "injects-text": panes.injects(seen),
            "people-text": _people(seen),
            "log-text": panes.timeline(seen),
        }
        for name, text in shown.items():
            base.query_one(f"#{name}", Static).update(text)
        base.query_one("#banner").display = bool(shown["banner"].plain)
        self._tell_screens(seen)

    def action_press(self, name: str) -> None:
        """Do what a key is for."""
        self.notice = ""
        special: Mapping[str, Callable[[], object]] = {"help": self._help, "leave": self.action_leave}
        if name in special:
            special[name]()
        elif name == "abort" and self.seen.standing.phase is Phase.ABORTED:
            self._stop(self.seen.standing.aborted.text if self.seen.standing.aborted else "")
        else:
            self._ask(getattr(forms, name)(self.seen.at(self.hands.now())))

    def action_leave(self) -> None:
        """Leave; the game day goes on, and its drills do."""
        self.left = [(each.form.title, each.values) for each in self._asking() if each.draft is None]
        self.exit()

    def _asking(self) -> list[Asking]:
        return [each for each in self.screen_stack if isinstance(each, Asking)]

    def _ask(self, form: Form) -> None:
        if form.none:
            self.notice = form.none
            self.show()
        else:
            self.push_screen(Asking(form, self._give))

    def _give(self, form: Form, values: Mapping[str, str]) -> Draft | DroError:
        draft = Draft(form, values, self.hands.now())
        try:
            _ = draft.wish
        except DroError as wrong:
            return wrong
        self.writer.put(draft)
        return draft

    def _stop(self, reason: str) -> None:
        self.stopping.begin(reason)
        self.push_screen(Reading("Aborted: its drills are stopped", self._stopping_text))

    def _stopping_text(self) -> Text:
        return told_of_stopping(self.seen, self.stopping)

    def _help(self) -> None:
        self.push_screen(Reading("Keys", lambda: HELP))

    def _banner(self, seen: Seen) -> Text:
        told = (panes.banner(seen), self._silence(), self._unwritten(), Text(plain(self.notice)))
        return Text("\n").join([each for each in told if each.plain])

    def _silence(self) -> Text:
        silent = self.hands.machine() - self._answered
        if not self.why and silent < SILENT_S:
            return Text("")
        told = f"LEDGER SILENT for {silent:.0f} s: {plain(self.why or 'it does not answer')}; it is tried again"
        return Text(f" {told} ", "black on yellow")

    def _unwritten(self) -> Text:
        waiting = self.writer.pending
        if not waiting or not (self.why or self.hands.machine() - self._answered >= SILENT_S):
            return Text("")
        return Text(f" NOT WRITTEN YET, and kept: {', '.join(each.form.title for each in waiting)} ", "black on yellow")

    def _tell_screens(self, seen: Seen) -> None:
        for each in self.screen_stack:
            if isinstance(each, Reading):
                each.show()
            elif isinstance(each, Asking) and self._silence().plain:
                each.wait(f"{self._silence().plain.strip()}; what was typed is kept")

    def _post(self, message: Message) -> None:
        if self.is_running:
            self.post_message(message)

    def _to_the_end(self) -> None:
        for log in self.screen_stack[0].query("#log").results(VerticalScroll):
            self.call_after_refresh(log.scroll_end, animate=False)


def _pane(name: str, classes: str = "pane") -> VerticalScroll:
    return VerticalScroll(Static(id=f"{name}-text", markup=False), id=name, classes=classes or None)


def _people(seen: Seen) -> Text:
    """The right side: what matters by now comes first."""
    parts = [("Roles", panes.roles(seen)), ("Criteria", panes.criteria(seen))]
    drills, list_ = ("Drills", panes.drills(seen)), ("Go / no-go", panes.go_no_go(seen))
    parts = [list_, *parts, drills] if seen.standing.phase.before_start else [drills, *parts, list_]
    shown = Text()
    for title, text in parts:
        shown.append(f"{title}\n", "bold underline")
        shown.append_text(text)
        shown.append("\n")
    return shown
