"""The pages about opt-outs, for staff and for the public."""
