"""The page door of recalls: the list, the cockpit, steps, papers, answers, and what all may see."""
