import pytest

from notifications import trees
from notifications.errors import KindIsMandatory
from notifications.models import Preference, QuietHours
from notifications.reach import preferences
from notifications.reach.preferences import Preferences
from tests.accounts.race import at_once

pytestmark = pytest.mark.django_db

NIGHT = {"days": [0, 6], "start": "22:00", "end": "08:00"}


def wanted(user, kind="sample_news"):
    said = Preferences.of([user.pk])
    return {channel for channel in trees.CHANNELS if said.wants(user.pk, kind, channel)}


def choose(user, *, channels=None, kinds=None):
    preferences.choose(user.pk, channels=channels or {}, kinds=kinds or {})


def test_who_said_nothing_wants_all_but_text_messages(reader):
    assert wanted(reader) == {"fcm", "onesignal", "email"}


def test_a_kind_is_muted_on_one_channel(reader, stranger):
    choose(reader, kinds={"sample_news": {"fcm": False}})

    assert wanted(reader) == {"onesignal", "email"}
    assert wanted(reader, "sample_alarm") == {"fcm", "onesignal", "email"}
    assert wanted(stranger) == {"fcm", "onesignal", "email"}


def test_a_channel_that_is_off_is_off_for_every_kind(reader):
    choose(reader, channels={"email": False}, kinds={"sample_news": {"email": True}})

    assert wanted(reader) == wanted(reader, "sample_alarm") == {"fcm", "onesignal"}


def test_text_messages_may_be_asked_for_in_general_or_for_a_kind(reader, stranger):
    choose(reader, channels={"sms": True}, kinds={"sample_news": {"sms": False}})
    choose(stranger, kinds={"sample_news": {"sms": True}})

    assert ("sms" in wanted(reader), "sms" in wanted(reader, "sample_alarm")) == (False, True)
    assert ("sms" in wanted(stranger), "sms" in wanted(stranger, "sample_alarm")) == (True, False)


def test_what_is_mandatory_comes_on_every_channel_and_cannot_be_muted(reader):
    choose(reader, channels={"fcm": False})

    with pytest.raises(KindIsMandatory):
        choose(reader, channels={"email": False}, kinds={"sample_bill": {"email": True, "fcm": False}})

    assert wanted(reader, "sample_bill") == set(trees.CHANNELS)
    assert wanted(reader) == {"onesignal", "email"}


def test_what_is_chosen_later_counts_and_the_rest_stays(reader):
    choose(reader, channels={"fcm": False, "email": False})
    choose(reader, channels={"fcm": True})

    assert wanted(reader) == {"fcm", "onesignal"}


def test_who_chooses_anew_is_asked_nothing_of_before(reader, stranger):
    choose(reader, channels={"fcm": False}, kinds={"sample_news": {"email": False}})
    choose(stranger, channels={"fcm": False})

    preferences.choose_anew(reader.pk, channels={"onesignal": False}, kinds={})

    assert wanted(reader) == {"fcm", "email"}
    assert wanted(stranger) == {"onesignal", "email"}


def test_the_overview_shows_every_kind_with_all_she_said_taken_together(reader):
    choose(reader, channels={"email": False}, kinds={"sample_news": {"fcm": False, "email": True}})

    overview = preferences.overview(reader)

    assert overview["channels"] == {"fcm": True, "onesignal": True, "email": False, "sms": False}
    kinds = {kind["kind"]: kind for kind in overview["kinds"]}
    assert kinds["sample_news"] == {
        "kind": "sample_news",
        "title": "News",
        "is_mandatory": False,
        "channels": {"fcm": False, "onesignal": True, "email": False, "sms": False},
    }
    assert kinds["sample_bill"]["is_mandatory"]
    assert set(kinds["sample_bill"]["channels"].values()) == {True}


def test_quiet_hours_are_set_changed_and_switched_off(reader):
    preferences.set_quiet_hours(reader.pk, zone="Europe/Paris", windows=[NIGHT])
    preferences.set_quiet_hours(reader.pk, zone="Asia/Tokyo", windows=[NIGHT, NIGHT])
    hours = preferences.quiet_hours_of(reader)
    assert (hours.zone, hours.windows) == ("Asia/Tokyo", [NIGHT, NIGHT])

    preferences.set_quiet_hours(reader.pk, zone="Asia/Tokyo", windows=[])
    hours = preferences.quiet_hours_of(reader)
    assert (hours.zone, hours.windows) == (reader.zone, [])
    assert QuietHours.objects.count() == 0


def test_nothing_is_left_of_who_is_forgotten(reader, stranger):
    for user in (reader, stranger):
        choose(user, channels={"fcm": False})
        preferences.set_quiet_hours(user.pk, zone="UTC", windows=[NIGHT])

    preferences.forget(reader.pk)

    assert list(Preference.objects.values_list("user", flat=True)) == [stranger.pk]
    assert list(QuietHours.objects.values_list("user", flat=True)) == [stranger.pk]


@pytest.mark.django_db(transaction=True)
def test_two_phones_that_choose_at_once_both_get_through(reader):
    def from_each():
        choose(reader, channels={"fcm": False, "email": False}, kinds={"sample_news": {"sms": True}})
        preferences.set_quiet_hours(reader.pk, zone="UTC", windows=[NIGHT])

    assert at_once(from_each, times=6) == [None] * 6
    assert wanted(reader) == {"onesignal", "sms"}
    assert QuietHours.objects.get().windows == [NIGHT]
