"""Reads what a template says: values as far as they can be told, whose they are, the parts of its resources."""
