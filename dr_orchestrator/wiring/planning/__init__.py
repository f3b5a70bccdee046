"""The looks and reckonings before a drill starts."""
