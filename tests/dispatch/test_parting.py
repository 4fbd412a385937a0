"""Two of whom one has blocked the other."""

import pytest

from dispatch import deadlines, distribution, parting, tasks
from dispatch.errors import EstimateWithdrawn, RequestCeased
from dispatch.services import estimates, professionals, requests
from tests.dispatch.hearing import folded, fresh, heard, told

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["the owner blocks", "the professional blocks"])
def block(request, owner, pro):
    pair = (owner, pro.user) if request.param == "the owner blocks" else (pro.user, owner)
    return lambda: professionals.block(*pair)


def statuses(report):
    return {request.professional_id: request.status for request in report.requests.all()}


class TestBeforeAsking:
    def test_they_are_not_brought_together(self, pro, rival, block, distributed):
        block()

        assert statuses(distributed()) == {rival.pk: "notified"}
        assert (heard(pro.user), told(pro.user)) == ([], [])


class TestAfterAsking:
    def test_the_request_ends_and_its_notice_is_taken_back(self, owner, pro, rival, block, distributed):
        report = distributed()
        block()

        tasks.part()

        assert statuses(report) == {pro.pk: "ceased", rival.pk: "notified"}
        assert heard(pro.user) == ["estimate_requested", "request_ceased"]
        assert told(pro.user) == []
        assert told(rival.user) == ["New Damage Report Available"]
        for user in (owner, pro.user, rival.user):
            assert folded(user) == fresh(user)

    def test_the_estimate_looks_withdrawn_to_either(self, owner, pro, block, distributed, estimated, now):
        report = distributed()
        estimate = estimated(pro, report)
        block()

        parting.part_everywhere(now)

        estimate.refresh_from_db()
        assert (estimate.status, estimate.decided_at) == ("withdrawn", now)
        assert statuses(report) == {pro.pk: "ceased"}
        assert (told(owner), told(pro.user)) == ([], [])
        assert heard(owner)[-2:] == ["estimate_withdrawn", "report_answered"]
        for user in (owner, pro.user):
            assert folded(user) == fresh(user)

    def test_estimates_of_others_wait_as_before(self, owner, pro, rival, block, distributed, estimated, now):
        report = distributed()
        estimated(pro, report)
        estimated(rival, report)
        block()

        parting.part_everywhere(now)

        assert report.estimates.pending().get().professional == rival
        assert told(owner) == ["New Estimate Received!", "New Estimate Received!"]

    def test_parting_twice_is_parting_once(self, pro, block, distributed, now):
        distributed()
        block()
        block()

        parting.part_everywhere(now)
        parting.part_everywhere(now)

        assert heard(pro.user) == ["estimate_requested", "request_ceased"]

    def test_before_the_parting_nothing_can_be_begun_between_them(self, pro, block, distributed, estimated, now):
        report = distributed()
        block()

        with pytest.raises(RequestCeased):
            estimated(pro, report)

    def test_nor_an_estimate_be_accepted(self, pro, block, distributed, estimated, now):
        estimate = estimated(pro, distributed())
        block()

        with pytest.raises(EstimateWithdrawn):
            estimates.accept_estimate(estimate, now=now)

    def test_nobody_is_asked_again_when_the_block_is_lifted(self, owner, pro, distributed, now):
        report = distributed()
        professionals.block(owner, pro.user)
        parting.part_everywhere(now)
        professionals.unblock(owner, pro.pk)

        tasks.consider(str(pro.pk))
        distribution.go_on(report.pk, now)

        assert statuses(report) == {pro.pk: "ceased"}
        assert heard(pro.user) == ["estimate_requested", "request_ceased"]

    def test_who_was_to_choose_looks_for_others_when_nothing_is_left(self, pro, block, distributed, estimated, now):
        report = distributed()
        estimated(pro, report)
        deadlines.keep(report.answer_by)
        block()

        parting.part_everywhere(report.answer_by)

        report.refresh_from_db()
        assert report.overdue_at is None

    def test_a_job_that_has_begun_goes_on(self, owner, pro, block, distributed, estimated, now):
        report = distributed()
        estimates.accept_estimate(estimated(pro, report), now=now)
        block()

        parting.part_everywhere(now)

        report.refresh_from_db()
        assert (report.status, statuses(report)) == ("in_progress", {pro.pk: "answered"})

    def test_what_is_open_to_others_stays_so(self, owner, pro, rival, distributed, now):
        report = distributed()
        requests.decline_request(report.requests.get(professional=pro), now=now)
        professionals.block(owner, pro.user)

        parting.part_everywhere(now)

        assert statuses(report) == {pro.pk: "declined", rival.pk: "notified"}

    def test_who_was_declined_before_a_block_has_had_her_answer(self, owner, pro, rival, distributed, estimated, now):
        report = distributed()
        estimates.decline_estimate(estimated(pro, report), now=now)
        professionals.block(owner, pro.user)
        parting.part_everywhere(now)
        professionals.unblock(owner, pro.pk)
        job = estimates.accept_estimate(estimated(rival, report), now=now)

        estimates.give_job_back(job, now=now)

        assert statuses(report)[pro.pk] == "ceased"
        assert told(pro.user) == ["Estimate Declined"]
