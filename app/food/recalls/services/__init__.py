"""The verbs of recalls: open, step by step to the end, tell, answer, look again, remind."""

from app.food.recalls.services.answers import (
    answer_by_link,
    give_answer,
    link_in_force,
    see_notice,
)
from app.food.recalls.services.notices import new_link
from app.food.recalls.services.opening import open_recall
from app.food.recalls.services.spreading import (
    followed,
    look_again,
    settle_scope,
    spread,
    tell_progress,
)
from app.food.recalls.services.steps import take_step
from app.food.recalls.services.telling import tell_closed, tell_holders, tell_officials
from app.food.recalls.services.timers import note_missed_clocks, remind_the_silent

__all__ = [
    "answer_by_link",
    "followed",
    "give_answer",
    "link_in_force",
    "look_again",
    "new_link",
    "note_missed_clocks",
    "open_recall",
    "remind_the_silent",
    "see_notice",
    "settle_scope",
    "spread",
    "take_step",
    "tell_closed",
    "tell_holders",
    "tell_officials",
    "tell_progress",
]
