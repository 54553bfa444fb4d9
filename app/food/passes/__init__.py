"""One-ticket passes: a dispatch's paper that its buyer answers; the book seen from both sides."""
