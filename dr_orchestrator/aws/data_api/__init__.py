"""The Data API of RDS: statements to an Aurora cluster that are calls to AWS, by IAM and a secret, without a way in."""
