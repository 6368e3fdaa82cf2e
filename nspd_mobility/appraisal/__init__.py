"""Indicators and comparisons: pure functions on result tables."""
