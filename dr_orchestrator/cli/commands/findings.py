"""Commands on findings: findings, finding show|start|assign|accept|note|not-reproducible."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from dr_orchestrator.cli.output import hang, json_option, print_json
from dr_orchestrator.cli.terminal.table import print_table
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.findings.tracked import RaisedBy, State, end_of
from dr_orchestrator.errors import Exit
from dr_orchestrator.reporting.wording import iso

if TYPE_CHECKING:
    from dr_orchestrator.domain.findings.acts import PersonAct
    from dr_orchestrator.domain.findings.tracked import Entry, TrackedFinding
    from dr_orchestrator.domain.tickets.ticket import Ticket

STATES = {each.value.replace(" ", "-"): each for each in State}
FAILING = ("overdue", "live", "never")
SEVERITIES = [each.value for each in Severity]
COLUMNS = ("Finding", "Severity", "State", "Due", "Age", "Service", "Drill", "What", "Owner", "Seen", "Evidence")
_DAY = click.DateTime(["%Y-%m-%d"])
_several = click.argument("names", nargs=-1, required=True, metavar="FINGERPRINT...")


@click.command()
@click.option("--state", "states", multiple=True, type=click.Choice([*STATES]), help="Only those; may be repeated.")
@click.option("--all", "every", is_flag=True, help="List those that are closed, too.")
@click.option("--service", help="Only findings of this service.")
@click.option("--severity", "severities", multiple=True, type=click.Choice(SEVERITIES), help="Only so grave ones.")
@click.option("--overdue", is_flag=True, help="Only those that should have been done by now.")
@click.option(
    "--fail-on",
    "failing",
    type=click.Choice(FAILING),
    default="never",
    show_default=True,
    help="End with 1 where one that is listed is overdue, or has to be worked on at all (live).",
)
@json_option
def findings(
    states: tuple[str, ...],
    every: bool,
    service: str | None,
    severities: tuple[str, ...],
    overdue: bool,
    failing: str,
    as_json: bool,
) -> int:
    """List the findings that are not closed, what is overdue first.

    A finding is raised by a run, by a look at the posture or by a drill that is overdue. It is remediated by a passing
    run of the same drill on AWS (a shortfall by a later look), and by nothing else. Its fingerprint, or the beginning
    of it, is what `dro finding` takes.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.findings import NOT_CLOSED, Wanted, listing

    chosen = tuple(STATES[each] for each in states) or (tuple(State) if every else NOT_CLOSED)
    wanted = Wanted(chosen, service, tuple(map(Severity, severities)), overdue)
    found, now = listing(wiring.world(), wanted)
    if as_json:
        print_json([_as_json(each, now) for each in found])
    else:
        if found:
            print_table(COLUMNS, _rows(found, now))
        click.echo(_told(found, now))
    return _exit_code(found, now, failing)


@click.group()
def finding() -> None:
    """Show a finding, or say what becomes of it; every word is kept with who said it, and when.

    A FINGERPRINT is as `dro findings` lists it: the beginning of one will do. Of several, all are changed or none.
    Who acts is the user of this machine, or whom DRO_OPERATOR names.
    """


@finding.command()
@click.argument("name", metavar="FINGERPRINT")
@json_option
def show(name: str, as_json: bool) -> None:
    """Show a finding with its history."""
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.findings import show as shown
    from dr_orchestrator.wiring.tickets import tickets_of

    here = wiring.world()
    found, history, now = shown(here, name)
    tickets = tickets_of(here, found.key)
    if as_json:
        told = {"tickets": [_ticket_json(each) for each in tickets]}
        print_json({**_as_json(found, now), **told, "history": [_entry_json(each) for each in history]})
    else:
        _print(found, history, tickets, now)


@finding.command()
@_several
def start(names: tuple[str, ...]) -> None:
    """Begin to work on findings; an acceptance ends by that."""
    from dr_orchestrator.domain.findings.acts import Start

    _act(names, Start())


@finding.command()
@_several
@click.option("--to", default="", metavar="NAME", help="The person or team who has to see to it.")
@click.option("--due", type=_DAY, metavar="DATE", help="The day by which it has to be done, such as 2027-01-31.")
@click.option("--reason", default="", metavar="TEXT", help="Why it may be done later than it was due.")
def assign(names: tuple[str, ...], to: str, due: datetime | None, reason: str) -> None:
    """Say who has to see to findings, by when, or both."""
    from dr_orchestrator.domain.findings.acts import Assign

    _act(names, Assign(to, end_of(due.date()) if due else None, reason))


@finding.command()
@_several
@click.option("--by", required=True, metavar="NAME", help="The person who bears the risk; not the owner.")
@click.option("--reason", required=True, metavar="TEXT", help="Why it may stay as it is.")
@click.option("--until", type=_DAY, required=True, metavar="DATE", help="The last day on which that holds.")
def accept(names: tuple[str, ...], by: str, reason: str, until: datetime) -> None:
    """Accept the risk of findings for a while; then they are open again, by themselves."""
    from dr_orchestrator.domain.findings.acts import Accept

    _act(names, Accept(by, reason, end_of(until.date())))


@finding.command()
@_several
@click.option("--text", required=True, metavar="TEXT", help="The words.")
def note(names: tuple[str, ...], text: str) -> None:
    """Add a note to the history of findings."""
    from dr_orchestrator.domain.findings.acts import Note

    _act(names, Note(text), "noted, and stands as before: ")


@finding.command("not-reproducible")
@_several
@click.option("--evidence", required=True, metavar="TEXT", help="What was tried and seen, or where that is kept.")
def not_reproducible(names: tuple[str, ...], evidence: str) -> None:
    """Close findings that cannot be seen again; a repeat reopens them."""
    from dr_orchestrator.domain.findings.acts import NotReproducible

    _act(names, NotReproducible(evidence))


def _act(names: Sequence[str], done: PersonAct, lead: str = "") -> None:
    from dr_orchestrator import wiring
    from dr_orchestrator.domain.findings.telling import standing
    from dr_orchestrator.wiring.findings import act

    changed, now = act(wiring.world(), names, done)
    for each in changed:
        hang(f"{each.fingerprint}  ", f"{each.title}: {lead}{standing(each, now)}{_stamp(each)}")
        if each.lacks:
            hang("  lacks still  ", f"{', '.join(each.lacks)}: `dro finding assign` says them")


def _exit_code(found: Sequence[TrackedFinding], now: datetime, failing: str) -> int:
    from dr_orchestrator.domain.findings.tracked import LIVE

    if failing == "overdue":
        return Exit.FAILED if any(each.overdue_at(now) for each in found) else Exit.PASSED
    live = any(each.state_at(now) in LIVE for each in found)
    return Exit.FAILED if failing == "live" and live else Exit.PASSED


def _rows(found: Sequence[TrackedFinding], now: datetime) -> list[tuple[str, ...]]:
    from dr_orchestrator.domain.findings.telling import age, due
    from dr_orchestrator.domain.findings.tracked import LIVE, shortened

    short = shortened(each.fingerprint for each in found)
    return [
        (
            short[each.fingerprint],
            each.severity.upper(),
            each.state_at(now).value,
            due(each, now) if each.state_at(now) in LIVE else "-",
            age(each.age_at(now)),
            each.service,
            each.drill or "-",
            each.title,
            each.owner or "no owner",
            str(each.seen),
            "SIMULATED" if each.simulated else "real",
        )
        for each in found
    ]


def _told(found: Sequence[TrackedFinding], now: datetime) -> str:
    late = sum(each.overdue_at(now) for each in found)
    lacking = [word for each in found if not each.state_at(now).closed for word in each.lacks]
    lacks = [f"{lacking.count(word)} with {word}" for word in dict.fromkeys(lacking)]
    return f"{counted(len(found), 'finding')}: {', '.join([f'{late} overdue', *lacks])}."


def _print(of: TrackedFinding, history: Sequence[Entry], tickets: Sequence[Ticket], now: datetime) -> None:
    from dr_orchestrator.domain.findings.telling import standing

    hang(f"{of.fingerprint}  ", f"{of.severity.upper()}: {of.title}{_stamp(of)}")
    hang("  ", of.detail)
    tier = "no tier" if of.tier is None else f"tier {of.tier}"
    drill = f", drill {of.drill} ({of.kind})" if of.drill else ""
    hang("  of         ", f"{of.service} ({of.service_title}), {tier}{drill}")
    hang("  stands     ", standing(of, now))
    hang("  owner      ", of.owner or "no owner: `dro finding assign` names one")
    hang("  due        ", f"{of.due:%Y-%m-%d %H:%M} UTC" if of.due else "no due date: `dro finding assign` gives one")
    first, last = (f"{each:%Y-%m-%d %H:%M} UTC" for each in (of.first_seen, of.last_seen))
    hang("  seen       ", f"{counted(of.seen, 'time')}, first on {first}, last on {last} ({of.last_source})")
    if not of.state_at(now).closed:
        hang("  closes     ", _closes(of))
    for ticket in tickets:
        hang("  ticket     ", _ticket(ticket, of.state_at(now)))
    click.echo("  history")
    for each in history:
        told = ": ".join(filter(None, (each.act.value, each.text)))
        about = f" ({each.source})" if each.source else ""
        hang(f"    {each.at:%Y-%m-%d %H:%M} UTC  ", f"{each.who}  {told}{about}")


def _ticket(of: Ticket, state: State) -> str:
    """Tell where a ticket is, or since when it is not seen."""
    if of.remote:
        by_hand = ": closed by hand, which remediates nothing" if of.closed_by_hand(state) else ""
        return f"{of.url or of.ref} ({of.status or 'state not read yet'}{by_hand})"
    since = f"since {of.gone_at:%Y-%m-%d %H:%M} UTC" if of.gone_at else "any more"
    if state.closed:
        becomes = "none is made anew: the finding is closed"
    elif of.gone_at is None:
        becomes = "the next `dro tickets sync` makes another"
    else:
        becomes = "each sync looks for it, and `dro tickets anew` makes another"
    return f"{of.ref} is not seen there {since}; {becomes}"


_EXERCISES = {
    RaisedBy.GAME_DAY: (
        "a later game day {name} on AWS in which it holds, or an evaluator says by what it is mended:"
        " `dro game-day plan {name}`, `dro game-day mended`"
    ),
    RaisedBy.TABLETOP: "a later sitting of {name}, not a rehearsal, in which it holds: `dro tabletop record`",
    RaisedBy.REVIEW: "a later review of {name} in which it holds: `dro review run {name}`",
    RaisedBy.MASS_RESTORE: "a later drill of {name} on AWS in which it holds: `dro mass run {name}`",
}
"""The closing of what exercises of people show, by their sort; in a sentence with the name of its file."""


def _closes(of: TrackedFinding) -> str:
    """Say what would close it."""
    if of.raised_by in _EXERCISES:
        return _EXERCISES[of.raised_by].format(name=of.drill)
    if of.drill:
        begun = f"a run of {of.drill} on AWS, begun after it was last seen"
        return f"{begun}, that passes and looks at this: `dro run {of.drill}`"
    return "a later look on AWS that sees this mended: `dro posture`"


def _stamp(of: TrackedFinding) -> str:
    return ", SIMULATED: no evidence" if of.simulated else ""


def _as_json(of: TrackedFinding, now: datetime) -> dict[str, object]:
    state = of.state_at(now)
    return {
        "fingerprint": of.fingerprint,
        "simulated": of.simulated,
        "state": state.value,
        "overdue": of.overdue_at(now),
        "age_s": of.age_at(now).total_seconds(),
        "severity": of.severity.value,
        "title": of.title,
        "detail": of.detail,
        "rule": of.rule.value,
        "raised_by": of.raised_by.value,
        "service": of.service,
        "service_title": of.service_title,
        "tier": of.tier,
        "drill": of.drill or None,
        "kind": of.kind or None,
        "owner": of.owner or None,
        "due_at": iso(of.due),
        "lacks": list(of.lacks),
        "first_seen_at": iso(of.first_seen),
        "opened_at": iso(of.opened_at),
        "last_seen_at": iso(of.last_seen),
        "last_seen_by": of.last_source,
        "seen": of.seen,
        "reopened": of.reopened,
        "accepted": _accepted(of) if state is State.ACCEPTED else None,
        "closed_at": iso(of.closed_at),
        "retest": of.retest or None,
        "evidence": of.evidence or None,
    }


def _accepted(of: TrackedFinding) -> dict[str, object]:
    return {"by": of.accepted_by, "reason": of.accepted_reason, "until": iso(of.accepted_until)}


def _ticket_json(of: Ticket) -> dict[str, object]:
    told = {"tracker": of.tracker, "ref": of.ref, "url": of.url or None, "status": of.status or None}
    return {**told, "closed": of.closed, "read_at": iso(of.seen_at), "lost_at": iso(of.gone_at)}


def _entry_json(of: Entry) -> dict[str, object]:
    told = {"at": iso(of.at), "who": of.who, "by_person": of.act.of_person, "act": of.act.value}
    return {**told, "text": of.text, "source": of.source or None}
