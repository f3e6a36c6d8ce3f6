"""The pages of marketing emails: list, editor, recipients, review, report."""
