"""The way in: what a form asks, in which words, and what people answered."""

from signups.models.form import CONTACT_QUESTIONS, Form, Version
from signups.models.submission import State, Submission, TooMany

__all__ = ["CONTACT_QUESTIONS", "Form", "State", "Submission", "TooMany", "Version"]
