"""Short texts that a workspace words itself: Jinja in a sandbox, in which a name that is not known is a mistake."""

from __future__ import annotations

from collections.abc import Mapping

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

MOST = 20_000
"""The letters that one may come to."""

FILTERS = frozenset(
    {
        *("capitalize", "count", "default", "first", "join", "last", "length", "list", "lower"),
        *("reverse", "sort", "title", "trim", "unique", "upper"),
    }
)
"""The filters that it may use: none makes a long text of a short one."""

# Without calls, names of its own and calculations a text grows with the template and the facts alone.
_SHOWS = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.List, nodes.Tuple, nodes.For)
_CHOOSES = (nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Test)
_TAKES = (nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Filter, nodes.Keyword, nodes.Concat, nodes.Add, nodes.Sub)
_KNOWN = (*_SHOWS, *_CHOOSES, *_TAKES, nodes.Neg)
_DEEPEST = 2


class WrongWording(ValueError):
    """A template that cannot be filled in: why."""


_environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)
_environment.globals.clear()


def filled(template: str, facts: Mapping[str, object]) -> str:
    """The text of a template with these facts; WrongWording where it cannot be filled in."""
    try:
        read = _environment.parse(template)
        _refuse(read)
        return _bounded(_environment.from_string(read), facts)
    except WrongWording:
        raise
    except TemplateError as wrong:
        raise WrongWording(wrong.message or type(wrong).__name__) from None
    except Exception as wrong:  # noqa: BLE001 - only the template's own expressions run here: theirs to mend
        raise WrongWording(f"{type(wrong).__name__}: {wrong}") from None


def _bounded(template: Template, facts: Mapping[str, object]) -> str:
    parts: list[str] = []
    length = 0
    for each in template.generate(facts):
        length += len(each)
        if length > MOST:
            raise WrongWording(f"it comes to more than {MOST} letters")
        parts.append(each)
    return "".join(parts)


def _refuse(of: nodes.Node, loops: int = 0) -> None:
    """Refuse what a few letters could make endless, before any of it runs."""
    if isinstance(of, nodes.BinExpr) and not isinstance(of, _KNOWN):
        raise WrongWording(f"it may not calculate by '{of.operator}'")
    if not isinstance(of, _KNOWN):
        raise WrongWording(f"it may not use '{type(of).__name__.lower()}': names, `if`, `for` and filters alone")
    if isinstance(of, nodes.Filter):
        _refuse_filter(of)
    if isinstance(of, nodes.For):
        loops += 1
        if loops > _DEEPEST or of.recursive:
            raise WrongWording(f"it may not nest more than {_DEEPEST} loops")
    for each in of.iter_child_nodes():
        _refuse(each, loops)


def _refuse_filter(of: nodes.Filter) -> None:
    if of.name not in FILTERS:
        raise WrongWording(f"it may not use the filter '{of.name}'; it may use {', '.join(sorted(FILTERS))}")
    given = [*of.args, *(each.value for each in of.kwargs)]
    if of.dyn_args or of.dyn_kwargs or (of.name == "join" and not all(isinstance(each, nodes.Const) for each in given)):
        raise WrongWording(f"it may give the filter '{of.name}' no more than a text of its own")
