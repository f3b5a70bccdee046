"""The rights of each role: the targets of writes, the roles that calls are made with, and the policies that those
need.
"""
