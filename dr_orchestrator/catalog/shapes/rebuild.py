"""The shape of how an environment is created anew: from a template, an app of the CDK, or by a program."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from dr_orchestrator.catalog.shapes.fields import (
    LogicalId,
    Name,
    Network,
    Output,
    Part,
    Region,
    Scalar,
    Shape,
    Span,
    Text,
    choice,
    wrong,
)
from dr_orchestrator.domain.replica import Place
from dr_orchestrator.domain.service import Fill

Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
LONGEST = timedelta(hours=24)
"""As long as a program may take."""


class Store(Shape):
    """A store of an environment that is created anew: the resource whose backup it gets, and how."""

    resource: Name = Field(description="The resource whose newest backup goes into it.")
    fill: Annotated[Fill, choice(Fill, "a way to fill a store")] | None = Field(
        default=None,
        description="Item by item (items, unless said), or by CloudFormation's import of what was restored (import).",
    )
    address: Output | None = Field(default=None, description="The program's output that is the host of its database.")
    port: Output | None = Field(default=None, description="The one that is its port, if not the engine's own.")
    secret: Output | None = Field(
        default=None, description="The one that is the secret of its login, if not the resource's own opens it."
    )

    @property
    def told(self) -> list[str]:
        """The keys that are outputs of a program."""
        return [key for key in ("address", "port", "secret") if getattr(self, key)]


def _store(written: object) -> object:
    return {"resource": written} if isinstance(written, str) else written


class Rebuild(Shape):
    """How an environment is created anew."""

    template: Text | None = Field(default=None, description="The CloudFormation template, relative to this file.")
    cdk: Text | None = Field(
        default=None, description="The folder that `cdk synth` leaves (cdk.out), relative to this file; with `stack`."
    )
    stack: Text | None = Field(
        default=None, description="The stack of the app, as `cdk list` calls it; what it needs is made before it."
    )
    command: Annotated[list[Text], Field(min_length=1)] | None = Field(
        default=None,
        description="The program that makes it, and its arguments (Terraform, Pulumi, SST), in a drill account alone.",
    )
    destroy: Annotated[list[Text], Field(min_length=1)] | None = Field(
        default=None, description="The program that takes down what `command` made, and its arguments."
    )
    within: Span = Field(
        default=timedelta(minutes=45), description="The limit of each of the two, in real time; then it is ended."
    )
    passed: list[Variable] = Field(
        default=[], description="The variables of this machine's environment that both get besides."
    )
    regions: list[Region] = Field(
        default=[], description="The other regions in which `command` makes something: the inventory looks there, too."
    )
    parameters: dict[LogicalId, Scalar] = Field(
        default={}, description="The template's parameters; {copy} stands for the name of the copy."
    )
    stores: dict[Part, Annotated[Store, BeforeValidator(_store, json_schema_input_type=Name | Store)]] = Field(
        default={},
        description="Which part of the template (of an app, or within it: Stack/Table), or of what a program makes (by "
        "any name), has which resource's data, and how.",
    )
    place: Annotated[Place, choice(Place, "a place for a replica")] | None = Field(
        default=None,
        description="Where a replica stands, if not where tiers.yaml says: beside production, or in its own account.",
    )
    leave_out: list[Part] = Field(
        default=[],
        description="The parts of the template (Resource, or Resource.Property) that a replica does without.",
    )
    allow: dict[Part, Text] = Field(
        default={}, description="The parts of the template that stay as they are though they reach outside, and why."
    )
    empty: dict[Part, Text] = Field(
        default={}, description="The parts of the template that keep data and may come back without any, and why."
    )
    imports: dict[Text, Scalar] = Field(
        default={}, description="The values of a replica's own for what the template imports from other stacks."
    )
    shares: list[Network] = Field(
        default=[], description="The networks of the account, their subnets and groups, that a replica may be put into."
    )

    @model_validator(mode="after")
    def _one_source(self) -> Rebuild:
        written = [key for key in ("template", "cdk", "command") if getattr(self, key)]
        if len(written) > 1:
            raise wrong(f"'{written[0]}' and '{written[1]}' exclude each other", "keep one of them")
        if not written:
            raise wrong("nothing says what it is made from", "add `template: ...`, or `cdk: cdk.out` and `stack: ...`")
        self._raise_unless_built()
        if self.cdk and not self.stack:
            raise wrong("'cdk' does not say which stack of the app", "add `stack: ...`; `cdk list` tells them")
        if self.stack and not self.cdk:
            raise wrong("'stack' is for `cdk`; a template is one stack", "remove it, or name the app by `cdk`")
        return self

    def _raise_unless_built(self) -> None:
        """The keys of a program go together, and with none of a template."""
        of_program, written = {"command", "destroy", "within", "passed", "regions"}, self.model_fields_set
        if not self.command:
            told = {key for store in self.stores.values() for key in store.told}
            if foreign := sorted(of_program & written | told):
                raise wrong(f"'{foreign[0]}' is for `command`", "remove it, or name the program by `command`")
            return
        self._raise_unless_told()
        if not self.destroy:
            raise wrong("nothing says how what the program makes is taken down", "add `destroy: [...]`")
        if foreign := sorted(written - of_program - {"place", "stores"}):
            raise wrong(f"'{foreign[0]}' is for templates; a program gets none of it", "remove it")
        if self.place is Place.BESIDE:
            raise wrong("a program is run in a drill account alone", "write `place: drill-account`, or remove it")
        if self.within > LONGEST:
            raise wrong("a program may take a day", "write `within: 24h` or less, or part it")

    def _raise_unless_told(self) -> None:
        for name, store in self.stores.items():
            if store.fill:
                raise wrong(f"'fill' of '{name}' is for templates; a program fills its own stores", "remove it")
            if store.told and not store.address:
                raise wrong(f"nothing says which output is the address of '{name}'", "add `address: OUTPUT`")

    @property
    def filled(self) -> dict[str, str]:
        """The stores' resources, by their parts."""
        return {part: store.resource for part, store in self.stores.items()}

    @property
    def source(self) -> tuple[str, str]:
        """The key that says what it is made from, and the path, or the program."""
        if self.command:
            return "command", self.command[0]
        return ("cdk", self.cdk) if self.cdk else ("template", self.template or "")
