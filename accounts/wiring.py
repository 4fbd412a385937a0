from accounts import demo, exports

SCHEDULE = {
    "accounts.send_codes": {"task": "accounts.tasks.send_codes", "schedule": 20.0},
    "accounts.tidy": {"task": "accounts.tasks.tidy", "schedule": 3600.0},
}
EXPORTS = {"account": exports.account}
DEMO = [demo.people]
