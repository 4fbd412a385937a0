"""The verbs of dispatch.

Locks are taken in the order user, report, its requests and estimates, payments, and only of one report in a unit.
Whoever asks, answers or decides holds the report's lock; so an accepted estimate is the last word on it.
"""
