"""Environments that a program of the team's own makes: Terraform, Pulumi, SST, or a script."""

from dr_orchestrator.resources.built_environment.type import TYPE

__all__ = ["TYPE"]
