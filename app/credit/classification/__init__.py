"""Credit-risk classes of enterprises: an internal reference that no public answer ever carries."""
