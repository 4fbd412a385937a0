"""Who may ask how often: see accounts/throttles.py and the settings in docs/operations.md."""

from config.env import env

THROTTLE_RATES = {
    "user": env("THROTTLE_USER", "1200/min"),
    "machine": env("THROTTLE_MACHINE", "6000/min"),
    "signature": env("THROTTLE_SIGNATURE", "60/min"),
    "signature_address": env("THROTTLE_SIGNATURE_ADDRESS", "600/min"),
    "login": env("THROTTLE_LOGIN", "10/min"),
    "login_address": env("THROTTLE_LOGIN_ADDRESS", "300/min"),
    "register": env("THROTTLE_REGISTER", "60/hour"),
    "code": env("THROTTLE_CODE", "5/hour"),
    "code_address": env("THROTTLE_CODE_ADDRESS", "100/hour"),
    "device": env("THROTTLE_DEVICE", "60/hour"),
}
