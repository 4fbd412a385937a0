"""In a conversation with very many messages a page is a range of an index, and a rare word is found by one."""

import re
from dataclasses import dataclass

import pytest

MESSAGES, OTHERS = 5000, 20
PAGES = ["page_before", "page_after", "page_around"]


@dataclass(frozen=True)
class Engine:
    """How it says that it does so: `rare` words are found in all conversations, or in one."""

    page: str
    rare: str
    everywhere: bool
    whole_table: str


ENGINES = {
    "postgresql": Engine(
        page=r"Index Scan using one_message_per_place on chat_message .*\n *Index Cond: .*seq >= .*seq <= ",
        rare=r"Bitmap Index Scan on message_words",
        everywhere=True,
        whole_table=r"Seq Scan on chat_message\b",
    ),
    "sqlite": Engine(
        page=r"SEARCH chat_message USING INDEX \w+ \(conversation_id=\? AND seq>\? AND seq<\?\)",
        rare=r"SEARCH chat_message USING INDEX \w+ \(conversation_id=\?\)",
        everywhere=False,
        whole_table=r"SCAN chat_message\b",
    ),
}


@pytest.mark.parametrize("engine", ENGINES)
def test_no_page_and_no_search_reads_all_messages(street, engine):
    says = ENGINES[engine]
    with street.house(engine) as house:
        crowd = house.call("tests.chat_crowd.crowd", MESSAGES, OTHERS)
        reader, conversation = crowd["reader"], crowd["conversation"]

        def plan(look, *asked):
            return house.call("tests.chat_crowd.plan", look, reader, *asked)

        pages = [plan(look, conversation) for look in PAGES]
        places = [conversation, None] if says.everywhere else [conversation]
        found = [plan("find", place, word) for place in places for word in ("rare", "absent")]
        assert [page for page in pages if not re.search(says.page, page)] == []
        assert [search for search in found if not re.search(says.rare, search)] == []
        assert [one for one in [*pages, *found] if re.search(says.whole_table, one)] == []
        # The control: where no index helps, it shows.
        assert re.search(says.whole_table, plan("find_anywhere"))
        shown = [house.call(f"tests.chat_crowd.{look}", reader, conversation) for look in PAGES]
        counts = [house.call("tests.chat_crowd.find", reader, conversation, word) for word in ("rare", "common")]
        assert (shown, counts) == ([50, 50, 50], [2, 50])
