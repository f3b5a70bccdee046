"""Short texts that a workspace words itself: Jinja in a sandbox, in which a name that is not known is a mistake."""

from __future__ import annotations

from collections.abc import Mapping

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

MOST = 20_000
"""The letters that one may come to."""


class WrongWording(ValueError):
    """A template that cannot be filled in: why."""


class _Bounded(ImmutableSandboxedEnvironment):
    """It multiplies nothing: a few letters would be a text of any length."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def call_binop(self, context: object, operator: str, left: object, right: object) -> object:  # noqa: ARG002
        """Refuse it."""
        raise WrongWording(f"it may not calculate by '{operator}'")


_environment = _Bounded(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)


def filled(template: str, facts: Mapping[str, object]) -> str:
    """The text of a template with these facts; WrongWording where it cannot be filled in."""
    try:
        text = _environment.from_string(template).render(facts)
    except WrongWording:
        raise
    except TemplateError as wrong:
        raise WrongWording(wrong.message or type(wrong).__name__) from None
    except Exception as wrong:  # noqa: BLE001 - only the template's own expressions run here: theirs to mend
        raise WrongWording(f"{type(wrong).__name__}: {wrong}") from None
    if len(text) > MOST:
        raise WrongWording(f"it comes to more than {MOST} letters")
    return text
