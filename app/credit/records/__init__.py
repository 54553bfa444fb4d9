"""Credit records: what agencies say of subjects, and what of it who may read."""
