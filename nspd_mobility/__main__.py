"""Lets ``python -m nspd_mobility`` do what ``nspd`` does."""

from .cli import main

main()
