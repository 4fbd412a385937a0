"""What operators ask of chat: is it heard, and what is it that somebody has reported.

What people write to each other is nobody else's. The one message that was reported is shown as it was then, and the
few around it, to those who decide on the report; nothing else here tells what anybody has said.
"""
