"""Demand: the ships that come to the locks, drawn from tables or read from a file."""
