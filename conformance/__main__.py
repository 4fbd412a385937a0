"""python -m conformance --client "<command>": hold a client against the protocol, and print what holds."""

import argparse
import asyncio
import sys
from pathlib import Path

from conformance.drivers import Child
from conformance.running import Result, Terms, run_all
from conformance.scenarios import SCENARIOS


def show(result: Result) -> None:
    rule = str(result.scenario.rule or "–")
    line = f"{rule:>2}  {result.outcome:8}  {result.seconds:5.1f} s  {result.scenario.title}\n"
    reason = f"{'':25}{result.reason}\n" if result.reason else ""
    sys.stdout.write(line + reason)
    sys.stdout.flush()


def served(text: str) -> tuple[str, Path]:
    path, _, directory = text.partition("=")
    return path, Path(directory)


async def main(client: str, names: list[str], terms: Terms) -> int:
    child = Child(client)
    try:
        results = await run_all([SCENARIOS[name] for name in names or SCENARIOS], child, terms, show)
    finally:
        await child.end()
    counts = dict.fromkeys(("holds", "fails", "left out"), 0)
    for result in results:
        counts[result.outcome] += 1
    sys.stdout.write(", ".join(f"{count} {outcome}" for outcome, count in counts.items()) + "\n")
    return 1 if counts["fails"] else 0


parser = argparse.ArgumentParser(prog="python -m conformance", description=__doc__)
parser.add_argument("--client", required=True, help="the command that starts its driver")
parser.add_argument("--serve", action="append", default=[], type=served, help="/path=directory, for clients in pages")
parser.add_argument("scenarios", nargs="*", choices=[[], *SCENARIOS], metavar="scenario", help="all, if none is named")
arguments = parser.parse_args()
sys.exit(asyncio.run(main(arguments.client, arguments.scenarios, Terms(files=dict(arguments.serve)))))
