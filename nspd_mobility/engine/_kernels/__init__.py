"""Compiled parts of the engine's facilities."""
