"""Receivers of notices on this machine: a web hook and a mail server, which answer as they are told."""
