"""Look-alikes of the outside world on loopback, over its real wire.

They are FCM, OneSignal, Twilio, Stripe, a mail server, and Google's keys of Firebase sign-in.

`world.outside()` starts them for a test, `python -m tests.outside COMMAND` for a command.
"""
