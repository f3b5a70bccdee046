"""CloudFormation stacks: create an environment anew under drill names, fill its stores, take it down whole."""

from dr_orchestrator.resources.cloudformation_stack.type import TYPE

__all__ = ["TYPE"]
