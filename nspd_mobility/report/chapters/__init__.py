"""The sections of the report, in the order in which the page shows them."""

from . import answer, variants, key_table, trade_off, lock, capacity, bridges, trains, encounters, water, network, quality, run_facts  # noqa: I001  (the order of the page)

__all__ = ["answer", "bridges", "capacity", "encounters", "key_table", "lock", "network", "quality", "run_facts", "trade_off", "trains", "variants", "water"]
