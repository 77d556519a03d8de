"""The marketplace's error answers: `{"message", "error", "status", "cause"}`."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response


def error(status: int, code: str, message: str) -> Response:
    """One error in the ordinary shape."""
    return JSONResponse({"message": message, "error": code, "status": status, "cause": []}, status_code=status)


def policy_refusal() -> Response:
    """The application lacks a functional permission: the refusal that looks like the seller's fault."""
    return JSONResponse(
        {
            "status": 403,
            "code": "PA_UNAUTHORIZED_RESULT_FROM_POLICIES",
            "message": "At least one policy returned UNAUTHORIZED.",
            "blocked_by": "PolicyAgent",
        },
        status_code=403,
    )


def invalid_grant() -> Response:
    """The refresh token is used, old, of another client, or unknown. The text is the documented one."""
    return JSONResponse(
        {
            "error_description": "Error validating grant. Your authorization code or refresh token may be"
            " expired or it was already used",
            "error": "invalid_grant",
            "status": 400,
            "cause": [],
        },
        status_code=400,
    )


def order_not_found() -> Response:
    """No such order, or not visible yet, or the id is one of a pack."""
    return error(404, "order_not_found", "Order does not exist")


def order_not_owned() -> Response:
    """The order is another seller's."""
    return error(403, "not_owned_order", "The user has not access to the order")


def shipment_not_found(shipment_id: str) -> Response:
    """No such shipment."""
    return error(404, "not_found_shipping_id", f"Shipment {shipment_id} not found")


def invalid_caller() -> Response:
    """The shipment is another seller's."""
    return error(403, "forbidden", "Invalid caller.id")


def not_acceptable() -> Response:
    """Tracking may be reported for own logistics (me1/default) only."""
    return error(406, "not_acceptable", "The shipment mode and logistic type do not accept tracking")
