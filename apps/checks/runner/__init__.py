"""The runner: takes checks from the broker, runs each in a sandbox, sends a report back.

It knows the broker and nothing else: no Django, no database, no secret key.
Start it with `python -m apps.checks.runner`.
"""
