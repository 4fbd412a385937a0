from django import template

register = template.Library()

MINUTE, HOUR, DAY = 60, 3600, 86_400


@register.filter
def share(ratio: float | None) -> str:
    """Rounded down: what is not all is not shown as 100 %."""
    return "–" if ratio is None else f"{int(ratio * 1000) / 10:.1f} %"


@register.filter
def duration(seconds: float | str | None) -> str:
    if seconds is None or isinstance(seconds, str):  # what a template does not find is an empty text
        return "–"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < MINUTE:
        return f"{seconds:.1f} s"
    for unit, name, limit in ((MINUTE, "min", HOUR), (HOUR, "h", 2 * DAY)):
        if seconds < limit:
            return f"{seconds / unit:.1f} {name}"
    return f"{seconds / DAY:.1f} d"


@register.filter
def whole(number: float) -> str:
    """With thin spaces between thousands."""
    return f"{number:,.0f}".replace(",", "\u202f")
