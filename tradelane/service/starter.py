"""Starting and waking runs: the one place where the service speaks to the engine."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from tradelane.contracts.journeys import FULFIL_ORDER, order_workflow_id
from tradelane.contracts.messages import Fact, FulfilOrderRequest
from tradelane.domain.identifiers import OrderId

FACT_SIGNAL = "fact"


class EngineUnavailable(Exception):
    """The engine did not take the message; nobody knows whether it arrived, and saying it again is harmless."""


class Woken(StrEnum):
    """What became of a fact."""

    TOLD = "told"
    """A run has it, started now or running before."""
    OVER = "over"
    """The order's run is closed, or there is none."""


class Starter(Protocol):
    """What the relay asks of the engine. Raises `EngineUnavailable`."""

    async def start_or_wake(self, order_id: OrderId, seller_id: str, fact: Fact, summary: str = "") -> Woken:
        """Tell the order's run, starting it when there is none.

        A journey that ended is never begun again; a run that failed (a start without an order in it) has ended
        nothing and is. One that was terminated begins again as a hold: a person says whether it goes on.
        """

    async def wake(self, order_id: OrderId, fact: Fact) -> Woken:
        """Tell the order's run if it is open."""


class TemporalStarter:
    """`Starter` on Temporal: signal-with-start under the business id."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def start_or_wake(self, order_id: OrderId, seller_id: str, fact: Fact, summary: str = "") -> Woken:
        """See `Starter`."""
        if await self.wake(order_id, fact) is Woken.TOLD:
            return Woken.TOLD
        try:
            await self._client.start_workflow(
                FULFIL_ORDER.name,
                FulfilOrderRequest(order_id=order_id, seller=seller_id, reopened=await self._lost(order_id)),
                id=order_workflow_id(order_id),
                task_queue=FULFIL_ORDER.queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                start_signal=FACT_SIGNAL,
                start_signal_args=[fact],
                static_summary=summary or f"Order {order_id}",
            )
        except WorkflowAlreadyStartedError:
            return Woken.OVER
        except (RPCError, RuntimeError) as wrong:
            raise EngineUnavailable(_said(wrong)) from wrong
        return Woken.TOLD

    async def _lost(self, order_id: OrderId) -> str:
        """Why the order's newest run has ended nothing although it travelled; empty where there is no such run."""
        try:
            newest = await self._client.get_workflow_handle(order_workflow_id(order_id)).describe()
        except RPCError as wrong:
            if wrong.status is RPCStatusCode.NOT_FOUND:
                return ""
            raise
        if newest.status is not WorkflowExecutionStatus.TERMINATED:
            return ""
        return "its run was terminated; go on (every step looks before it writes) or cancel"

    async def wake(self, order_id: OrderId, fact: Fact) -> Woken:
        """See `Starter`."""
        try:
            await self._client.get_workflow_handle(order_workflow_id(order_id)).signal(FACT_SIGNAL, fact)
        except RPCError as wrong:
            if wrong.status is RPCStatusCode.NOT_FOUND:
                return Woken.OVER
            raise EngineUnavailable(_said(wrong)) from wrong
        except RuntimeError as wrong:
            raise EngineUnavailable(_said(wrong)) from wrong
        return Woken.TOLD

    async def reachable(self) -> bool:
        """Whether the engine answers its own health check."""
        try:
            return await self._client.service_client.check_health()
        except (RPCError, RuntimeError):
            return False


def _said(wrong: RPCError | RuntimeError) -> str:
    return f"engine: {wrong.status.name.lower()}" if isinstance(wrong, RPCError) else "engine: not connected"
