from realtime import boards, hints, publishing

SETTLERS = [(boards.BoardChanged, boards.settle), (publishing.Fact, publishing.settle)]

REVOKED = [hints.revoke_on_commit]

SCHEDULE = {
    "realtime.render_due_boards": {"task": "realtime.tasks.render_due_boards", "schedule": 1.0},
    "realtime.worker_beat": {"task": "realtime.tasks.worker_beat", "schedule": 5.0},
    "realtime.bury_lost_nodes": {"task": "realtime.tasks.bury_lost_nodes", "schedule": 60.0},
    "realtime.purge": {"task": "realtime.tasks.purge", "schedule": 86_400.0},
}
