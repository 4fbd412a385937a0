"""What one domain does for another: none of them knows the others, and a company may not have both."""

from importlib import import_module

from django.conf import settings

if {"dispatch", "chat"} <= {*settings.DOMAINS}:
    talks = import_module("config.talks")
    ASSIGNED = [talks.open_talk]
    DEMO = [talks.history]
