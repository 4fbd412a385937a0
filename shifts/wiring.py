from shifts import boards, commands, demo, exports, kinds, services

KINDS = {"shifts.offer": kinds.OFFER}
COMMANDS = commands.COMMANDS
BOARDS = {boards.NAME: boards.COVERAGE}
SCHEDULE = {
    "shifts.tidy": {"task": "shifts.tasks.tidy", "schedule": 10.0},
    "shifts.go_on_offering": {"task": "shifts.tasks.go_on_offering_everywhere", "schedule": 15.0},
    "shifts.release_shifts": {"task": "shifts.tasks.release_shifts", "schedule": 60.0},
    "shifts.withdraw_overlapping": {"task": "shifts.tasks.withdraw_overlapping_everywhere", "schedule": 60.0},
}
ANONYMISED = [services.retire_employee]
EXPORTS = {"shifts": exports.shifts}
DEMO = [demo.hospital]
WAYS_IN = [demo.ways_in]
