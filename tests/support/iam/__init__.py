"""IAM as far as the tests need it: what its own data says of a policy, and what a policy says of a call."""
