"""The making of a stack: AWS expands, what it expanded is judged, and nothing is executed that was not."""

from __future__ import annotations

from collections.abc import Callable

from dr_orchestrator.aws.template import expanded
from dr_orchestrator.aws.template.expanded import Processed
from dr_orchestrator.aws.template.given import Given
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, Identity
from dr_orchestrator.domain.replica import Made
from dr_orchestrator.domain.service import Rebuild
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.cloudformation_stack.change_sets import LOOK, MAKE, ChangeSets
from dr_orchestrator.resources.cloudformation_stack.shelving import Shelving

_HINT = "nothing was executed; run the drill again, and where it stays so find out what changes the template"


class Making:
    """Makes a stack by change sets.

    | step | what stands then                             | a process that dies there leaves                         |
    |------|----------------------------------------------|----------------------------------------------------------|
    | look | a stack in review, with that change set      | a stack without resources: gone on with, or deleted      |
    | make | the same, first without any, then with this  | the same                                                 |
    | done | the stack, being made                        | a stack with the run's tag: adopted, or deleted          |
    """

    def __init__(
        self, toolkit: Toolkit, rebuild: Rebuild, named: Callable[[Made], Made], look: Callable[[Given], None]
    ) -> None:
        """`named` is how the ledger has what is told of the template, `look` raises where it may not be executed."""
        self._toolkit, self._rebuild, self._named, self._look = toolkit, rebuild, named, look
        self._sets, self._shelving = ChangeSets(toolkit), Shelving(toolkit)

    def make(self, copy: Copy, given: Given) -> str:
        """Have a stack made of the template, as it was judged once AWS had processed it; the stack's id."""
        if given.expands:
            given = self._judged(copy, given)
        self._look(given)
        self._toolkit.context.derived(self._named(given.made))
        change_set, stack = self._asked(copy, MAKE, given)
        judged = self._sets.read(change_set, self._rebuild.template_path)
        self._raise_where_other(given, judged)
        self._raise_where_changed(judged, lambda: self._sets.read(change_set, self._rebuild.template_path))
        self._toolkit.context.raise_if_stopped()
        self._sets.execute(copy, change_set, stack)
        return stack

    def _judged(self, copy: Copy, given: Given) -> Given:
        """The template that AWS makes of the one that is given, derived and judged."""
        change_set, stack = self._asked(copy, LOOK, given)
        processed = self._sets.read(change_set, self._rebuild.template_path)
        self._sets.drop(copy, stack)  # and what a process that died asked for: it may be of another template
        return expanded.judge(self._rebuild, given, processed, self._toolkit.proofs.sources)

    def _asked(self, copy: Copy, which: str, given: Given) -> tuple[str, str]:
        """A change set that is ready to be read; the stack that came with it is in the ledger by then."""
        self._shelving.put(given)
        change_set, stack = self._sets.ask(copy, which, given)
        self._toolkit.context.made(copy, Identity(stack, stack))
        self._sets.await_ready(copy, change_set)
        return change_set, stack

    def _raise_where_other(self, given: Given, processed: Processed) -> None:
        allowed = frozenset(self._rebuild.answers.allow)
        if found := list(expanded.differences(given, processed, allowed)):
            told = f"what AWS would execute is not what was judged: {'; '.join(found)}"
            raise NotMeasured(told, _HINT, "cloudformation:GetTemplate")

    def _raise_where_changed(self, judged: Processed, read: Callable[[], Processed]) -> None:
        if (now := read()).digest != judged.digest:
            told = f"the template changed after it was judged ({judged.digest[:16]} became {now.digest[:16]})"
            raise NotMeasured(told, _HINT, "cloudformation:GetTemplate")
