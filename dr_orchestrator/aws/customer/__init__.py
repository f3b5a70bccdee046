"""Looks at customers' stacks by a role of the customer's account: reads alone, and nothing else exists there."""
