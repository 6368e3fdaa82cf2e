"""Result tables: their schemas, the recorder that streams them to Parquet, and the invariants that must hold on them."""
