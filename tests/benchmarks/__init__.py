"""Measurements on the real processes and a durable database.

A benchmark is a module here with `SIZES`, the numbers it is run for by default, and
`run(stack, size)`, which yields `frame.Result`s.
"""
