"""Who signs in: people, agencies and machines, their keys and for whom they may act."""
