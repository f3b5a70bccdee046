"""Looks at the whole estate, and drafts drill files of what nobody has described."""
