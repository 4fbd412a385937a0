"""What an owner pays ahead, and what becomes of it. Paid at the desk here; tests/flows has it over Stripe."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accounts import services as accounts
from dispatch import deposits, leaving, preflight, selectors
from dispatch.conf import Limits
from dispatch.errors import DepositNotDue
from dispatch.events import ESTIMATE
from dispatch.models import Estimate
from dispatch.services import estimates, reports
from payments import applying, commanding
from payments import services as payments
from payments.errors import NoSuchGateway
from payments.gateways.cash import intent_id, taken
from payments.gateways.port import RefundSnapshot, Snapshot
from payments.models import LedgerEntry, Payment, Refund
from tests.dispatch.hearing import folded, fresh, heard, told
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

Status = Payment.Status
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def at_the_desk(settings):
    settings.DEPOSIT_GATEWAY = "cash"


@pytest.fixture
def report(pro, rival, distributed):
    return distributed()


@pytest.fixture
def accepted(pro, report, estimated, now):
    """One of 25,000.00 dollars, a fifth of it to be paid ahead."""
    return estimates.accept_estimate(estimated(pro, report), deposit_percent=20, now=now)


@pytest.fixture
def paid(accepted, now):
    settle(accepted, now)
    return selectors.estimates().get(pk=accepted.pk)


def settle(estimate, now):
    commanding.carry_out_due(now)
    payments.settle_at_desk(estimate.deposit, now=now)


def intended(payment, status, at):
    """What the gateway says of one that nobody has paid."""
    return Snapshot(intent_id(payment), status, payment.amount, payment.currency, at, payment_id=payment.pk)


def deposit_of(estimate):
    """As both sides see it, now and by what they were told."""
    views = [view(user) for user in sides(estimate) for view in (fresh, folded)]
    shown = [view[ESTIMATE][str(estimate.pk)]["deposit"] for view in views]
    assert shown == shown[:1] * 4
    return shown[0]


def state_of(estimate):
    return deposit_of(estimate)["status"]


def heard_of_deposits(estimate):
    heard_by_each = [[name for name in heard(user) if name.startswith("deposit")] for user in sides(estimate)]
    assert heard_by_each[0] == heard_by_each[1]
    return heard_by_each[0]


def sides(estimate):
    return [estimate.report.owner, estimate.professional.user]


def ledger():
    return list(LedgerEntry.objects.order_by("pk").values_list("payee", "kind", "amount", "currency"))


class TestShare:
    @pytest.mark.parametrize(
        ("cost", "percent", "amount"),
        [(25_000_00, 20, 5_000_00), (10, 25, 3), (10, 24, 2), (149, 1, 1), (150, 1, 2), (1, 1, 1), (333, 100, 333)],
    )
    def test_half_a_unit_is_rounded_up_and_something_is_never_nothing(self, cost, percent, amount):
        assert deposits.share(cost, percent) == amount

    @pytest.mark.parametrize("percent", ["-1", "101"])
    def test_a_share_is_a_part_of_the_whole(self, percent):
        with pytest.raises(ValueError, match="0 to 100"):
            Limits.from_settings("DISPATCH_", {"deposit_percent": percent})

    def test_unless_it_is_set_nothing_is_paid_ahead(self, pro, report, estimated, now):
        estimate = estimates.accept_estimate(estimated(pro, report), now=now)

        assert Limits().deposit_percent == 0
        assert deposit_of(estimate) is None
        assert not Payment.objects.exists()


class TestAccepting:
    def test_the_owner_owes_a_share_to_the_professional(self, owner, pro, accepted):
        payment = Payment.objects.get()

        assert payment.subject == ("dispatch.estimate", str(accepted.pk))
        assert (payment.payer, payment.payee) == (owner, f"professional:{pro.pk}")
        assert (payment.amount, payment.currency, payment.gateway) == (5_000_00, "JMD", "cash")
        assert deposit_of(accepted) == {
            "payment_id": str(payment.pk),
            "amount": 5_000_00,
            "refunded": 0,
            "currency": "JMD",
            "status": "due",
        }

    def test_a_retry_begins_no_other(self, accepted, now):
        again = estimates.accept_estimate(accepted, deposit_percent=20, now=now + HOUR)

        assert again.deposit == Payment.objects.get()

    def test_what_was_not_accepted_has_none(self, accepted, report, rival, estimated, now):
        estimates.give_job_back(accepted, now=now)

        assert deposit_of(estimated(rival, report)) is None

    def test_where_it_cannot_be_paid_nothing_is_accepted(self, settings, pro, report, estimated, now):
        settings.DEPOSIT_GATEWAY = "stripe"
        estimate = estimated(pro, report)

        with pytest.raises(NoSuchGateway):
            estimates.accept_estimate(estimate, deposit_percent=20, now=now)

        report.refresh_from_db()
        assert report.status == "pending"

    def test_which_is_looked_at_before(self, settings):
        assert list(preflight.deposits(0)) == []
        assert list(preflight.deposits(20)) == [(True, "deposits of 20 % are paid by cash")]
        settings.DEPOSIT_GATEWAY = "stripe"
        assert list(preflight.deposits(20)) == [(False, "deposits of 20 % are paid by stripe")]


class TestPaying:
    def test_both_sides_hear_of_it_and_the_professional_reads_it(self, pro, paid):
        assert state_of(paid) == "paid"
        assert heard_of_deposits(paid) == ["deposit_paid"]
        assert told(pro.user) == ["Estimate Accepted!", "Deposit Paid"]
        assert ledger() == [(f"professional:{pro.pk}", "charge", 5_000_00, "JMD")]

    def test_a_failed_try_may_be_followed_by_another(self, accepted, now):
        payment = accepted.deposit
        applying.apply(payment, intended(payment, Status.FAILED, now))

        assert heard_of_deposits(accepted) == ["deposit_lapsed"]
        assert state_of(accepted) == "due"
        assert estimates.pay_deposit(accepted, now=now) == payment
        settle(accepted, now)
        assert state_of(accepted) == "paid"

    def test_one_that_lapsed_is_begun_anew_for_the_same_amount(self, accepted, now):
        lapsed = accepted.deposit
        payments.cancel_payment(lapsed, now=now)
        assert state_of(accepted) == "lapsed"

        begun = estimates.pay_deposit(accepted, now=now)

        assert begun != lapsed
        assert (begun.amount, begun.payee, begun.status) == (lapsed.amount, lapsed.payee, "created")
        assert deposit_of(accepted)["payment_id"] == str(begun.pk)
        assert state_of(accepted) == "due"
        assert estimates.pay_deposit(accepted, now=now) == begun
        assert heard_of_deposits(accepted) == ["deposit_lapsed", "deposit_due"]

    def test_nothing_is_due_that_was_not_asked_for(self, pro, report, estimated, now):
        estimate = estimates.accept_estimate(estimated(pro, report), now=now)

        with pytest.raises(DepositNotDue):
            estimates.pay_deposit(estimate, now=now)

    def test_nor_what_was_paid(self, paid, now):
        with pytest.raises(DepositNotDue):
            estimates.pay_deposit(paid, now=now)

    @pytest.mark.parametrize("end", [reports.complete_report, reports.cancel_report])
    def test_nor_of_a_repair_that_is_over(self, accepted, report, now, end):
        end(report, now=now)

        with pytest.raises(DepositNotDue):
            estimates.pay_deposit(accepted, now=now)


class TestGivingBack:
    def test_the_whole_deposit_goes_back_with_the_job(self, owner, pro, paid, now):
        estimates.give_job_back(paid, now=now)
        assert state_of(paid) == "paid"  # until the gateway has done it
        commanding.carry_out_due(now)

        assert deposit_of(paid) | {"payment_id": ""} == {
            "payment_id": "",
            "amount": 5_000_00,
            "refunded": 5_000_00,
            "currency": "JMD",
            "status": "refunded",
        }
        assert heard_of_deposits(paid) == ["deposit_paid", "deposit_refunded"]
        assert told(owner) == ["Professional Not Available", "Deposit Refunded"]
        payee = f"professional:{pro.pk}"
        assert ledger() == [(payee, "charge", 5_000_00, "JMD"), (payee, "refund", -5_000_00, "JMD")]

    def test_also_that_of_a_professional_who_leaves(self, pro, paid, now):
        accounts.delete_account(pro.user, password=PASSWORD)
        leaving.leave_everywhere(now)
        commanding.carry_out_due(now)

        assert Estimate.objects.get(pk=paid.pk).deposit.status == "refunded"

    def test_what_operators_gave_back_in_part_is_completed(self, owner, paid, now):
        payments.refund_payment(paid.deposit, amount=1_000_00, reason="a favour", now=now)
        commanding.carry_out_due(now)
        assert (state_of(paid), deposit_of(paid)["refunded"], told(owner)) == ("paid", 1_000_00, ["Estimate Accepted!"])

        estimates.give_job_back(paid, now=now)
        commanding.carry_out_due(now)

        assert state_of(paid) == "refunded"
        assert [amount for _, _, amount, _ in ledger()] == [5_000_00, -1_000_00, -4_000_00]

    def test_what_is_on_its_way_back_is_not_given_back_twice(self, paid, now):
        payments.refund_payment(paid.deposit, reason="by an operator", now=now)
        estimates.give_job_back(paid, now=now)
        commanding.carry_out_due(now)

        assert [amount for _, _, amount, _ in ledger()] == [5_000_00, -5_000_00]

    def test_a_refund_that_comes_back_is_heard_of_too(self, paid, now):
        estimates.give_job_back(paid, now=now)
        commanding.carry_out_due(now)
        [refund] = paid.deposit.refunds.all()
        came_back = RefundSnapshot(refund.gateway_id, refund.amount, Refund.Status.FAILED, now, refund.pk)
        applying.apply(paid.deposit, replace(taken(paid.deposit, now), refunds=[came_back]))

        assert (state_of(paid), deposit_of(paid)["refunded"]) == ("paid", 0)
        assert heard_of_deposits(paid)[-1] == "deposit_reversed"

    def test_what_nobody_has_paid_cannot_be_paid_any_more(self, accepted, now):
        estimates.give_job_back(accepted, now=now)

        assert state_of(accepted) == "lapsed"
        assert commanding.carry_out_due(now) == 0

    def test_also_when_the_gateway_knew_of_it(self, accepted, now):
        commanding.carry_out_due(now)
        estimates.give_job_back(accepted, now=now)
        assert state_of(accepted) == "due"
        commanding.carry_out_due(now)

        assert state_of(accepted) == "lapsed"

    def test_the_next_who_is_accepted_has_a_deposit_of_her_own(self, rival, report, paid, estimated, now):
        estimates.give_job_back(paid, now=now)
        next_one = estimates.accept_estimate(estimated(rival, report), deposit_percent=10, now=now)

        assert (state_of(next_one), deposit_of(next_one)["amount"]) == ("due", 2_500_00)


class TestComingTooLate:
    @pytest.fixture(params=["given back", "cancelled", "completed"])
    def over(self, request, accepted, report, now):
        """The gateway knew of the payment, and the payer was quicker than its cancelling."""
        commanding.carry_out_due(now)
        match request.param:
            case "given back":
                estimates.give_job_back(accepted, now=now)
            case "cancelled":
                reports.cancel_report(report, now=now)
            case "completed":
                reports.complete_report(report, now=now)
        return accepted

    def test_it_goes_back_by_itself(self, pro, over, now):
        applying.apply(over.deposit, taken(over.deposit, now))
        assert state_of(over) == "paid"
        commanding.carry_out_due(now + HOUR)

        assert state_of(over) == "refunded"
        assert heard_of_deposits(over) == ["deposit_paid", "deposit_refunded"]
        assert "Deposit Paid" not in told(pro.user)
        assert sum(amount for _, _, amount, _ in ledger()) == 0

    def test_even_after_it_was_cancelled(self, over, now):
        commanding.carry_out_due(now)
        assert state_of(over) == "lapsed"
        applying.apply(over.deposit, taken(over.deposit, now))
        commanding.carry_out_due(now + HOUR)

        assert state_of(over) == "refunded"
        assert sum(amount for _, _, amount, _ in ledger()) == 0

    def test_where_another_was_begun_meanwhile_only_that_one_counts(self, owner, accepted, now):
        first = accepted.deposit
        commanding.carry_out_due(now)
        payments.cancel_payment(first, now=now)
        commanding.carry_out_due(now)
        estimates.pay_deposit(accepted, now=now)
        applying.apply(first, taken(first, now))
        commanding.carry_out_due(now + HOUR)

        first.refresh_from_db()
        assert (first.status, state_of(accepted)) == ("refunded", "due")
        assert told(owner) == ["Estimate Accepted!", "Deposit Refunded"]


class TestOwnersEnd:
    @pytest.mark.parametrize("end", [reports.complete_report, reports.cancel_report])
    def test_what_was_not_paid_is_due_no_more(self, accepted, report, now, end):
        end(report, now=now)

        assert state_of(accepted) == "lapsed"

    @pytest.mark.parametrize("end", [reports.complete_report, reports.cancel_report])
    def test_what_was_paid_stays_until_operators_say_otherwise(self, owner, paid, report, now, end):
        end(report, now=now)
        assert commanding.carry_out_due(now) == 0
        assert state_of(paid) == "paid"

        payments.refund_payment(paid.deposit, reason="by an operator", now=now)
        commanding.carry_out_due(now)

        assert state_of(paid) == "refunded"
        assert told(owner)[-1] == "Deposit Refunded"


class TestEdges:
    def test_the_owner_is_answered_what_to_pay(self, home, accepted):
        answer = home.post(f"/api/dispatch/estimates/{accepted.pk}/deposit")

        assert answer.status_code == 200
        assert answer.data == home.get(f"/api/payments/{accepted.deposit_id}").data
        assert (answer.data["amount"], answer.data["status"]) == (5_000_00, "created")

    def test_a_repeated_request_has_one_effect(self, home, accepted, now):
        payments.cancel_payment(accepted.deposit, now=now)

        path, key = f"/api/dispatch/estimates/{accepted.pk}/deposit", {"Idempotency-Key": "once"}
        first, again = (home.post(path, headers=key) for _ in range(2))

        assert (first.status_code, first.data["id"]) == (200, again.data["id"])
        assert Payment.objects.count() == 2

    def test_nothing_due_is_a_conflict(self, home, paid):
        answer = home.post(f"/api/dispatch/estimates/{paid.pk}/deposit")

        assert (answer.status_code, answer.data["code"]) == (409, "deposit_not_due")

    def test_only_its_owner_can_pay_it(self, phone, api_of, accepted):
        path = f"/api/dispatch/estimates/{accepted.pk}/deposit"

        assert [client.post(path).status_code for client in (phone, api_of(UserFactory()))] == [404, 404]
        assert phone.get(f"/api/payments/{accepted.deposit_id}").status_code == 404

    def test_both_sides_see_it_over_rest(self, home, phone, paid):
        shown = [client.get(f"/api/dispatch/estimates/{paid.pk}").data["deposit"] for client in (home, phone)]

        assert shown == [deposit_of(paid)] * 2
