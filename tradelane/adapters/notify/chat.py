"""An incoming webhook of a chat: Slack's form `{"text": ...}`, which Mattermost and Discord (`/slack`) take too.

The address is a secret: whoever knows it can write into the channel. It never stands in a log or in an error.
"""

from __future__ import annotations

import httpx
from pydantic import SecretStr

from tradelane.adapters.errors import OutsideFailure, Refused
from tradelane.adapters.http import Answer, Outside
from tradelane.domain.holds import Fault
from tradelane.ports import Notice

PARTY = "chat"


class ChatNotifier:
    """The port `Notifier` on a webhook: one message for each notice."""

    name = "chat"

    def __init__(self, webhook: SecretStr, client: httpx.AsyncClient) -> None:
        self._outside = Outside(client, PARTY, webhook.get_secret_value(), refusal=_refusal)

    async def tell(self, notice: Notice) -> None:
        """Post the notice.

        Raises:
            Unavailable: no answer or too busy; carries the wait the chat asks for.
            Refused: the webhook was taken away or does not take this.
        """
        await self._outside.send(
            "POST", "", json_body={"text": f"{notice.title}\n{notice.body}"}, expected=(200, 201, 202, 204)
        )


def _refusal(answer: Answer) -> OutsideFailure:
    # the body is not repeated: some chats answer with the address
    words = f"the chat answered {answer.status}; look at TRADELANE_NOTIFY_CHAT_URL"
    return Refused(PARTY, str(answer.status), words, fault=Fault.OURS)
