"""The modules that open the ledger and the scanner to people, machines and the shell."""
