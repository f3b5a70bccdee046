"""The words of commands in a terminal, beside their tables."""
