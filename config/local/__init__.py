"""A real PostgreSQL and a real broker from wheels, for one machine and for the tests.

Only the wheels' programs are used, under our own rules: bound to 127.0.0.1, random
passwords, never as root, stopped with whoever started them.
"""
