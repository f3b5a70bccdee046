"""Drafts of drill files: what is known of a service as YAML, its gaps marked, added beside what people wrote."""
