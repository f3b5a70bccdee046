"""YAML text -> data with lines, within limits of our own: what drill files and CloudFormation templates are read by."""
