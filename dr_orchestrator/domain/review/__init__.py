"""Reviews of documents: what a machine can check of one, and what a person who did not write it says."""
