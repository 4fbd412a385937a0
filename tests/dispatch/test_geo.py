from collections.abc import Iterator, Sequence
from math import acos, atan2, cos, degrees, hypot, isclose, radians, sin, tan

import pytest
from django.db import connections, models
from django.db.utils import ConnectionHandler
from django.test.utils import isolate_apps
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dispatch.geo import EARTH_RADIUS_KM, Point, coarse, distance_expression, distance_km, rough_km, within_box
from tests.properties import tries

DEGREE_KM = radians(1) * EARTH_RADIUS_KM
HALF_ROUND_KM = 180 * DEGREE_KM

PARIS, LONDON = Point(48.8566, 2.3522), Point(51.5074, -0.1278)
SUVA = Point(-18.1416, 178.4419)
OPPOSITE = Point(-69.1519, -14.4295), Point(69.151900001, 165.570500001)  # their haversine is rounded to more than 1
NEARLY_NOTHING = 5e-324

on_each_engine = settings(
    max_examples=tries(50), suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)

latitudes = st.floats(-90, 90) | st.floats(89.9, 90) | st.floats(-90, -89.9) | st.sampled_from([-90.0, 0.0, 90.0])
longitudes = st.floats(-180, 180) | st.floats(179.9, 180) | st.floats(-180, -179.9) | st.sampled_from([-180.0, 180.0])
points = st.builds(Point, latitudes, longitudes)

with isolate_apps("tests.sample"):

    class Place(models.Model):
        latitude = models.FloatField()
        longitude = models.FloatField()

        class Meta:
            app_label = "sample"
            indexes = [models.Index(fields=["latitude", "longitude"], name="places_near")]

        def __str__(self) -> str:
            return f"{self.latitude} {self.longitude}"


@pytest.fixture
def sqlite() -> Iterator[str]:
    databases = {"default": {}, "sqlite": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
    connections["sqlite"] = ConnectionHandler(databases)["sqlite"]
    yield "sqlite"
    connections["sqlite"].close()
    del connections["sqlite"]


@pytest.fixture(params=["default", "sqlite"])
def places(request: pytest.FixtureRequest, db: None, sqlite: str) -> models.QuerySet[Place]:
    """An empty table on PostgreSQL, and on SQLite."""
    with connections[request.param].schema_editor() as editor:
        editor.create_model(Place)
    return Place.objects.using(request.param)


def only(places: models.QuerySet[Place], at: Sequence[Point]) -> models.QuerySet[Place]:
    places.all().delete()
    places.bulk_create([Place(latitude=point.latitude, longitude=point.longitude) for point in at])
    return places.order_by("pk")


def points_of(places: models.QuerySet[Place]) -> list[Point]:
    return [Point(*row) for row in places.values_list("latitude", "longitude")]


def travelled(start: Point, km: float, bearing: float) -> Point:
    """Where one arrives on a great circle."""
    north, way, course = radians(start.latitude), km / EARTH_RADIUS_KM, radians(bearing)
    up = sin(north) * cos(way) + cos(north) * sin(way) * cos(course)
    ahead = cos(north) * cos(way) - sin(north) * sin(way) * cos(course)
    aside = sin(way) * sin(course)
    latitude, turn = degrees(atan2(up, hypot(ahead, aside))), degrees(atan2(aside, ahead))
    return Point(latitude, (start.longitude + turn + 180) % 360 - 180)


def eastmost(centre: Point, km: float) -> float:
    """On which course such a journey ends at the meridian furthest east, where there is one."""
    cosine = tan(km / EARTH_RADIUS_KM) * tan(radians(centre.latitude))
    return degrees(acos(max(-1.0, min(1.0, cosine))))


@pytest.mark.parametrize(
    "place", [(90.1, 0), (-90.1, 0), (0, 180.1), (0, -180.1), (float("nan"), 0), (0, float("nan")), (float("inf"), 0)]
)
def test_there_is_no_place_off_the_map(place):
    with pytest.raises(ValueError, match="no such place"):
        Point(*place)


class TestDistance:
    @pytest.mark.parametrize(
        ("a", "b", "km"),
        [
            (PARIS, LONDON, 343.556),
            (PARIS, PARIS, 0),
            (Point(0, 0), Point(0, 1), 111.195),
            (Point(0, 179.5), Point(0, -179.5), 111.195),
            (Point(60, 0), Point(60, 180), 6671.705),  # over the pole
            (Point(90, 0), Point(90, 120), 0),
            (Point(90, 0), Point(-90, 77), 20015.114),
            (Point(12, 34), Point(-12, -146), 20015.114),
            (*OPPOSITE, 20015.114),
        ],
    )
    def test_is_that_of_a_great_circle(self, a, b, km):
        assert distance_km(a, b) == pytest.approx(km, abs=0.001)

    @given(points, points)
    def test_is_the_same_from_either_end_and_half_round_the_earth_at_most(self, a, b):
        assert distance_km(a, b) == pytest.approx(distance_km(b, a), rel=1e-9)
        assert 0 <= distance_km(a, b) <= HALF_ROUND_KM

    @given(points, st.floats(0.001, 19_000), st.floats(0, 360))
    def test_is_how_far_one_has_travelled(self, start, km, bearing):
        assert distance_km(start, travelled(start, km, bearing)) == pytest.approx(km, rel=1e-6)

    @on_each_engine
    @given(here=points, there=st.lists(points, min_size=1, max_size=10), km=st.floats(0, 50), bearing=st.floats(0, 360))
    @example(Point(12, 34), [Point(-12, -146), Point(12, 34), Point(-11.9999999, -146.0)], 0.0, 0.0)
    @example(OPPOSITE[0], [OPPOSITE[1]], 0.0, 0.0)
    @example(Point(0, NEARLY_NOTHING), [Point(NEARLY_NOTHING, 0), Point(1e-200, -1e-170)], 1e-200, 0.0)
    def test_is_computed_alike_by_both_engines(self, places, here, there, km, bearing):
        there = [*there, here, travelled(here, km, bearing)]

        found = only(places, there).annotate(km=distance_expression(here)).values_list("km", flat=True)

        pairs = [(km, distance_km(here, point)) for km, point in zip(found, there, strict=True)]
        assert [pair for pair in pairs if not isclose(*pair, rel_tol=1e-6, abs_tol=1e-9)] == []

    def test_can_be_sorted_and_filtered_by(self, places):
        near, nearer, far = Point(48.9, 2.4), Point(48.86, 2.36), LONDON
        found = only(places, [near, far, nearer]).annotate(km=distance_expression(PARIS))

        assert points_of(found.filter(km__lte=10).order_by("km")) == [nearer, near]


class TestWithinBox:
    @on_each_engine
    @given(centre=points, km=st.floats(0, 600) | st.floats(0, 21_000), data=st.data())
    @example(Point(0, 179.9), 50.0, None)
    @example(Point(0, -179.9), 50.0, None)
    @example(Point(80, 10), 500.0, None)
    @example(Point(89.9, 10), 11.2, None)
    @example(Point(-89.9, 10), 11.1, None)
    @example(Point(-90, 10), 20015.0, None)
    def test_nobody_within_reach_is_left_out(self, places, centre, km, data):
        east = eastmost(centre, km)
        bearings = [0.0, east, 180.0, 360 - east] + (data.draw(st.lists(st.floats(0, 360), max_size=6)) if data else [])
        parts = [1.0, 0.999999] + (data.draw(st.lists(st.floats(0, 1), max_size=3)) if data else [])
        around = [
            travelled(centre, km * part, bearing) for bearing in bearings for part in parts if km <= HALF_ROUND_KM
        ]
        around += data.draw(st.lists(points, max_size=5)) if data else []
        around += [Point(at.latitude, -at.longitude) for at in around if abs(at.longitude) == 180]
        within = [point for point in around if distance_km(centre, point) <= km]

        found = set(points_of(only(places, around).filter(within_box(centre, km))))

        assert [point for point in within if point not in found] == []

    @pytest.mark.parametrize("centre", [PARIS, SUVA, Point(0, -179.95), Point(0, 0), Point(-70, 180)], ids=str)
    def test_whoever_lives_clearly_beyond_is_not_looked_at(self, places, centre):
        beyond = [travelled(centre, 26, bearing) for bearing in (0, 90, 180, 270)]
        within = [travelled(centre, 24, bearing) for bearing in (0, 90, 180, 270)]

        assert points_of(only(places, [*beyond, *within]).filter(within_box(centre, 25))) == within

    def test_around_a_pole_all_meridians_are_near(self, places):
        around = [Point(89.9, longitude) for longitude in (-180, -90, 0, 90, 180)]
        found = only(places, [*around, Point(89.5, 10), Point(-89.9, 10)]).filter(within_box(Point(89.95, 10), 20))

        assert points_of(found) == around

    @pytest.mark.parametrize("centre", [PARIS, SUVA, Point(90, 0)], ids=str)
    def test_an_index_finds_it(self, places, centre):
        only(places, [PARIS])
        if places.db == "default":
            with connections["default"].cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")

        plan = places.filter(within_box(centre, 200)).explain()

        assert "places_near" in plan
        assert ("Index Cond: ((latitude >= " if places.db == "default" else "latitude>?") in plan


def neighbours(centre: Point) -> st.SearchStrategy[Point]:
    """In the same cell as its centre, wherever on the earth: three quarters of the way to its sides at most."""
    wide = 0.0075 / cos(radians(centre.latitude))
    return st.builds(
        lambda north, east: Point(centre.latitude + north, centre.longitude + east),
        st.floats(-0.0075, 0.0075),
        st.floats(-wide, wide),
    )


class TestCoarse:
    @given(points)
    @example(Point(90, 180))
    @example(Point(-90, -180))
    @example(Point(89.98, 44.9))
    def test_a_stranger_knows_a_place_to_two_kilometres(self, point):
        assert distance_km(point, coarse(point)) < 2

    @given(points, st.data())
    def test_all_places_of_a_cell_look_the_same(self, point, data):
        seen = coarse(point)

        assert coarse(seen) == seen
        assert coarse(data.draw(neighbours(seen))) == seen

    @given(st.floats(-89, 89), longitudes)
    def test_cells_are_as_wide_in_the_north_as_at_the_equator(self, latitude, longitude):
        seen = coarse(Point(latitude, longitude))
        cell_km = 0.02 * DEGREE_KM
        beside = coarse(travelled(seen, cell_km, 90))

        assert distance_km(seen, beside) == pytest.approx(cell_km, rel=0.02)

    @given(st.floats(-90, 90))
    def test_the_antimeridian_is_one_line(self, latitude):
        assert coarse(Point(latitude, 180)) == coarse(Point(latitude, -180))


class TestRoughKm:
    def test_is_whole_kilometres_from_what_may_be_known(self):
        assert rough_km(PARIS, seen_from=LONDON) == round(distance_km(coarse(PARIS), LONDON))
        assert rough_km(PARIS, seen_from=Point(48.9, 2.4)) == 7

    @given(points, st.data())
    def test_tells_nothing_of_where_in_its_cell_a_place_is(self, point, data):
        seen_from = data.draw(neighbours(coarse(point)) | points)

        assert rough_km(point, seen_from) == rough_km(coarse(point), seen_from)
        assert rough_km(point, seen_from) >= 1

    def test_is_never_less_than_one(self):
        assert rough_km(PARIS, seen_from=PARIS) == 1
        assert rough_km(PARIS, seen_from=coarse(PARIS)) == 1
