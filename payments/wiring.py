from core.roles import may
from payments import exports, metrics, operators, preflight, services

SCHEDULE = {
    "payments.carry_out_commands": {"task": "payments.tasks.carry_out_commands", "schedule": 10.0},
    "payments.read_inbox": {"task": "payments.tasks.read_inbox", "schedule": 10.0},
    "payments.reconcile": {"task": "payments.tasks.reconcile", "schedule": 60.0},
    "payments.forget": {"task": "payments.tasks.forget", "schedule": 86_400.0},
}
COLLECTORS = [metrics.collector]
DASHBOARDS = {"payments": operators.DASHBOARD}
SUMMARIES = {"payments": operators.SUMMARY}
PREFLIGHT = {"payments": preflight.payments}
EXPORTS = {"payments": exports.payments, "saved_methods": exports.saved_methods}
ANONYMISED = [services.forget_payer]
VIEW = may("view", "payments", "payment refund ledgerentry gatewaycommand savedmethod webhookevent")
ROLES = {"support": [*VIEW, *may("change", "payments", "payment")], "read-only": VIEW}
