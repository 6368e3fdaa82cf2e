"""The sections of the report, in the order in which the page shows them."""

from . import answer, variants, key_table, lock, network, quality, run_facts  # noqa: I001  (the order of the page)

__all__ = ["answer", "key_table", "lock", "network", "quality", "run_facts", "variants"]
