from django.urls import path

from bookings.models import Reservation, Subscription
from bookings.views import calendar, desk, providers, reservations, subscriptions, terms, waiting

PENDING = [Reservation.Status.PENDING]
CANCELLED = [Reservation.Status.CANCELLED]
UNSUBSCRIBED = [Subscription.Status.CANCELLED]

urlpatterns = [
    path("/providers", providers.Providers.as_view()),
    path("/providers/mine", providers.ProvidersWorkedFor.as_view()),
    path("/providers/<uuid:provider_id>", providers.OneProvider.as_view()),
    path("/providers/<uuid:provider_id>/reviews", providers.Reviews.as_view()),
    path("/services/<uuid:service_id>/slots", providers.Slots.as_view()),
    path("/plans/<uuid:plan_id>", providers.OnePlan.as_view()),
    path("/reservations", reservations.Reservations.as_view()),
    path("/reservations/<uuid:reservation_id>", reservations.OneReservation.as_view()),
    path("/reservations/<uuid:reservation_id>/confirm", reservations.ConfirmReservation.as_view()),
    path("/reservations/<uuid:reservation_id>/pay", reservations.PayReservation.as_view()),
    path("/reservations/<uuid:reservation_id>/confirm-payment", reservations.ConfirmPayment.as_view()),
    path("/reservations/<uuid:reservation_id>/reschedule", reservations.RescheduleReservation.as_view()),
    path("/reservations/<uuid:reservation_id>/cancel", reservations.CancelReservation.as_view()),
    path("/reservations/<uuid:reservation_id>/review", reservations.ReviewReservation.as_view()),
    path("/confirm-payment", reservations.ConfirmSeedsPayment.as_view()),
    path("/waitlist", waiting.Waitlist.as_view()),
    path("/waitlist/<uuid:entry_id>", waiting.OneEntry.as_view()),
    path("/subscriptions", subscriptions.Subscriptions.as_view()),
    path("/subscriptions/<uuid:subscription_id>", subscriptions.OneSubscription.as_view()),
    path("/subscriptions/<uuid:subscription_id>/pay", subscriptions.PaySubscription.as_view()),
    path("/subscriptions/<uuid:subscription_id>/cancel", subscriptions.CancelSubscription.as_view()),
    path("/calendar", calendar.MyCalendar.as_view()),
    path("/calendar/renew", calendar.RenewCalendar.as_view()),
    path("/calendar/<str:token>.ics", calendar.Feed.as_view()),
    # Of those who work for the provider.
    path("/providers/<uuid:provider_id>/settings", terms.Settings.as_view()),
    path("/providers/<uuid:provider_id>/services", terms.Services.as_view()),
    path("/providers/<uuid:provider_id>/services/<uuid:service_id>", terms.OneService.as_view()),
    path("/providers/<uuid:provider_id>/plans", terms.Plans.as_view()),
    path("/providers/<uuid:provider_id>/plans/<uuid:plan_id>", terms.ProvidersPlan.as_view()),
    path("/providers/<uuid:provider_id>/special-days/<str:day>", terms.OneSpecialDay.as_view()),
    path("/providers/<uuid:provider_id>/staff", terms.Staff.as_view()),
    path("/providers/<uuid:provider_id>/staff/remove", terms.RemoveStaff.as_view()),
    path("/providers/<uuid:provider_id>/staff/leave", terms.LeaveStaff.as_view()),
    path("/providers/<uuid:provider_id>/pendingReservations", desk.References.as_view(statuses=PENDING)),
    path("/providers/<uuid:provider_id>/confirmedReservations", desk.References.as_view(statuses=Reservation.SEATED)),
    path("/providers/<uuid:provider_id>/cancelledReservations", desk.References.as_view(statuses=CANCELLED)),
    path(
        "/providers/<uuid:provider_id>/activeSubscriptions",
        desk.SubscriptionReferences.as_view(statuses=Subscription.RUNNING),
    ),
    path(
        "/providers/<uuid:provider_id>/cancelledSubscriptions",
        desk.SubscriptionReferences.as_view(statuses=UNSUBSCRIBED),
    ),
    path("/providers/<uuid:provider_id>/agenda", desk.ProvidersAgenda.as_view()),
    path("/providers/<uuid:provider_id>/analytics", desk.Analytics.as_view()),
    path(
        "/providers/<uuid:provider_id>/reservations/<uuid:reservation_id>/complete", desk.CompleteReservation.as_view()
    ),
    path("/providers/<uuid:provider_id>/reservations/<uuid:reservation_id>/no-show", desk.MarkNoShow.as_view()),
    path("/providers/<uuid:provider_id>/reservations/<uuid:reservation_id>/cancel", desk.CancelForCustomer.as_view()),
    path("/providers/<uuid:provider_id>/reservations/<uuid:reservation_id>/settle", desk.SettleReservation.as_view()),
    path(
        "/providers/<uuid:provider_id>/reservations/<uuid:reservation_id>/call-payment-off",
        desk.CallPaymentOff.as_view(),
    ),
    path("/providers/<uuid:provider_id>/slots/close", desk.CloseSlot.as_view()),
    path("/providers/<uuid:provider_id>/slots/open", desk.OpenSlot.as_view()),
    path("/providers/<uuid:provider_id>/calendar", calendar.ProvidersCalendar.as_view()),
    path("/providers/<uuid:provider_id>/calendar/renew", calendar.RenewProvidersCalendar.as_view()),
    path("/providers/<uuid:provider_id>/calendar/<str:token>.ics", calendar.ProvidersFeed.as_view()),
]
