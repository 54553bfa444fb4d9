"""What every room of the ledger stands on: refusals, time, ids, quantities, units of work."""
