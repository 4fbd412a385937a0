"""Amounts as operators read them, and links to lists of what belongs to one thing."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from bookings.models import Invoice, Plan, Reservation, Service, Subscription
from core.money import formatted
from notifications.admin.base import USER_SEARCH

BY_ID_OR_PEOPLE = ["id__endswith", *USER_SEARCH]
BY_PROVIDER = ["provider__business_name"]


@admin.display(ordering="price")
def price(sold: Reservation | Subscription) -> str:
    return formatted(sold.price, sold.currency)


@admin.display(description="price", ordering="price")
def asking_price(offer: Service | Plan) -> str:
    return formatted(offer.price, offer.provider.currency)


@admin.display(ordering="amount")
def amount(invoice: Invoice) -> str:
    return formatted(invoice.amount, invoice.subscription.currency)


def link_to(model: type[Model], words: str, **where: Any) -> str:
    """The list of those of which this is true."""
    page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return format_html('<a href="{}?{}">{}</a>', page, urlencode(where), words)


def side_by_side(links: list[str]) -> str:
    return format_html_join(" · ", "{}", ([link] for link in links))
