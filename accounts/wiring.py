from accounts import demo, exports, operators, roles
from core.roles import may

SCHEDULE = {
    "accounts.send_codes": {"task": "accounts.tasks.send_codes", "schedule": 20.0},
    "accounts.tidy": {"task": "accounts.tasks.tidy", "schedule": 3600.0},
}
EXPORTS = {"account": exports.account}
DEMO = [demo.people]
SUMMARIES = {"accounts": operators.SUMMARY}
PREFLIGHT = {"roles": roles.preflight}
VIEW = may("view", "accounts", "user session firebaseidentity")
ROLES = {
    "dispatcher": may("view", "accounts", "user"),
    "support": [*VIEW, *may("change", "accounts", "user"), *may("add", "accounts", "user")],
    "moderator": [*may("view", "accounts", "user"), *may("change", "accounts", "user")],  # to suspend somebody
    "fleet officer": may("view", "accounts", "user apikey"),
    "read-only": [
        *VIEW,
        *may("view", "accounts", "apikey"),
        *may("view", "auth", "group"),
        *may("view", "admin", "logentry"),
    ],
}
