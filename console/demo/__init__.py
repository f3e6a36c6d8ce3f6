"""The demo: a small organisation with a year of history, to try everything on.

Written through the models that real life writes through; bulk rows by COPY and
INSERT ... SELECT. The same seed makes the same people. Addresses end in .example:
no mail can leave by accident.
"""
