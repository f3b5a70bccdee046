"""The estate as it is found: what stands in an account, which service it is of, and what nobody claims or drills."""
