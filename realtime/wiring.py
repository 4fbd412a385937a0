from core.roles import may
from realtime import boards, hints, nodes, publishing
from realtime.operators import dashboard

SETTLERS = [(boards.BoardChanged, boards.settle), (publishing.Fact, publishing.settle)]

REVOKED = [hints.revoke_on_commit]

SCHEDULE = {
    "realtime.render_due_boards": {"task": "realtime.tasks.render_due_boards", "schedule": 1.0},
    "realtime.worker_beat": {"task": "realtime.tasks.worker_beat", "schedule": 5.0},
    "realtime.bury_lost_nodes": {"task": "realtime.tasks.bury_lost_nodes", "schedule": 60.0},
    "realtime.purge": {"task": "realtime.tasks.purge", "schedule": 86_400.0},
}
COLLECTORS = [nodes.collector]
DASHBOARDS = {"realtime": dashboard.DASHBOARD}
SUMMARIES = {"realtime": dashboard.SUMMARY}
VIEW = may("view", "realtime", "connection node board")
ROLES = {"support": VIEW, "read-only": VIEW}
