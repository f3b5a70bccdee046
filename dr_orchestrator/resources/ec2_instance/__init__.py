"""EC2 instances: start a machine of the newest image beside production, closed off, and ask it itself."""

from dr_orchestrator.resources.ec2_instance.type import TYPE

__all__ = ["TYPE"]
