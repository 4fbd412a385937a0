"""python -m conformance --client "python -m conformance.example" """

import asyncio
import json
import sys

from conformance.example.driver import Driver


async def main() -> None:
    driver = Driver()
    while line := await asyncio.to_thread(sys.stdin.readline):
        try:
            answer = await driver.do(json.loads(line))
        except Exception as error:
            answer = {"ok": False, "error": repr(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


asyncio.run(main())
