"""The clock, the facilities on it, and the period that a run covers."""
