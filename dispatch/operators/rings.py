"""The rings of one report, without a map: who is at work in each, who was asked, answered or passed over, and why."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import atan2, cos, radians, sin

from django.db.models import Case, Count, Expression, F, IntegerField, Value, When

from dispatch.conf import RINGS_KM, WIDEST
from dispatch.geo import Point, distance_expression, distance_km, within_box
from dispatch.models import DamageReport, EstimateRequest, Professional

Status = EstimateRequest.Status

MOST_DOTS = 150  # of those who were asked, and of those who were passed over
RADIUS = 100.0
BAND = RADIUS / len(RINGS_KM)
TONES = {Status.ANSWERED: "good", Status.DECLINED: "bad", Status.CEASED: "quiet"}


@dataclass(slots=True)
class Ring:
    """From the ring before it up to `km`. `at_work`: who could be asked there now."""

    km: int
    is_reached: bool
    at_work: int = 0
    asked: int = 0
    answered: int = 0
    declined: int = 0
    passed_over: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def radius(self) -> float:
        return BAND * (RINGS_KM.index(self.km) + 1)

    @property
    def span(self) -> str:
        """What is nearer is of the rings before."""
        ring = RINGS_KM.index(self.km)
        return f"{RINGS_KM[ring - 1]} to {self.km} km" if ring else f"up to {self.km} km"

    @property
    def why(self) -> str:
        return ", ".join(f"{reason.replace('_', ' ')} {count}" for reason, count in self.reasons.most_common())


@dataclass(frozen=True, slots=True)
class Dot:
    """A professional: from the middle as far as she is, in her direction."""

    x: float
    y: float
    tone: str
    title: str


@dataclass(frozen=True, slots=True)
class Radar:
    rings: Sequence[Ring]
    dots: Sequence[Dot]

    @property
    def widest_first(self) -> Sequence[Ring]:
        return self.rings[::-1]


def radar(report: DamageReport) -> Radar:
    return Radar(rings(report), [*_passed_over(report), *_asked(report)])


def rings(report: DamageReport) -> list[Ring]:
    found = [Ring(km, ring <= report.ring) for ring, km in enumerate(RINGS_KM)]
    for ring, count in _at_work(report).items():
        found[ring].at_work = count
    asked = report.requests.order_by().annotate(band=_band("distance_km")).values_list("band", "status")
    for ring, status, count in asked.annotate(count=Count("pk")):
        found[ring].asked += count
        found[ring].answered += count if status == Status.ANSWERED else 0
        found[ring].declined += count if status == Status.DECLINED else 0
    passed_over = report.passed_over.order_by().annotate(km=distance_expression(report.point, "professional__"))
    reasons = passed_over.annotate(band=_band("km")).values_list("band", "reasons")
    for ring, names, count in reasons.annotate(count=Count("pk")):
        found[ring].passed_over += count
        found[ring].reasons.update(dict.fromkeys(names, count))
    return found


def _at_work(report: DamageReport) -> Mapping[int, int]:
    """As far as it was looked for them."""
    reach = RINGS_KM[report.ring]
    near = Professional.objects.at_work().filter(within_box(report.point, reach)).order_by()
    measured = near.annotate(km=distance_expression(report.point)).filter(km__lte=reach)
    return dict(measured.annotate(band=_band("km")).values_list("band").annotate(count=Count("pk")))


def _band(column: str) -> Expression:
    """Which ring it is in; what is farther away than all of them counts as in the last."""
    within = [When(**{f"{column}__lte": km}, then=Value(ring)) for ring, km in enumerate(RINGS_KM)]
    return Case(*within, default=Value(WIDEST), output_field=IntegerField())


def _asked(report: DamageReport) -> Iterator[Dot]:
    newest = report.requests.select_related("professional").order_by(F("answered_at").desc(nulls_last=True), "-pk")
    for request in newest[:MOST_DOTS]:
        yield _dot(report, request.professional, TONES.get(Status(request.status), "primary"), request.status)


def _passed_over(report: DamageReport) -> Iterator[Dot]:
    for one in report.passed_over.select_related("professional").order_by("-at", "-pk")[:MOST_DOTS]:
        yield _dot(report, one.professional, "waiting", ", ".join(one.reasons).replace("_", " "))


def _dot(report: DamageReport, her: Professional, tone: str, what: str) -> Dot:
    km = distance_km(report.point, her.point)
    direction, radius = _direction(report.point, her.point), _radius(km)
    x, y = round(radius * sin(direction), 1), round(-radius * cos(direction), 1)
    return Dot(x, y, tone, f"{her.business_name}, {km:.1f} km: {what}")


def _direction(here: Point, there: Point) -> float:
    """Clockwise from the north."""
    east = (there.longitude - here.longitude + 180) % 360 - 180
    return atan2(east * cos(radians(here.latitude)), there.latitude - here.latitude)


def _radius(km: float) -> float:
    """All rings are drawn equally wide."""
    inner = 0
    for ring, outer in enumerate(RINGS_KM):
        if km <= outer:
            return BAND * (ring + (km - inner) / (outer - inner))
        inner = outer
    return RADIUS
