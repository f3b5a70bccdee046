"""Every call that the program may make, in a table for reviewers: what it acts on, with what, and by which rights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dr_orchestrator.domain.resource_type import BACKED, COMMON, DISCOVERY, IMPORT, ResourceType, Types, Write
from dr_orchestrator.domain.restore_test import GIVING

_INTRO = """# Every call that may be made

Generated from the declarations of the resource types (`make samples`): the guard lets nothing else through, and the
policies of `dro iam` come of the same. A change here is a change of what the program may do in an account.
"""
_READS = ("Call", "Called by", "Reads data", "Only when")
_WRITES = ("Call", "Type", "Effect", "Target", "Restores from", "Other parameters", "IAM actions")
_INQUIRIES = ("Call", "Type", "Let through")
Row = tuple[str, ...]


def calls(types: Types[ResourceType]) -> str:
    """All calls of all types as a page of Markdown: changes by the drill role, reads by the source role."""
    beats = [(f"`{each.beat.operation}`", each.name) for each in types if each.beat is not None]
    return "\n".join(
        (
            _INTRO,
            "## Changes, by the drill role\n",
            *_table(_WRITES, (_write(of, write) for of in types for write in of.writes)),
            "\n## Reads, by the source role\n",
            *_table(_READS, _reads(types)),
            "\n## Statements to sources, by the source role, where a check reads one by the Data API\n",
            *_table(_INQUIRIES, (row for of in types for row in _inquiry(of))),
            "\n## The heartbeat, by `dro canary` alone\n",
            *_table(("Call", "Type"), beats),
            "\n## The verdict of a run, by `dro import --give-back` alone\n",
            *_table(("Call", "On"), [(f"`{GIVING}`", "a job of a restore testing plan, whose point a run restored")]),
            "",
        )
    )


def resource_types(types: Types[ResourceType]) -> str:
    """The types as a table of Markdown: what each is in AWS, by which kinds it is drilled, and how its data is read."""
    rows = ((f"`{of.name}`", of.made.title, ", ".join(f"`{kind}`" for kind in of.kinds), _data(of)) for of in types)
    return "\n".join(_table(("type", "AWS resource", "drilled by", "data read by"), rows))


def _data(of: ResourceType) -> str:
    if of.programmed:
        return "rows of its stores, HTTP"
    return {
        "rows": "SQL",
        "items": "items by key",
        "objects": "objects by key",
        "blocks": "blocks, files",
        "files": "files",
        "machine": "files, its own programs, HTTP",
        "stores": "items, objects and rows of its stores, HTTP",
    }.get(of.content, "nothing")


def _write(of: ResourceType, write: Write) -> Row:
    target = f"{write.target}, in a copy that {write.within.parameter} names" if write.within else str(write.target)
    target += f"; each of {write.brings} is a copy of the run" if write.brings else ""
    target += f"; {write.uses} is a {write.used_as} that the drill declares" if write.uses else ""
    own = of.grants.get(write.operation, (write.operation,))
    actions = dict.fromkeys([*own, *(each for some in write.actions.values() for each in some)])
    named = [f"`{each}`" for each in sorted(write.takes)]
    origin = f"`{write.origin}`" if write.origin else "-"
    return f"`{write.operation}`", of.name, write.effect, target, origin, ", ".join(named) or "-", _code(actions)


def _inquiry(of: ResourceType) -> Iterator[Row]:
    """The calls by which a source is asked, and what the guard holds each to."""
    if (asked := of.inquiry) is None:
        return
    told = {
        asked.begin: "on a source that a check of the drill reads",
        asked.say: f"likewise, in a transaction whose first statement was `{asked.opening}`: one that reads alone",
        asked.end: "likewise, of such a transaction",
    }
    yield from ((f"`{call}`", of.name, words) for call, words in told.items())


def _reads(types: Types[ResourceType]) -> Iterator[Row]:
    """Each read, by whom it is called: kinds of drills of a type, inventories, every run."""
    data = {call for of in types for call in of.data}
    by: dict[str, list[str]] = {}
    when: dict[str, list[str]] = {}
    users = [(f"{of.name} {kind}", calls) for of in types for kind, calls in of.kinds.items()]
    users += [(f"stores of environments, {of.name}s", of.filling) for of in types]
    users += [(f"stores of environments, {of.name}s", of.imported) for of in types]
    users += [(f"stores of environments, {of.name}s", calls) for of in types for calls in (of.born, of.direct)]
    users += [(f"settings of {of.name}s", of.compared) for of in types]
    apart = ((of, kind, calls) for of in types for kind, calls in of.vaulted.items() if not of.is_only_vaulted(kind))
    users += [(f"{of.name} {kind} from a vault", calls) for of, kind, calls in apart]
    users += [(f"{of.name} {kind} elsewhere", calls) for of in types for kind, calls in of.elsewhere.items()]
    users += [(f"{of.name} {kind} of copies elsewhere", calls) for of in types for kind, calls in of.standing.items()]
    users += [(f"{of.name} {kind} from a vault elsewhere", calls) for of in types for kind, calls in of.afar.items()]
    users += [(f"{of.name} asked by statements", of.stated) for of in types]
    there = "stores of environments in another account"
    users += [(f"{there}, {of.name}s", each) for of in types if of.born.all for each in (of.carried,)]
    users += [(f"{of.name} brought into another account", of.carried) for of in types if not of.born.all]
    users += [(f"{there}, {of.name}s", calls) for of in types for calls in (of.exported, of.across)]
    users += [(f"posture of {of.name}s", of.posture) for of in types]
    users += [(f"discovery of {of.name}s", of.discovery) for of in types] + [("every discovery", DISCOVERY)]
    users += [("dro import", IMPORT), ("every run whose copies AWS Backup may back up", BACKED)]
    users += [(f"inventory of {of.name}s", of.listing) for of in types] + [("every run", COMMON)]
    for user, found in users:
        for call in found.reads:
            by.setdefault(call, []).append(user)
            when.setdefault(call, []).extend([found.only_when[call]] if call in found.only_when else [])
    for call in sorted(by):
        yield (
            f"`{call}`",
            ", ".join(by[call]),
            "yes" if call in data else "-",
            "; ".join(dict.fromkeys(when[call])) or "-",
        )


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{each}`" for each in words)


def _table(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{'|'.join('---' for _ in columns)}|"
    yield from (f"| {' | '.join(row)} |" for row in rows)
