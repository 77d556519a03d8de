"""The clock guard of workflows is on: a workflow that asks the machine is refused by a real server's worker."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

import worker
from tests.house.impure_workflow import Impure

PASSED_THROUGH = {"tradelane.domain", "tradelane.contracts", "pycountry", "stdnum"}


async def answer(engine: WorkflowEnvironment, what: str, runner: SandboxedWorkflowRunner = worker.SANDBOX) -> str:
    """What the impure workflow answers; whatever its code raises fails it at once."""
    queue = f"impure-{uuid4().hex[:8]}"
    async with Worker(
        engine.client,
        task_queue=queue,
        workflows=[Impure],
        workflow_runner=runner,
        workflow_failure_exception_types=[Exception],
    ):
        return await engine.client.execute_workflow(Impure.run, what, id=queue, task_queue=queue)


@pytest.mark.parametrize(
    ("what", "name"), [("time", "time.time"), ("now", "datetime.datetime.now"), ("random", "random.random")]
)
async def test_a_workflow_that_asks_the_machine_is_refused(engine: WorkflowEnvironment, what: str, name: str) -> None:
    with pytest.raises(WorkflowFailureError) as refusal:
        await answer(engine, what)
    cause = refusal.value.cause
    assert isinstance(cause, ApplicationError)
    assert f"Cannot access {name}" in cause.message


async def test_a_workflow_that_asks_the_engine_is_answered(engine: WorkflowEnvironment) -> None:
    """The refusals above are refusals of impurity, not of this workflow."""
    assert datetime.fromisoformat(await answer(engine, "workflow")).tzinfo is not None


async def test_the_guard_is_off_for_a_workflow_that_is_passed_through(engine: WorkflowEnvironment) -> None:
    """Why the list must be exact: nobody complains, and the workflow reads a real clock."""
    careless = SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules("tests.house.impure_workflow")
    )
    assert float(await answer(engine, "time", careless)) > 0


def test_only_what_is_pure_is_passed_through() -> None:
    ours = worker.SANDBOX.restrictions.passthrough_modules - SandboxRestrictions.default.passthrough_modules
    assert ours == PASSED_THROUGH


@pytest.mark.parametrize("workflow_class", worker.WORKFLOWS, ids=lambda one: str(one.__name__))
def test_no_module_of_a_workflow_is_passed_through(workflow_class: type) -> None:
    parts = workflow_class.__module__.split(".")
    names = {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
    assert not names & worker.SANDBOX.restrictions.passthrough_modules
