"""python -m bench: measure, and print one table. `make bench` gives it a PostgreSQL and a Redis of its own."""

import os

os.environ["DOMAINS"] = "dispatch,bookings,chat,fleet,tests.sample,bench"

import argparse
import platform
import signal
import sys
import time

from bench import (
    agenda,
    audience,
    bookings,
    broadcast,
    campus,
    chat,
    claims,
    dispatch,
    faces,
    fanout,
    fleet,
    history,
    latency,
    memory,
    publish,
    push,
    resume,
)
from bench.plan import QUICK, Plan
from bench.table import Row, printed
from tests.house import Street
from tests.services import workspace

MEASUREMENTS = {
    "fanout": fanout.measure,
    "latency": latency.measure,
    "resume": resume.measure,
    "memory": memory.measure,
    "publish": publish.measure,
    "push": push.measure,
    "claims": claims.measure,
    "broadcast": broadcast.measure,
    "audience": audience.measure,
    "dispatch": dispatch.measure,
    "bookings": bookings.measure,
    "agenda": agenda.measure,
    "chat": chat.measure,
    "history": history.measure,
    "fleet": fleet.measure,
    "campus": campus.measure,
    "faces": faces.measure,
}


def main() -> None:
    options = _options()
    if not {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys():
        sys.exit("Run `make bench`, which starts a PostgreSQL and a Redis for it.")
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("Two cores are needed: one for the server, one for the load client.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that children are ended
    plan = QUICK if options.quick else Plan()
    rows: list[Row] = []
    with workspace() as directory:
        street = Street(directory)
        for name in options.only:
            started = time.monotonic()
            rows += MEASUREMENTS[name](street, plan)
            print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    print(_conditions(plan), printed(rows), sep="\n\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short runs, for work on the code only")
    parser.add_argument("--only", type=_names, default=list(MEASUREMENTS), metavar="NAME[,NAME]", help=_names.__doc__)
    return parser.parse_args()


def _names(text: str) -> list[str]:
    """some of: fanout, latency, resume, memory, publish, push, claims, broadcast, audience, dispatch, bookings,
    agenda, chat, history, fleet, campus, faces"""
    names = text.split(",")
    if unknown := set(names) - MEASUREMENTS.keys():
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}")
    return names


def _conditions(plan: Plan) -> str:
    return (
        f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores shared by all, Python {platform.python_version()}: "
        f"{plan.rounds} rounds of {plan.seconds:g} s."
    )


if __name__ == "__main__":
    main()
