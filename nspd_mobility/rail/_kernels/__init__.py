"""Compiled models of rail; they assume valid input, which `nspd_mobility.rail` checks."""
