"""Compiled primitives that the modes share."""
