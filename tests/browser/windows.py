"""What a test does in a browser."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from accounts.demo import PASSWORD

PATIENCE_MS = 20_000  # on a machine that does much else
BACK_MS = PATIENCE_MS + 30_000  # a client that was long away waits as long as that before it tries again
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
GRAVE = {"serious", "critical"}

# The elements that make a page wider than its window.
STICKING_OUT = """() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const isOut = (element) => {
    const { left, right } = element.getBoundingClientRect();
    return left < 0 || right > clientWidth;
  };
  const out = [...document.body.querySelectorAll("*")].filter(isOut).map((element) => element.outerHTML.slice(0, 200));
  return [`${scrollWidth} wide in ${clientWidth}`, ...out];
}"""

expect.set_options(timeout=PATIENCE_MS)


class Window:
    """One person's browser, with one tab and more where asked for."""

    def __init__(
        self, browser: Browser, url: str, *, size: dict[str, int] = DESK, language: str = "en", dark: bool = False
    ) -> None:
        self.url = url
        self.complaints: list[str] = []
        self.expected: tuple[str, ...] = ()  # parts of complaints that the test sets out to cause
        self.context = browser.new_context(
            viewport=size, locale=language, color_scheme="dark" if dark else "light", base_url=url
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.page = self.tab()

    def tab(self) -> Page:
        page = self.context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._complain(f"{page.url}: {error}"))
        return page

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        self.page.goto("/live/sign-in")
        self.page.locator("[name=username]").fill(email)
        self.page.locator("[name=password]").fill(password)
        self.page.locator("main form button.primary").click()
        self.page.wait_for_url(lambda url: "sign-in" not in url)

    def open(self, path: str) -> Page:
        """A live page, once it is live."""
        self.page.goto(path)
        self.is_live()
        return self.page

    def speak(self, language: str) -> None:
        """As she chooses it in her menu, which asks for the page anew."""
        menu = self.page.locator(".menu")
        menu.locator("summary").click()
        expect(menu).to_have_attribute("open", "")
        with self.page.expect_navigation():
            menu.locator(f"[name=language][value={language}]").click()
        self.is_live()

    def is_live(self) -> None:
        expect(self.body("live")).to_have_count(1, timeout=BACK_MS)

    def is_stale(self, within_ms: int = PATIENCE_MS) -> None:
        expect(self.body("stale")).to_have_count(1, timeout=within_ms)

    def body(self, state: str) -> Locator:
        return self.page.locator(f"body[data-state={state}]")

    def expect_complaints(self, *parts: str) -> None:
        """Such as those of a browser whose server was killed."""
        self.expected = parts

    def grave_violations(self) -> list[tuple[str, str]]:
        """What axe-core finds serious or worse: the rule and the first element."""
        found: list[dict[str, Any]] = Axe().run(self.page).response["violations"]
        return [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in GRAVE]

    def sticking_out(self) -> list[str]:
        """What makes the page wider than its window, and by how much."""
        found: list[str] = self.page.evaluate(STICKING_OUT)
        return found

    def close(self) -> None:
        self.context.close()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._complain(f"{message.location.get('url', '')}: {message.text}")

    def _complain(self, text: str) -> None:
        if not any(part in text for part in self.expected):
            self.complaints.append(text)
