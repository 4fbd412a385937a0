"""What plays of the products against a running server need (`<app>/story.py`, `manage.py story`): people with apps, and
a stopwatch. Nothing here knows the server from inside, but for which kinds of object are windowed.
"""
