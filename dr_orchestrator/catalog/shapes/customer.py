"""The shape of a customer's stack: what a service depends on in somebody else's account."""

from __future__ import annotations

from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import Account, BaselineFile, Region, RoleArn, Shape, StackName, Text


class CustomerStack(Shape):
    """A stack in a customer's account that this service depends on, and that has to stay as it is."""

    account: Account = Field(description="The customer's AWS account.")
    region: Region = Field(description="The AWS region it is in.")
    stack: StackName = Field(description="The stack's name there.")
    role: RoleArn = Field(description="The role of that account by which it is looked at, and nothing else: `dro iam`.")
    external_id: Text | None = Field(default=None, description="The external id that the role's trust policy asks for.")
    baseline: BaselineFile | None = Field(
        default=None,
        description="Where its recorded state lies: `dro baseline` writes it; baselines/SERVICE-NAME.json by default.",
    )
