"""The command that records customers' stacks as they are, and tells what is otherwise than recorded: baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dr_orchestrator.cli.output import hang, json_option, print_json
from dr_orchestrator.cli.terminal.notices import plain, warn_of_pace, writing
from dr_orchestrator.errors import Exit, UsageError

if TYPE_CHECKING:
    from dr_orchestrator.wiring.customers.recording import Recorded


@click.command()
@click.argument("services", nargs=-1, metavar="[SERVICE...]")
@click.option("--write", is_flag=True, help="Record what is not recorded yet, beside the drill files.")
@click.option("--replace", is_flag=True, help="With --write: record what differs, too, in place of what was recorded.")
@json_option
def baseline(services: tuple[str, ...], write: bool, replace: bool, as_json: bool) -> int:
    """Look, read-only, at the customers' stacks of the services named (or all), against what was recorded of them.

    Without --write nothing is written. With it, a stack that has no baseline gets one, and one of whose changes not all
    are known is confirmed; one that differs keeps its own until --replace says that what is there now is right. A stack
    that could not be read whole is not recorded. Exit codes: 0 as recorded, or recorded now; 1 something differs; 3
    something is not recorded, could not be read, or its changes are not all known.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.customers import recording

    if replace and not write:
        raise UsageError("--replace is for --write", "say both, once the differences have been read")
    here = wiring.world()
    warn_of_pace(here)
    with writing("the baselines", "name a workspace that this user may write"):
        found = recording.record(here, services, write=write, replace=replace)
    if as_json:
        print_json([_as_json(each) for each in found])
    else:
        for each in found:
            _print(each)
    return _code(found)


def _code(found: list[Recorded]) -> int:
    from dr_orchestrator.wiring.customers.recording import Standing

    left = {each.standing for each in found if not each.written}
    if Standing.DIFFERS in left:
        return Exit.FAILED
    return Exit.INCONCLUSIVE if left & {Standing.UNREAD, Standing.NEW, Standing.UNSURE} else Exit.PASSED


def _print(found: Recorded) -> None:
    from dr_orchestrator.domain.customer_stack import Aspect
    from dr_orchestrator.wiring.customers.recording import Standing

    standing = found.standing
    hang(f"{found.stack.name}  ", f"({found.stack}; service {found.service}): {standing.value}")
    unread = found.look.unread
    for aspect in Aspect:
        told = found.told[aspect]
        if standing is Standing.NEW:
            hang(f"  {aspect.value:<12}", f"to be recorded ({told.digest[:12]})")
        elif aspect in unread:
            hang(f"  {aspect.value:<12}", plain(unread[aspect]))
        elif not told.changes:
            hang(f"  {aspect.value:<12}", plain(told.words))
        for change in told.changes:
            hang(f"  {aspect.value:<12}", plain(change.path))
            hang("    was       ", plain(change.was))
            hang("    is        ", plain(change.now))
        for event in told.events:
            hang("    changed   ", plain(str(event)))
    hang("  → ", _next(found))


def _next(found: Recorded) -> str:
    from dr_orchestrator.wiring.customers.recording import Standing

    if found.written:
        return f"written to {found.path}: look at it, and keep it with the drill files"
    service = found.service
    return {
        Standing.AS_RECORDED: f"nothing to do; {found.path} stands",
        Standing.NEW: f"`dro baseline {service} --write` records it in {found.path}",
        Standing.DIFFERS: f"{found.path} stands; `dro baseline {service} --write --replace` where this is right now",
        Standing.UNSURE: f"`dro baseline {service} --write` records it anew: its history then begins today",
        Standing.UNREAD: f"nothing was written; `dro iam --role {found.stack.account}` prints the rights that it needs",
    }[found.standing]


def _as_json(found: Recorded) -> dict[str, Any]:
    stack = found.stack
    return {
        "name": stack.name,
        "service": found.service,
        "account": stack.account,
        "region": stack.region,
        "stack": stack.stack,
        "file": str(found.path),
        "standing": found.standing.value,
        "written": found.written,
        "aspects": {
            aspect.value: {
                "outcome": told.outcome.value,
                "words": told.words,
                "digest": told.digest,
                "changes": [vars(each) for each in told.changes],
                "events": [{**vars(each), "at": each.at.isoformat()} for each in told.events],
            }
            for aspect, told in found.told.items()
        },
    }
