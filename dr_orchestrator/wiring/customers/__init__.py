"""Customers' stacks: how they are reached, looked at around each drill, and recorded."""
