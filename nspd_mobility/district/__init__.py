"""One simulated day or week of the district: the steps in their order, on one clock."""
