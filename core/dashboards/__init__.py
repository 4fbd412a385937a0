"""The operators' dashboards. An app declares its own under DASHBOARDS in `wiring.py`, and what the index says of it
under SUMMARIES; address, permission, filters, export, buttons and liveliness are the same for all.
"""

from core.dashboards.charts import Bar, Chart, Series, bars, days
from core.dashboards.declared import Button, Dashboard, Figure, Summary, Table
from core.dashboards.filters import Filters, period

__all__ = [
    "Bar",
    "Button",
    "Chart",
    "Dashboard",
    "Figure",
    "Filters",
    "Series",
    "Summary",
    "Table",
    "bars",
    "days",
    "period",
]
