"""Events: each once, in order, and stored before they are acknowledged."""

import asyncio

from conformance.running import scenario
from conformance.stage import Stage, fold, seen
from conformance.verdict import check

ACK_SECONDS = 0.2
EVENTS_PER_ACK = 32


@scenario(2, time_factor=1)
async def what_is_acknowledged_survives_a_kill(stage: Stage) -> None:
    for _ in range(2):
        await stage.open()
        socket = await stage.socket()
        await socket.catch_up()
        await socket.send(stage.happens("1", {"at": stage.head + 1}))
        await socket.acknowledged(stage.head)
        await stage.do("kill")
        await stage.open()
        again = await stage.socket()

        resume = again.hello.get("resume")
        check(resume == {"epoch": stage.epoch, "offset": stage.head}, f"acknowledged {stage.head}, resumed at {resume}")
        await stage.do("kill")


@scenario(2, time_factor=1)
async def the_view_and_its_position_are_stored_together(stage: Stage) -> None:
    for round in range(4):
        await stage.open()
        socket = await stage.socket()
        await socket.catch_up()
        await socket.send(*(stage.happens(str(n), {"at": stage.head + 1}) for n in range(40)))
        await socket.says_ack()
        await asyncio.sleep(0.01 * round)
        await stage.do("kill")
        while not stage.sockets.empty():
            stage.sockets.get_nowait()
        await stage.open()
        await stage.socket()

        kept = await stage.shows("a position", lambda report: report.position is not None)
        offset = int(str(kept.position).partition(":")[2])
        then: dict[str, dict[str, dict[str, int]]] = {}
        for frame in stage.log[:offset]:
            fold(then, frame["kind"], frame["key"], frame["data"])
        check(seen(kept.view) == seen(then), f"after a kill its view is not that of its position, {kept.position}")
        await stage.do("kill")


@scenario(2, time_factor=1)
async def a_single_event_is_acknowledged_within_200_ms(stage: Stage) -> None:
    socket = await stage.live()
    took = []
    for _ in range(4):
        await socket.send(stage.happens("1", {"at": stage.head}))
        sent = stage.now()
        await socket.acknowledged(stage.head)
        took.append(stage.now() - sent)
    quickest = min(took)  # the others may be the machine's fault
    check(quickest <= ACK_SECONDS + stage.slack, f"the ack came after {quickest:.2f} s")


@scenario(2, time_factor=1)
async def of_many_events_every_32_are_acknowledged(stage: Stage) -> None:
    socket = await stage.live()
    await socket.send(*(stage.happens(str(n), {"n": n}) for n in range(200)))
    await socket.acknowledged(200)

    # Two acks may be due together, where the second batch was complete before the first was stored.
    widest = max(b - a for a, b in zip([0, *socket.acks], socket.acks, strict=False))
    check(widest <= 2 * EVENTS_PER_ACK, f"{widest} events were acknowledged at once")
    check(socket.acks == sorted(socket.acks), f"acks went back: {socket.acks}")


@scenario(3)
async def a_repeat_is_dropped(stage: Stage) -> None:
    socket = await stage.live()
    first = stage.happens("1", {"text": "old"})
    second = stage.happens("1", {"text": "new"})
    await socket.send(first, second, first)
    await socket.acknowledged(2)
    await socket.send(first, stage.happens("2", {}))
    await socket.acknowledged(3)

    await stage.shows_the_truth()
    check(socket.is_open, "it left, where it should have passed over what it knew")


@scenario(3)
async def a_repeat_after_reconnecting_is_dropped(stage: Stage) -> None:
    socket = await stage.live()
    await socket.send(stage.happens("1", {"text": "old"}), stage.happens("1", {"text": "new"}))
    await socket.acknowledged(2)
    await socket.close(1001)
    again = await stage.socket()
    await again.welcome()
    await again.send(*stage.log, stage.log[0], stage.happens("2", {}), again.live())

    await again.acknowledged(3)
    await stage.shows_the_truth()


@scenario(3)
async def an_event_that_skips_an_offset_is_never_applied(stage: Stage) -> None:
    socket = await stage.live()
    await socket.send(stage.happens("1", {"text": "first"}))
    await socket.acknowledged(1)
    stage.happens("2", {"text": "lost on the way"})
    await socket.send(stage.happens("3", {"text": "third"}))

    await socket.closed_by_client()
    again = await stage.socket()
    check(3 not in socket.acks, "it acknowledged an event that skipped another")
    check(again.hello["resume"]["offset"] == 1, f"it resumed after {again.hello['resume']}")
    report = await stage.report()
    check("3" not in report.view.get("kit.note", {}), "it shows an event that skipped another")
    await again.catch_up()
    await stage.shows_the_truth()


@scenario(4)
async def an_object_is_replaced_whole(stage: Stage) -> None:
    socket = await stage.live()
    await socket.send(stage.happens("1", {"text": "a", "more": {"deep": 1}}), stage.happens("1", {"more": {"flat": 2}}))

    await stage.shows_the_truth()


@scenario(4)
async def null_deletes_the_object(stage: Stage) -> None:
    socket = await stage.live()
    await socket.send(stage.happens("1", {"n": 1}), stage.happens("2", {"n": 2}), stage.happens("1", None))
    await stage.shows_the_truth()
    await socket.send(stage.happens("never there", None))

    await socket.acknowledged(4)
    await stage.shows_the_truth()


@scenario(4)
async def names_of_events_compute_nothing(stage: Stage) -> None:
    socket = await stage.live()
    await socket.send(
        stage.happens("1", {"status": "open"}, event="kit.note_deleted"),
        stage.happens("2", {"status": "closed"}, event="kit.something_unheard_of"),
        stage.happens("1", {"status": "new"}, kind="kit.unheard_of"),
    )

    await stage.shows_the_truth()
