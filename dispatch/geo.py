"""Places and the distances between them, on a round earth and without a geographic database.

What has a place keeps it in two plain columns of floats, `latitude` and `longitude`, in degrees. The distance is the
haversine of R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68 (1984); the radius is the mean radius R1 of
H. Moritz, "Geodetic Reference System 1980", Journal of Geodesy 74 (2000).
"""

from dataclasses import dataclass
from math import asin, ceil, cos, degrees, radians, sin, sqrt

from django.db.models import Expression, ExpressionWrapper, F, FloatField, Q
from django.db.models.functions import ASin, Cos, Least, Power, Radians, Sin, Sqrt

EARTH_RADIUS_KM = 6371.0088
MARGIN = 1e-5  # degrees: about a metre, far more than rounding amounts to

ROWS_PER_DEGREE = 50  # of the cells that strangers see: 2.2 km from south to north
ROWS = 180 * ROWS_PER_DEGREE


@dataclass(frozen=True, slots=True)
class Point:
    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180):
            raise ValueError("There is no such place.")


def distance_km(a: Point, b: Point) -> float:
    across = sin(radians(b.latitude - a.latitude) / 2) ** 2
    along = sin(radians(b.longitude - a.longitude) / 2) ** 2
    haversine = across + cos(radians(a.latitude)) * cos(radians(b.latitude)) * along
    # Of points that lie opposite each other it may be rounded to more than 1.
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(haversine)))


def distance_expression(point: Point, of: str = "") -> Expression:
    """`distance_km` of each row, or of what it points at: `of="professional__"`."""
    latitude, longitude = f"{of}latitude", f"{of}longitude"
    across = Power(Sin(_radians(latitude, point.latitude) / 2), 2)
    along = Power(Sin(_radians(longitude, point.longitude) / 2), 2)
    haversine = across + cos(radians(point.latitude)) * Cos(_radians(latitude)) * along
    kilometres = 2 * EARTH_RADIUS_KM * ASin(Least(1.0, Sqrt(haversine)))
    return ExpressionWrapper(kilometres, output_field=FloatField())


def within_box(point: Point, km: float) -> Q:
    """All that is within `km`, and some that is not, by ranges that an index on latitude and longitude can answer."""
    reach = degrees(km / EARTH_RADIUS_KM) + MARGIN
    return Q(latitude__range=(point.latitude - reach, point.latitude + reach)) & _longitudes(point, reach)


def coarse(point: Point) -> Point:
    """What a stranger may know of a place: the centre of the cell it lies in, less than 2 km away.

    Cells do not depend on who asks or how often, so that looking again tells nothing more.
    """
    row = min(int((point.latitude + 90) * ROWS_PER_DEGREE), ROWS - 1)
    latitude = (row + 0.5) / ROWS_PER_DEGREE - 90
    columns = ceil(360 * ROWS_PER_DEGREE * cos(radians(latitude)))  # as wide as high, wherever on the earth
    column = int((point.longitude + 180) / 360 * columns) % columns
    return Point(latitude, (column + 0.5) / columns * 360 - 180)


def rough_km(place: Point, seen_from: Point) -> int:
    """How far a stranger is told that `place` is."""
    return max(1, round(distance_km(coarse(place), seen_from)))


def _longitudes(point: Point, reach: float) -> Q:
    """As in J. P. Matuschek, "Finding Points Within a Distance of a Latitude/Longitude Using Bounding Coordinates"."""
    if abs(point.latitude) + reach >= 90:
        return Q()  # all meridians meet at the pole
    width = degrees(asin(min(1.0, sin(radians(reach)) / cos(radians(point.latitude)))))
    west, east = point.longitude - width, point.longitude + width
    if west < -180:
        return Q(longitude__gte=west + 360) | Q(longitude__lte=east)
    if east > 180:
        return Q(longitude__gte=west) | Q(longitude__lte=east - 360)
    return Q(longitude__range=(west, east))


def _radians(column: str, since: float = 0.0) -> Radians:
    # To add 1 and take it away makes what is next to nothing 0: PostgreSQL fails where a product is rounded to 0.
    return Radians(F(column) - since + 1.0 - 1.0)
