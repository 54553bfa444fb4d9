"""Looking after an installation: backup, restore, and figures that say how it is."""
