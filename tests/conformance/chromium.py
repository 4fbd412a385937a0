"""static/stream.js in Chromium, as a client of the conformance kit.

python -m conformance --client "python -m tests.conformance.chromium" \
    --serve /static=static --serve /kit=tests/conformance/page
"""

import asyncio
import contextlib
import json
import shutil
import sys
from typing import Any

from playwright.async_api import Browser, BrowserContext, Error, Page, async_playwright

OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]


class Chromium:
    """A context for each storage; a tab in it is a client. Orders go to the tab that was opened or chosen last."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: dict[str, BrowserContext] = {}
        self._tabs: list[Page] = []
        self._tab: Page | None = None
        self._errors: list[str] = []

    async def do(self, order: dict[str, Any]) -> dict[str, Any]:
        if order["do"] != "close" and self._errors:
            return {"ok": False, "error": self._errors.pop()}
        match order["do"]:
            case "open":
                await self._open(order)
            case "choose":
                self._tab = self._tabs[order["tab"]]
            case "kill":
                await self._kill()
            case "close":
                await self._close()
            case "offline" | "online":
                await self.tab.context.set_offline(order["do"] == "offline")
            case _:
                return await self._ask(order)
        return {"ok": True}

    async def _open(self, order: dict[str, Any]) -> None:
        name = order["storage"]
        if name not in self._contexts:
            self._contexts[name] = await self._browser.new_context()
        await self._contexts[name].set_offline(False)
        self._tab = await self._contexts[name].new_page()
        self._tabs.append(self._tab)
        self._tab.on("pageerror", lambda error: self._errors.append(str(error)))
        await self._tab.goto(f"{order['url']}/kit/index.html?time_factor={order['time_factor']}")
        await self._tab.wait_for_function("window.client")
        await self._ask(order)

    async def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = await self.tab.evaluate("order => window.client.do(order)", order)
        return answer

    async def _kill(self) -> None:
        """As the system does it: the page has no time to tidy up."""
        session = await self.tab.context.new_cdp_session(self.tab)
        async with self.tab.expect_event("crash"):
            crash = asyncio.create_task(session.send("Page.crash"))
        await self.tab.close()
        with contextlib.suppress(Error):
            await crash
        self._tabs.remove(self.tab)
        self._tab = None

    async def _close(self) -> None:
        for context in self._contexts.values():
            await context.close()
        self._contexts.clear()
        self._tabs.clear()
        self._errors.clear()
        self._tab = None

    @property
    def tab(self) -> Page:
        assert self._tab is not None, "no tab is open"
        return self._tab


async def main() -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
        chromium = Chromium(browser)
        while line := await asyncio.to_thread(sys.stdin.readline):
            try:
                answer = await chromium.do(json.loads(line))
            except Exception as error:
                answer = {"ok": False, "error": str(error)}
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
