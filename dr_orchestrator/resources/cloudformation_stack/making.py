"""The making of a stack: AWS expands, what it expanded is judged, and nothing is executed that was not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dr_orchestrator.aws.template import expanded
from dr_orchestrator.aws.template.expanded import Processed
from dr_orchestrator.aws.template.given import Given
from dr_orchestrator.aws.template.imports import HINT, importing, listed, resources
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, Identity
from dr_orchestrator.domain.replica import Brought, Made
from dr_orchestrator.domain.service import Rebuild
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.cloudformation_stack.change_sets import ADD, BRING, IMPORT, LOOK, MAKE, NEW, ChangeSets
from dr_orchestrator.resources.cloudformation_stack.shelving import Shelving
from dr_orchestrator.resources.cloudformation_stack.stack import IMPORTED, REVIEW

_HINT = "nothing was executed; run the drill again, and where it stays so find out what changes the template"
_CHANGES = "cloudformation:DescribeChangeSet"


class Making:
    """Makes a stack by change sets.

    | step | what stands then                             | a process that dies there leaves                         |
    |------|----------------------------------------------|----------------------------------------------------------|
    | look | a stack in review, with that change set      | a stack without resources: gone on with, or deleted      |
    | make | the same, first without any, then with this  | the same                                                 |
    | done | the stack, being made                        | a stack with the run's tag: adopted, or deleted          |

    One that imports is made in two, each of them judged and compared in the same way:

    | step   | what stands then                           | a process that dies there leaves                         |
    |--------|--------------------------------------------|----------------------------------------------------------|
    | import | the stack in review, with that change set  | a stack without resources, and the copies beside it      |
    | done   | the stack with what it imports, and keeps  | gone on with; or it goes, and the copies by themselves   |
    | make   | the same, with this change set             | the same                                                 |
    | done   | the whole stack, which keeps nothing more  | adopted, or deleted with all that it holds               |
    """

    def __init__(
        self, toolkit: Toolkit, rebuild: Rebuild, named: Callable[[Made], Made], look: Callable[[Given], None]
    ) -> None:
        """`named` is how the ledger has what is told of the template, `look` raises where it may not be executed."""
        self._toolkit, self._rebuild, self._named, self._look = toolkit, rebuild, named, look
        self._sets, self._shelving = ChangeSets(toolkit), Shelving(toolkit)

    def judged(self, copy: Copy, given: Given, of: str = NEW) -> Given:
        """The template that is executed: where it has to be expanded what AWS makes of it, derived and judged."""
        if given.expands:
            given = self._judged(copy, given, of)
        self._look(given)
        self._toolkit.context.derived(self._named(given.made))
        return given

    def make(self, copy: Copy, judged: Given) -> str:
        """Have a stack made of the template; the stack's id."""
        return self._carry_out(copy, MAKE, judged, NEW, dict.fromkeys(resources(judged), "Add"))

    def bring(self, copy: Copy, judged: Given, brought: Mapping[str, Brought]) -> str:
        """Have a stack made of what the template has of restored resources, by logical id; the stack's id.

        What AWS refuses to import is no proof that the environment cannot be recovered: NotMeasured.
        """
        first, brings = importing(judged, brought, self._rebuild.template_path), listed(judged, brought)
        try:
            return self._carry_out(copy, IMPORT, first, BRING, dict.fromkeys(brought, "Import"), brings)
        except NotRecoverable as refused:
            told = f"AWS does not import {', '.join(brought)}: {refused.message}"
            raise NotMeasured(told, HINT, "cloudformation:CreateChangeSet") from refused

    def add(self, copy: Copy, judged: Given, brought: Iterable[str]) -> str:
        """Have the rest of the template made in a stack that has imported; the stack's id."""
        wanted = {**dict.fromkeys(resources(judged), "Add"), **dict.fromkeys(brought, "Modify")}
        return self._carry_out(copy, MAKE, judged, ADD, wanted)

    def _carry_out(
        self,
        copy: Copy,
        which: str,
        given: Given,
        of: str,
        wanted: Mapping[str, str],
        brings: Sequence[Mapping[str, Any]] = (),
    ) -> str:
        """Have a change set executed that is what was judged: the same template, and no other changes than `wanted`."""
        change_set, stack = self._asked(copy, which, given, of, brings)
        judged = self._sets.read(change_set, self._rebuild.template_path)
        self._raise_where_other(given, judged)
        if of != NEW:
            self._raise_where_unwanted(change_set, wanted)
        self._raise_where_changed(judged, lambda: self._sets.read(change_set, self._rebuild.template_path))
        self._toolkit.context.raise_if_stopped()
        self._sets.execute(copy, change_set, stack, of)
        return stack

    def _raise_where_unwanted(self, change_set: str, wanted: Mapping[str, str]) -> None:
        """NotMeasured where it would make anew what was restored, or take over what was not."""
        told = self._sets.changes(change_set)
        if other := [f"{does} {name}" for name, does in told.items() if wanted.get(name) != does]:
            raise NotMeasured(f"AWS would do other than was judged: {', '.join(other)}", HINT, _CHANGES)
        if missing := [name for name, does in wanted.items() if does == "Import" and name not in told]:
            raise NotMeasured(f"AWS would not import {', '.join(missing)}", HINT, _CHANGES)

    def _judged(self, copy: Copy, given: Given, of: str) -> Given:
        """The template that AWS makes of the one that is given, derived and judged."""
        change_set, stack = self._asked(copy, LOOK, given, of)
        processed = self._sets.read(change_set, self._rebuild.template_path)
        self._sets.drop(copy, stack)  # and what a process that died asked for: it may be of another template
        return expanded.judge(self._rebuild, given, processed, self._toolkit.proofs.sources)

    def _asked(
        self, copy: Copy, which: str, given: Given, of: str, brings: Sequence[Mapping[str, Any]] = ()
    ) -> tuple[str, str]:
        """A change set that is ready to be read; the stack that came with it is in the ledger by then."""
        self._shelving.put(given)
        change_set, stack = self._sets.ask(copy, which, given, self._rebuild.tags, of, brings)
        self._toolkit.context.made(copy, Identity(stack, stack))
        self._sets.await_ready(copy, change_set, IMPORTED if of == ADD else REVIEW)
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
