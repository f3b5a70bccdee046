"""DynamoDB tables: restore a point in time beside production, and load one table into another."""

from dr_orchestrator.resources.dynamodb_table.type import TYPE

__all__ = ["TYPE"]
