"""The name of the type."""

NAME = "built-environment"
