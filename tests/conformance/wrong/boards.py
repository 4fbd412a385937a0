from conformance.example.boards import Board, Boards
from conformance.example.client import Client
from conformance.example.connection import Frame
from tests.conformance.wrong.breaking import breaks


class Undying(Boards):
    def _newer(self, board: Board, frame: Frame) -> bool:
        return super()._newer(board, {**frame, "del": []} if "base" in frame else frame)


@breaks("a_board_is_shown_whole_and_then_as_it_changes")
class KeepsKeysThatAreGone(Client):
    boards_class = Undying


class Ageless(Boards):
    def hear(self, frame: Frame) -> bool:
        for board in self.watched.values():
            board.version = None if "base" not in frame else board.version
        return super().hear(frame)


@breaks("an_older_version_is_dropped")
class TakesWhatIsOlder(Client):
    boards_class = Ageless


class Baseless(Boards):
    def _newer(self, board: Board, frame: Frame) -> bool:
        return super()._newer(board, {**frame, "base": board.version} if "base" in frame else frame)


@breaks("a_change_of_another_base_is_not_applied_and_the_board_asked_for_again")
class AppliesChangesToAnyBase(Client):
    boards_class = Baseless


class Content(Boards):
    def hear(self, frame: Frame) -> bool:
        super().hear(frame)
        return True


@breaks("a_change_of_another_base_is_not_applied_and_the_board_asked_for_again")
class NeverAsksAgain(Client):
    boards_class = Content


@breaks("a_subscription_that_is_refused_for_now_is_asked_for_again")
class SubscribesOnce(Client):
    async def _subscribe_later(self, id: str, seconds: float) -> None:
        pass


@breaks("a_subscription_that_is_refused_for_now_is_asked_for_again")
class SubscribesAtOnce(Client):
    async def _subscribe_later(self, id: str, seconds: float) -> None:
        await super()._subscribe_later(id, 0)


class Timeless(Boards):
    def connected(self, epoch: str) -> None:
        self.epoch = epoch


@breaks("another_epoch_forgets_the_versions")
class KeepsVersionsOfAnotherEpoch(Client):
    boards_class = Timeless


@breaks("a_board_is_watched_again_after_reconnecting")
class WatchesOnce(Client):
    async def _welcomed(self, frame: Frame) -> None:
        await super()._welcomed({**frame})

    async def _subscribe(self, name: str) -> None:
        if self.boards.watched[name].version is None:
            await super()._subscribe(name)


class Doubting(Boards):
    def subscribed(self, name: str, version: int) -> None:
        pass


@breaks("a_board_that_is_unchanged_is_fresh_again_after_reconnecting")
class StaleForEver(Client):
    boards_class = Doubting


class Believing(Boards):
    def _newer(self, board: Board, frame: Frame) -> bool:
        return "error" in frame or super()._newer(board, frame)


@breaks("a_board_that_cannot_be_computed_keeps_its_value_and_is_stale")
class ShowsNoErrorOfABoard(Client):
    boards_class = Believing


class Blank(Boards):
    def _newer(self, board: Board, frame: Frame) -> bool:
        if "error" in frame:
            board.data = {}
        return super()._newer(board, frame)


@breaks("a_board_that_cannot_be_computed_keeps_its_value_and_is_stale")
class BlanksABoardInError(Client):
    boards_class = Blank


class Trusting(Boards):
    def hear(self, frame: Frame) -> bool:
        return "version" not in frame or super().hear(frame)


@breaks("a_board_that_is_closed_to_the_user_is_stale")
class ShowsABoardThatIsClosed(Client):
    boards_class = Trusting


class Steady(Boards):
    def disconnected(self) -> None:
        pass


@breaks("boards_are_stale_without_a_connection")
class FreshWithoutAConnection(Client):
    boards_class = Steady
