"""What holds on each live page there is, for somebody whom it is for."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from core.wiring import hooks
from tests.browser.windows import DESK, PHONE, Window
from tests.house import House, Web
from tests.test_translations import APPS, written

PATHS = sorted(page.path for page in hooks("PAGES"))
STRICT = {"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "connect-src": "'self'"}

# What stands on a page, but for what people and the demo have written.
WORDS = """() => {
  const words = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement, data } = walker.currentNode;
    if (!parentElement.closest("bdi, [dir=auto], script, [lang=en]") && data.trim()) words.push(data.trim());
  }
  for (const element of document.querySelectorAll("[aria-label], [placeholder]")) {
    words.push(element.ariaLabel ?? "", element.getAttribute("placeholder") ?? "");
  }
  return words;
}"""

Visit = Callable[[str], Window]


@pytest.fixture(scope="module")
def visit(browser: Browser, demo: Web, demo_house: House) -> Iterator[Visit]:
    """A browser of whom a page is for; each signs in once."""
    visitors = demo_house.call("tests.browser.deeds.visitors")
    windows: dict[str, Window] = {}

    def of(path: str) -> Window:
        email = visitors[path]
        if email not in windows:
            windows[email] = Window(browser, demo.url)
            windows[email].sign_in(email)
        return windows[email]

    yield of
    for one in windows.values():
        one.close()


@pytest.fixture
def there(visit: Visit, path: str) -> Iterator[Window]:
    """Complaints fail the test whose page they are of."""
    one = visit(path)
    one.complaints.clear()
    yield one
    assert one.complaints == []


@pytest.mark.parametrize("path", PATHS)
def test_it_opens_needs_nothing_from_elsewhere_and_everybody_can_use_it(there, demo, path):
    hosts: set[str] = set()
    there.page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))

    answer = there.page.goto(f"/live/{path}")
    there.is_live()
    expect(there.page.locator("main .is-stale")).to_have_count(0)

    assert answer is not None
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy | STRICT == policy
    assert "unsafe" not in answer.headers["content-security-policy"]
    for size, colours in ((DESK, "light"), (PHONE, "dark")):
        there.page.set_viewport_size(size)
        there.page.emulate_media(color_scheme=colours)
        assert there.grave_violations() == [], (size, colours)
        assert there.sticking_out() == []
    assert hosts <= {urlsplit(demo.url).netloc, ""}


@pytest.mark.parametrize("path", PATHS)
def test_it_speaks_arabic_from_right_to_left(there, path):
    there.page.set_viewport_size(PHONE)
    there.page.emulate_media(color_scheme="light")

    there.open(f"/live/{path}")
    there.speak("ar")
    expect(there.page.locator("main .is-stale")).to_have_count(0)

    expect(there.page.locator("html")).to_have_attribute("dir", "rtl")
    assert english().intersection(there.page.evaluate(WORDS)) == set()
    assert there.grave_violations() == []
    assert there.sticking_out() == []
    there.speak("en")


def english() -> set[str]:
    """Texts of ours that are others in Arabic."""
    texts = {text: translated for app in [*APPS, ""] for text, translated in written(app).items()}
    return {text for text, translated in texts.items() if text != translated and re.search("[A-Za-z]{2}", text)}
