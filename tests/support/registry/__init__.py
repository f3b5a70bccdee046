"""Distils the CloudFormation registry's schemas, as cfn-lint ships them, into the one small file that is shipped."""
