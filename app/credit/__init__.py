"""What agencies know of subjects, what follows from it, and what everybody may see of it."""
