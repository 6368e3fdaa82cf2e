"""Compiled kernels of rail; callers pass valid input and read the status codes."""
