"""Binding a method to the effect it implements: the name comes from the contract, failures are translated once."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from pydantic import BaseModel
from temporalio import activity

from activities.translate import translated
from tradelane.adapters.errors import OutsideFailure
from tradelane.contracts.effect import Effect

Owner = TypeVar("Owner")
Request = TypeVar("Request", bound=BaseModel)
Reply = TypeVar("Reply", bound=BaseModel)
Method = Callable[[Owner, Request], Awaitable[Reply]]

MARK = "__tradelane_effect__"
"""Attribute that says which effect a method keeps."""


def implements(
    effect: Effect[Request, Reply],
) -> Callable[[Callable[[Owner, Request], Awaitable[Reply]]], Callable[[Owner, Request], Awaitable[Reply]]]:
    """Make a method the one implementation of an effect."""

    def bind(method: Callable[[Owner, Request], Awaitable[Reply]]) -> Callable[[Owner, Request], Awaitable[Reply]]:
        @functools.wraps(method)
        async def kept(self: Owner, request: Request) -> Reply:
            try:
                return await method(self, request)
            except OutsideFailure as failure:
                raise translated(failure) from failure

        # the SDK reads parameter types from annotations: give it the contract's own, not forward references
        kept.__annotations__ = {"request": effect.request, "return": effect.reply}
        bound: Any = activity.defn(name=effect.name)(kept)
        setattr(bound, MARK, effect)
        typed: Callable[[Owner, Request], Awaitable[Reply]] = bound
        return typed

    return bind
