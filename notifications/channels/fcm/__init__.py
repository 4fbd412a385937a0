"""Firebase Cloud Messaging, by its HTTP v1 API. Nothing outside this package knows `firebase_admin`.

The SDK builds and checks the messages and holds the credentials. The call is ours, because the SDK's own blocks for
28 seconds on a quota of 7, resends in secret what may have been delivered, and costs four times the CPU.
"""

from notifications.channels.fcm.sender import Fcm

__all__ = ["Fcm"]
