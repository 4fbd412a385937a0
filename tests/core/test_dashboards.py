import csv
import html
import io
import json
import re
from datetime import UTC, datetime

import pytest
from asgiref.sync import async_to_sync
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.http import QueryDict

from accounts.models import User
from core.dashboards import Bar, Chart, Series, bars, days
from core.dashboards.exports import LOT, csv_of
from tests.factories.accounts import UserFactory
from tests.sample.desk import DeskFilters
from tests.sample.models import Counter, Share

pytestmark = pytest.mark.django_db

DESK = "/admin/dashboards/sample/"
PART = {"HTTP_HX_REQUEST": "true"}


def operator_with(*codenames: str) -> User:
    operator = UserFactory(is_staff=True)
    operator.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return operator


@pytest.fixture
def operator() -> User:
    return operator_with("view_counter", "change_counter")


@pytest.fixture
def desk(client, operator):
    client.force_login(operator)
    return client


def text_of(response) -> str:
    async def read() -> bytes:
        return b"".join([part async for part in response.streaming_content])

    return async_to_sync(read)().decode("utf-8-sig")


def rows_of(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text_of(response))))


class TestPage:
    def test_the_whole_page_has_the_filters_the_badge_and_the_figures(self, desk):
        Counter.objects.create(text="a", total=3)

        page = desk.get(DESK)

        assert page.status_code == 200
        assert page.context["cards"][0].value == "1"
        assert 'data-board="sample.totals"' in page.text
        assert 'name="period"' in page.text
        assert 'id="chart-totals"' in page.text

    def test_htmx_is_given_the_figures_alone(self, desk):
        part = desk.get(DESK, **PART).text

        assert "<html" not in part
        assert 'id="chart-totals"' in part

    def test_htmx_is_given_the_page_when_somebody_goes_back(self, desk):
        assert "<html" in desk.get(DESK, **PART, HTTP_HX_HISTORY_RESTORE_REQUEST="true").text

    def test_nobody_keeps_a_part_as_a_page(self, desk):
        assert "no-store" in desk.get(DESK, **PART)["Cache-Control"]

    def test_it_is_in_the_menu_of_those_who_may_see_it_and_of_nobody_else(self, client, desk):
        assert DESK in desk.get("/admin/").text
        client.force_login(operator_with("view_user"))
        assert DESK not in client.get("/admin/").text

    def test_a_chart_says_the_same_in_a_table(self, desk):
        Counter.objects.create(text="a<b", total=3)

        page = desk.get(DESK, **PART).text

        drawn = json.loads(html.unescape(re.search(r'data-chart="([^"]*)"', page)[1]))
        assert (drawn["labels"], drawn["series"][0]["values"]) == (["a<b"], [3])
        assert '<th scope="row">a&lt;b</th><td>3</td>' in page


class TestRights:
    def test_who_may_not_look_is_refused(self, client):
        client.force_login(operator_with("view_user"))

        assert client.get(DESK).status_code == 403
        assert client.get(DESK, {"export": "counters"}).status_code == 403

    def test_who_is_no_operator_is_asked_to_sign_in(self, client):
        client.force_login(UserFactory())

        assert client.get(DESK).url.startswith("/admin/login/")

    def test_a_part_that_is_asked_for_after_the_session_ended_makes_the_page_load_anew(self, client):
        answer = client.get(DESK, follow=True, **PART)

        assert answer["HX-Refresh"] == "true"

    @pytest.mark.parametrize("path", ["/admin/dashboards/nothing/", f"{DESK}?export=nothing"])
    def test_what_is_not_there_is_not_found(self, desk, path):
        assert desk.get(path).status_code == 404


class TestFilters:
    def test_what_is_asked_for_is_shown_and_stays_in_the_address(self, desk):
        for text in ("ab", "b"):
            Counter.objects.create(text=text)

        page = desk.get(DESK, {"text": "a", "period": "1"})

        assert [counter.text for counter in page.context["counters"]] == ["ab"]
        assert page.context["cards"][0].hint == "1 days"
        assert "?text=a&amp;period=1&amp;export=counters" in page.text

    @pytest.mark.parametrize("asked", ["", "period=", "period=nonsense", "period=30", "other=1"])
    def test_what_cannot_be_had_counts_as_not_asked_for(self, asked):
        filters = DeskFilters(QueryDict(asked))

        assert filters.values()["period"].days == 7
        assert filters.query == "period=7"


class TestExport:
    def test_a_table_is_a_file(self, desk):
        Counter.objects.create(text="Zoë", total=3)

        answer = desk.get(DESK, {"export": "counters"})

        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert re.fullmatch(
            r'attachment; filename="sample-counters-\d{4}-\d\d-\d\d.csv"', answer["Content-Disposition"]
        )
        header, row = rows_of(answer)
        assert (header, row[:2]) == (["Text", "Total", "At"], ["Zoë", "3"])

    def test_it_holds_what_the_filters_let_through(self, desk):
        for text in ("ab", "b"):
            Counter.objects.create(text=text)

        assert [row[0] for row in rows_of(desk.get(DESK, {"export": "counters", "text": "b"}))] == ["Text", "b"]

    @pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
    def test_no_spreadsheet_runs_what_somebody_typed(self, desk, begin):
        Counter.objects.create(text=f"{begin}1+1", total=-5)

        assert rows_of(desk.get(DESK, {"export": "counters"}))[1][:2] == [f"'{begin}1+1", "-5"]

    def test_rows_are_read_while_they_are_sent(self):
        read = []

        def rows():
            for number in range(3 * LOT):
                read.append(number)
                yield [number]

        async def first_parts(response) -> None:
            parts = aiter(response.streaming_content)
            for _ in range(2):
                await anext(parts)

        async_to_sync(first_parts)(csv_of(["Number"], rows(), "numbers.csv"))

        assert len(read) < 2 * LOT

    def test_who_took_what_is_kept(self, desk, operator):
        desk.get(DESK, {"export": "counters", "text": "a"})

        entry = LogEntry.objects.get()
        assert (entry.user, entry.change_message) == (operator, "Exported with text=a&period=7")
        assert entry.object_repr.startswith("sample-counters-")


class TestButtons:
    def press(self, desk, counter, **more):
        return desk.post(f"{DESK}?text=a", {"press": "grow", "on": counter.pk, **more}, follow=True)

    def test_one_calls_a_service_and_leads_back(self, desk, operator):
        counter = Counter.objects.create(text="a")
        Share.objects.create(counter=counter, user_id=operator.pk)

        page = self.press(desk, counter)

        counter.refresh_from_db()
        assert (counter.total, page.redirect_chain) == (1, [(f"{DESK}?text=a", 302)])
        assert [str(message) for message in page.context["messages"]] == [f"Grown: {counter}"]
        entry = LogEntry.objects.get()
        assert (entry.user, entry.object_id, entry.change_message) == (operator, str(counter.pk), "Grown")

    def test_a_refusal_is_shown(self, desk):
        page = self.press(desk, Counter.objects.create(text="a"))

        assert [str(message) for message in page.context["messages"]] == ["You do not share this counter."]
        assert not LogEntry.objects.exists()

    def test_it_is_for_those_who_may_operate(self, client):
        client.force_login(operator_with("view_counter"))

        assert self.press(client, Counter.objects.create(text="a")).status_code == 403

    def test_one_that_is_not_there_is_not_found(self, desk):
        assert desk.post(DESK, {"press": "nothing"}).status_code == 404


def test_bars_are_the_longest_first_and_nothing_is_no_bar():
    assert bars({("a", "b"): 1, ("c",): 4, ("d",): 0}, links={("c",): "/c/"}) == [
        Bar(("c",), 4, 100.0, "/c/"),
        Bar(("a", "b"), 1, 25.0),
    ]


def test_days_are_those_that_a_time_touches():
    touched = days(datetime(2026, 2, 27, 23, tzinfo=UTC), datetime(2026, 3, 1, 1, tzinfo=UTC))

    assert [day.isoformat() for day in touched] == ["2026-02-27", "2026-02-28", "2026-03-01"]


@pytest.mark.parametrize(("values", "is_empty"), [([0, None], True), ([], True), ([0, 2], False)])
def test_a_chart_of_nothing_says_so(values, is_empty):
    assert Chart("c", "C", ["a", "b"][: len(values)], [Series("s", values)]).is_empty == is_empty
