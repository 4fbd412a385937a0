"""Of dispatch, whose acceptances the others hear of."""

from tests.dispatch.conftest import distributed, estimated, known_skills, opened, owner, pro, rival

__all__ = ["distributed", "estimated", "known_skills", "opened", "owner", "pro", "rival"]
