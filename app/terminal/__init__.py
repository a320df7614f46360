"""How answers, counts, models and progress look in a terminal."""

from app.terminal.answers import print_explanations, print_reply
from app.terminal.models import licence_text, print_model, print_models, size_text
from app.terminal.progress import follow, follow_installation, follow_quietly
from app.terminal.status import print_counts, print_status, print_verified
from app.terminal.streams import Tell, abandon_stdout, complain, prepare_streams, say, settle_stdout, shown

__all__ = [
    "Tell",
    "abandon_stdout",
    "complain",
    "follow",
    "follow_installation",
    "follow_quietly",
    "licence_text",
    "prepare_streams",
    "print_counts",
    "print_explanations",
    "print_model",
    "print_models",
    "print_reply",
    "print_status",
    "print_verified",
    "say",
    "settle_stdout",
    "shown",
    "size_text",
]
