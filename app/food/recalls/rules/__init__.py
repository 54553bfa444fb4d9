"""Decisions of recalls: steps, deadlines, papers, disposal, shares, tiers, effectiveness, links."""
