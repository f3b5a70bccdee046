"""The nouns of disaster recovery and their arithmetic; no framework is known here."""
