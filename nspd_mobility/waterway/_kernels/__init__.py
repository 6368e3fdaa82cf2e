"""Compiled models of the waterway; they assume valid input, which `nspd_mobility.waterway` checks."""
