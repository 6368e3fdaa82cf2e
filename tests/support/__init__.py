"""What tests share: builders of locks and ships, and simulations that check the invariants."""
