"""The stream over real sockets: what is committed arrives, in order, whatever happened in between."""

from tests.house import House
from tests.sockets import Phone


async def test_an_event_reaches_its_reader_at_the_next_offset(web_of_each_server, person, share):
    async with Phone(web_of_each_server, person["token"]) as phone:
        welcome = await phone.hello()
        share(person, text="hello")
        event = await phone.next("event")

    assert (welcome["head"], welcome["resumed"]) == (0, False)
    assert event["offset"] == 1
    assert event["event"] == "sample.counter_shared"
    assert event["data"] == {"id": int(event["key"]), "total": 0, "text": "hello", "mine": 0}


async def test_what_was_missed_is_replayed_after_a_reconnect(web_of_each_server, person, share):
    async with Phone(web_of_each_server, person["token"]) as phone:
        await phone.hello()
        position = phone.position
    for number in range(3):
        share(person, text=str(number))
    async with Phone(web_of_each_server, person["token"]) as phone:
        welcome = await phone.hello(resume=position)
        events = [await phone.next("event") for _ in range(3)]
        live = await phone.next("live")

    assert (welcome["resumed"], welcome["head"]) == (True, 3)
    assert [event["offset"] for event in events] == [1, 2, 3]
    assert [event["data"]["text"] for event in events] == ["0", "1", "2"]
    assert live["offset"] == 3


async def test_a_socket_that_missed_nothing_is_told_so(web, person):
    async with Phone(web, person["token"]) as phone:
        welcome = await phone.hello()
    async with Phone(web, person["token"]) as phone:
        again = await phone.hello(resume=(welcome["epoch"], 0))
        live = await phone.next("live")

    assert (again["resumed"], live["offset"]) == (True, 0)


async def test_each_reader_sees_her_own_part_of_a_shared_object(web, people, share, add):
    ann, ben = people(2)
    counter = share(ann, ben)
    async with Phone(web, ann["token"]) as anns, Phone(web, ben["token"]) as bens:
        await anns.hello()
        await bens.hello()
        add(counter, ann, 5)
        seen_by_ann, seen_by_ben = await anns.next("event"), await bens.next("event")

    assert (seen_by_ann["data"]["total"], seen_by_ann["data"]["mine"]) == (5, 5)
    assert (seen_by_ben["data"]["total"], seen_by_ben["data"]["mine"]) == (5, 0)


async def test_who_left_sees_the_object_go_and_nothing_after(house: House, web, people, share, add):
    ann, ben = people(2)
    counter = share(ann, ben)
    async with Phone(web, ben["token"]) as phone:
        await phone.hello()
        house.call("tests.sample.services.leave", counter, ben["id"])
        gone = await phone.next("event")
        add(counter, ann)
        after = await phone.silence(0.5)

    assert (gone["event"], gone["data"]) == ("sample.counter_left", None)
    assert after == []


async def test_what_a_reader_may_no_longer_see_is_gone_from_her_past_too(house: House, web, people, share, add):
    ann, ben = people(2)
    counter = share(ann, ben, text="a secret")
    add(counter, ann)
    house.call("tests.sample.services.leave", counter, ben["id"])
    async with Phone(web, ben["token"]) as phone:
        epoch = (await phone.hello())["epoch"]
    async with Phone(web, ben["token"]) as phone:
        await phone.hello(resume=(epoch, 0))
        past = [await phone.next("event") for _ in range(3)]

    assert [(event["offset"], event["data"]) for event in past] == [(1, None), (2, None), (3, None)]


async def test_deleted_content_is_gone_from_stored_events(house: House, web, person, share):
    counter = share(person, text="a secret")
    house.call("tests.sample.services.delete", counter)
    async with Phone(web, person["token"]) as phone:
        epoch = (await phone.hello())["epoch"]
    async with Phone(web, person["token"]) as phone:
        await phone.hello(resume=(epoch, 0))
        past = [await phone.next("event") for _ in range(2)]

    assert [event["data"] for event in past] == [None, None]


async def test_several_facts_about_one_object_in_a_unit_are_its_last(house: House, web, person):
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        house.call("tests.sample.services.share_and_add", person["id"], 3)
        event = await phone.next("event")
        rest = await phone.silence(0.3)

    assert (event["offset"], event["event"], event["data"]["total"]) == (1, "sample.counter_grew", 3)
    assert rest == []


async def test_every_socket_of_a_user_hears_her_events(web, person, share):
    async with Phone(web, person["token"]) as one, Phone(web, person["token"]) as two:
        await one.hello(device="phone")
        await two.hello(device="tablet")
        share(person)

        assert (await one.next("event"))["offset"] == (await two.next("event"))["offset"] == 1


async def test_a_resume_of_many_pages_ends_in_live(house: House, web_of_each_server, person, add, share):
    counter = share(person)
    house.call("tests.sample.services.add_often", counter, person["id"], 249)
    async with Phone(web_of_each_server, person["token"]) as phone:
        epoch = (await phone.hello())["epoch"]
    async with Phone(web_of_each_server, person["token"]) as phone:
        await phone.hello(resume=(epoch, 0))
        offsets = [(await phone.next("event"))["offset"] for _ in range(250)]
        live = await phone.next("live")

    assert offsets == list(range(1, 251))
    assert live["offset"] == 250


async def test_events_beyond_the_window_wait_for_acknowledgement(house: House, web, person, share):
    counter = share(person)
    house.call("tests.sample.services.add_often", counter, person["id"], 300)
    async with Phone(web, person["token"]) as phone:
        epoch = (await phone.hello())["epoch"]
    async with Phone(web, person["token"]) as phone:
        window = (await phone.hello(resume=(epoch, 0)))["window"]
        before = [frame["offset"] for frame in await phone.silence(1) if frame["type"] == "event"]
        await phone.send(type="ack", offset=before[-1])
        after = [(await phone.next("event"))["offset"] for _ in range(301 - window)]

    assert before == list(range(1, window + 1))
    assert after == list(range(window + 1, 302))


async def test_a_client_without_acknowledgements_has_no_window(house: House, web, person, share):
    counter = share(person)
    house.call("tests.sample.services.add_often", counter, person["id"], 300)
    async with Phone(web, person["token"]) as phone:
        epoch = (await phone.hello())["epoch"]
    async with Phone(web, person["token"]) as phone:
        await phone.hello(resume=(epoch, 0), ack=False)
        offsets = [(await phone.next("event"))["offset"] for _ in range(301)]

    assert offsets == list(range(1, 302))


async def test_a_position_that_cannot_be_replayed_whole_is_reset(house: House, web, people, share):
    lost = {}
    for reason, person in zip(["epoch", "ahead", "too_far", "purged"], people(4), strict=True):
        counter = share(person)
        house.call("tests.sample.services.add_often", counter, person["id"], 510 if reason == "too_far" else 20)
        if reason == "purged":
            house.call("tests.people.purge_upto", person["id"], 10)
        async with Phone(web, person["token"]) as phone:
            epoch = (await phone.hello())["epoch"]
        position = {"epoch": ("another", 3), "ahead": (epoch, 99), "too_far": (epoch, 1), "purged": (epoch, 5)}[reason]
        async with Phone(web, person["token"]) as phone:
            welcome = await phone.hello(resume=position)
            reset = await phone.next("reset")
            share(person)
            event = await phone.next("event")
        lost[reason] = (welcome["resumed"], reset["reason"], event["offset"] - reset["head"])

    assert lost == {reason: (False, reason, 1) for reason in lost}


async def test_a_position_at_the_edge_of_what_was_purged_still_resumes(house: House, web, person, share):
    counter = share(person)
    house.call("tests.sample.services.add_often", counter, person["id"], 20)
    house.call("tests.people.purge_upto", person["id"], 10)
    async with Phone(web, person["token"]) as phone:
        epoch = (await phone.hello())["epoch"]
    async with Phone(web, person["token"]) as phone:
        welcome = await phone.hello(resume=(epoch, 10))
        first = await phone.next("event")

    assert (welcome["resumed"], first["offset"]) == (True, 11)


async def test_events_of_an_older_shape_show_the_object_as_it_is_now(house: House, web, person, share, add):
    counter = share(person)
    add(counter, person, 7)
    house.call("tests.people.age_shapes", "sample.counter")
    async with Phone(web, person["token"]) as phone:
        epoch = (await phone.hello())["epoch"]
    async with Phone(web, person["token"]) as phone:
        await phone.hello(resume=(epoch, 0))
        past = [await phone.next("event") for _ in range(2)]

    assert [event["data"]["total"] for event in past] == [7, 7]


async def test_a_restore_makes_everyone_reload(house: House, web, person, share):
    async with Phone(web, person["token"]) as phone:
        welcome = await phone.hello()
        house.call("realtime.restoring.begin_epoch")
        code = await phone.close_code()
    async with Phone(web, person["token"]) as phone:
        again = await phone.hello(resume=(welcome["epoch"], 0))
        reset = await phone.next("reset")

    assert code == 4300
    assert (again["resumed"], reset["reason"]) == (False, "epoch")
