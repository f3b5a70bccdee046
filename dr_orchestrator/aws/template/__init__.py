"""Infrastructure code that is read before it is trusted: what a template would create, and what it may not."""
