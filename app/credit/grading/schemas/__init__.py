"""How grades come in and go out: forms, JSON, sheets, the paper of the year's form."""
