"""Reading and checking network datasets."""
