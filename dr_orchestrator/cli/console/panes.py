"""The panes of the console as text: each a function of what was seen; words and signs say what colours do."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from dr_orchestrator.cli.console.seen import Seen
from dr_orchestrator.cli.console.telling import clock, line, plain
from dr_orchestrator.cli.output import STYLES
from dr_orchestrator.domain.exercise.roles import Role
from dr_orchestrator.domain.game_day.schedule import following, injects_of
from dr_orchestrator.domain.game_day.standing import Answer, DrillState, InjectStanding, InjectState, Phase, Started

WIDE = 100
"""Columns from which on there is room for what is known anyway."""

_PHASES = {
    Phase.RUNNING: "bold green",
    Phase.HELD: "bold yellow",
    Phase.ABORTED: "bold magenta",
    Phase.ENDED: "bold cyan",
}
_OVER = (Phase.ENDED, Phase.ABORTED)
_KEPT = "Players are not told what is to come."
_INJECTS = {
    InjectState.WAITING: ("·", "dim"),
    InjectState.DUE: ("►", "bold yellow"),
    InjectState.DELIVERED: ("○", ""),
    InjectState.MET: ("✓", "green"),
    InjectState.MISSED: ("✗", "bold red"),
}
_ANSWERS = {Answer.YES: ("✓", "green"), Answer.NO: ("✗", "bold red"), Answer.WAIVED: ("~", "yellow")}
_UNKNOWN = ("?", "dim")


def head(seen: Seen, width: int) -> Text:
    """Two lines: what it is and where it is; then its clocks, and who sits here."""
    of, standing = seen.record, seen.standing
    marks = [("EXERCISE", "black on yellow"), *([("SIMULATED", "black on cyan")] if of.simulated else [])]
    shown = Text(" ")
    for word, style in marks:
        shown.append(f" {word} ", style)
        shown.append(" ")
    phase = f" {standing.phase.upper()}{' · CLOSED' if of.closed_at else ''}{_verdict(seen)} "
    room = max(width - len(shown) - len(phase) - 1, 0)
    shown.append(_cut(plain(f"{of.plan.name}: {of.plan.title}"), room).ljust(room), "bold")
    shown.append(phase, _PHASES.get(standing.phase, "bold"))
    planned = f" of {clock(of.plan.planned)}" if width >= WIDE else ""
    second = f" net {clock(standing.net)}  gross {clock(standing.gross)}{planned}  "
    shown.append("\n")
    shown.append(second, "bold")
    shown.append(f"{standing.now:%H:%M:%S} UTC", "bold")
    roles = ", ".join(of.plan.roles_of(seen.by)) or "no role"
    shown.append(_cut(f"  you: {plain(seen.by)} ({roles})", max(width - len(second) - 13, 0)))
    return shown


def banner(seen: Seen) -> Text:
    """The line that everybody has to see: a hold and its reason, an abort, a no-go; empty where there is nothing."""
    of = seen.standing
    if of.aborted is not None:
        told, style = f"ABORTED by {of.aborted.by} at {of.aborted.at:%H:%M:%S}: {of.aborted.text}", "white on dark_red"
    elif of.phase is Phase.HELD:
        hold = of.clock.holds[-1]
        told, style = f"HOLD for {clock(hold.until(of.now))}, by {hold.by}: {hold.reason}", "black on yellow"
    elif of.no_go is not None:
        told, style = f"NO-GO by {of.no_go.by}: {of.no_go.text}", "white on dark_red"
    else:
        return Text("")
    return Text(f" {plain(told)} ", style)


def next_inject(seen: Seen) -> Text:
    """The inject that comes next: content, what is expected, the time that is left, what comes where it is not done."""
    of, found = seen.standing, following(seen.standing)
    if not seen.knows_injects:
        return Text(_KEPT, "dim")
    if found is None or of.phase in _OVER:
        return Text("none: the play is over" if of.phase in _OVER else "none waits", "dim")
    shown = Text()
    _put(shown, found.inject.name, "bold")
    shown.append("  ")
    _put(shown, _when(seen, found), _INJECTS[found.state][1])
    inject = found.inject
    way = " ".join(filter(None, (inject.sender, f"→ {inject.to}" if inject.to else "", inject.channel)))
    shown.append("\n")
    _put(shown, f"{inject.content}{f' ({way})' if way else ''}")
    within = f" within {clock(inject.within)}" if inject.within else ""
    shown.append(f"\nexpected{within}: ", "dim")
    _put(shown, inject.expected)
    if inject.contingency:
        shown.append("\nelse: ", "dim")
        _put(shown, inject.contingency)
    return shown


def injects(seen: Seen) -> Text:
    """All injects with where they are; for players those that were delivered."""
    return _lines(_inject_lines(seen)) if seen.record.plan.injects else Text("none in the plan", "dim")


def roles(seen: Seen) -> Text:
    """The roles: who acts in each, and for whom."""
    plan, shown = seen.record.plan, []
    for role in Role:
        holders = plan.roles.get(role, ())
        for each in holders:
            away = plan.is_away(each.person)
            acts = each.deputy if away else each.person
            told = f"{plain(acts or 'NOBODY')}" + (f", for {plain(each.person)}: AWAY" if away else "")
            deputy = f" (deputy {plain(each.deputy)})" if each.deputy and not away else ""
            text = Text()
            text.append(f"{role.value}: ", "dim")
            text.append(told, "" if acts else "bold red")
            text.append(deputy, "dim")
            shown.append(text)
    return _lines(shown)


def go_no_go(seen: Seen) -> Text:
    """The list, each line with its answer, and the director's word."""
    of, shown = seen.standing, []
    for each in seen.record.plan.go_no_go:
        said = of.answers.get(each.name)
        sign, style = _ANSWERS[said.answer] if said else _UNKNOWN
        text = Text()
        text.append(f"{sign} ", style)
        text.append(f"{said.answer.upper() if said else 'open'} ", style)
        _put(text, f"{each.name}: {each.question}")
        text.append(" ")
        _put(text, f"({said.by}{f': {said.reason}' if said.reason else ''})" if said else "", "dim")
        shown.append(text)
    approved = ", ".join(plain(each.by) for each in of.approvals)
    shown.append(Text(f"plan {of.plan.digest}: " + (f"approved by {approved}" if approved else "NOT APPROVED")))
    shown.append(Text(f"director: GO by {plain(of.go.by)}" if of.go else "director: no go yet", "" if of.go else "dim"))
    return _lines(shown)


def drills(seen: Seen) -> Text:
    """The drills of the plan and those that were started, each with its state, its verdict and its clean-up."""
    of, shown = seen.standing, []
    for each in of.drills:
        shown.append(_drill(each))
    started = {each.drill for each in of.drills}
    for name in (each.name for each in seen.record.plan.drills if each.name not in started):
        shown.append(Text(f"· {plain(name)}: not started", "dim"))
    return _lines(shown) if shown else Text("none in the plan", "dim")


def criteria(seen: Seen) -> Text:
    """The success criteria with their ratings."""
    of, shown = seen.standing, []
    for each in seen.record.plan.criteria:
        rated = of.ratings.get(each.name)
        sign, style = _UNKNOWN if rated is None else (("✓", "green") if rated.rating.met else ("✗", "bold red"))
        text = Text()
        text.append(f"{sign} {rated.rating if rated else '-'} ", style)
        critical = " CRITICAL" if each.critical else ""
        _put(text, f"{each.name}{critical}: {each.objective}, {each.success}")
        shown.append(text)
    return _lines(shown) if shown else Text("none in the plan", "dim")


def timeline(seen: Seen) -> Text:
    """Each entry: UTC, time since the start, author, and what was done; the newest last."""
    shown = []
    for each in seen.entries:
        begun = seen.standing.clock.started
        off = "" if begun is None or each.at < begun else clock(seen.standing.clock.gross(each.at))
        text = Text()
        text.append(f"{each.at:%H:%M:%S} ", "dim")
        text.append(f"{f'T+{off}' if off else 'before':<11} ", "dim")
        _put(text, each.by, "bold")
        text.append("  ")
        _put(text, line(seen.record.plan, each))
        shown.append(text)
    return _lines(shown)


def _verdict(seen: Seen) -> str:
    verdict = seen.record.verdict
    return f" · {verdict}" if verdict is not None and verdict.lower() != seen.standing.phase.value else ""


def _when(seen: Seen, found: InjectStanding) -> str:
    if found.due is None:
        return f"when: {found.inject.trigger}"
    left = found.due - seen.standing.net
    if found.state is InjectState.DUE:
        return f"DUE since {clock(-left)}"
    return f"in {clock(left)}"


def _inject_lines(seen: Seen) -> Iterator[Text]:
    for each in injects_of(seen.standing):
        if not seen.knows_injects and each.delivered is None:
            continue
        sign, style = _INJECTS[each.state]
        text = Text()
        text.append(f"{sign} ", style)
        when = clock(each.due) if each.due is not None else "trigger" if each.inject.trigger else "if missed"
        text.append(f"{when:<10}")
        _put(text, each.inject.name, "bold")
        text.append(f" {each.state.upper()}", style)
        waits = each.state is InjectState.DELIVERED and seen.standing.phase not in _OVER
        if waits and each.delivered and each.inject.within:
            text.append(f", {clock(each.delivered.net + each.inject.within - seen.standing.net)} left")
        yield text


def _drill(of: Started) -> Text:
    outcome = of.outcome
    if of.state is DrillState.ENDED and outcome and outcome.verdict:
        text = Text(f"{'✓' if outcome.verdict.startswith('PASSED') else '✗'} ")
        _put(text, of.drill)
        text.append(": ")
        text.append(outcome.verdict.value, STYLES[outcome.verdict])
        text.append(", ")
        cleanup = outcome.cleanup
        text.append(cleanup.value if cleanup else "clean-up unknown", STYLES[cleanup] if cleanup else "bold red")
    else:
        lost = of.state is DrillState.LOST
        text = Text()
        text.append("✗ " if lost else "► ", "bold red" if lost else "bold cyan")
        _put(text, f"{of.drill}: {of.state.upper()}{f' ({of.lost})' if of.lost else ''}")
    text.append("  ")
    _put(text, f"run {of.run}", "dim")
    return text


def _put(text: Text, told: str, style: str = "") -> None:
    """Add words of somebody's, in one line."""
    text.append(plain(told), style)


def _cut(told: str, room: int) -> str:
    return told if len(told) <= room else f"{told[: max(room - 1, 0)]}…"[:room]


def _lines(shown: Iterator[Text] | list[Text]) -> Text:
    return Text("\n").join(shown)
