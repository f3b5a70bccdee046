"""Directories of services that a company keeps elsewhere, read for what a drill file asks: Backstage's, or a table."""
