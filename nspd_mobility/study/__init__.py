"""Studies: the grid of scenarios, years, variants and replications, from a file to results on disk."""
