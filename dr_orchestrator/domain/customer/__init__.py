"""A customer's stack that has to stay unmodified: what it was, what it is, and what lies between."""
