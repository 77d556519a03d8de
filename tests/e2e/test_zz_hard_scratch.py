from tests.e2e.test_replay import *
async def test_hard(station):
    await station.lane.stage.post("/x") if False else None
    sold = await station.lane.sell("hs_refused", orders=[{"items": [{"sku": "BJK-STND-05"}]}], webhook_url=None)
    order = OrderId(sold[0]["order_id"])
    await station.lane.client.start_workflow(FULFIL_ORDER.name, {"order_id": order}, id=order_workflow_id(order), task_queue=FULFIL_ORDER.queue)
    station.nudging.append(asyncio.create_task(station._nudge(order)))
    await station.lane.held(order, "lodge_export_declaration:d1")
    await station.lane.update(order, "amend", {"set": {"items.BJK-STND-05.hsk": "7616999090"}, "reason": "broker"})
    await station.delivered(order)
    print(await station.acted(order))
    plan = await station.plan(order, "read_customs_rate")
    print(plan.model_dump_json(indent=1))
    await station.apply(order, "read_customs_rate")
    for _ in range(100):
        p = await station.lane.progress(order)
        if p.holds or p.state == "delivered": break
        await asyncio.sleep(0.2)
    print(p)
    print(await station.acted(order))
    assert 0
