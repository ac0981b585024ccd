"""Scaling within a run: begins once rows land, so that it costs the first row nothing; carries out what is asked."""

import os
from typing import TYPE_CHECKING

from winepipeline_local.access import broker_login
from winepipeline_local.decisions import Decisions
from winepipeline_local.fleet import Fleet
from winepipeline_local.order import Order
from winepipeline_local.parts import Parts
from winepipeline_local.plan import ServicePlan, another_consumer
from winepipeline_local.ports import free_ports
from winepipeline_local.state import State
from winepipeline_local.terminal import Terminal

if TYPE_CHECKING:
    from winepipeline_local.autoscaler import Autoscaler


class Scaling:
    """The autoscaler's hand; from the main thread, which the consumers follow."""

    def __init__(self, order: Order, state: State, parts: Parts, fleet: Fleet, terminal: Terminal) -> None:
        self._order = order
        self._state = state
        self._parts = parts
        self._fleet = fleet
        self._terminal = terminal
        self._autoscaler: Autoscaler | None = None

    @property
    def headline(self) -> str:
        """Who decides, what was decided last, and why; empty before the first decision."""
        return self._autoscaler.headline if self._autoscaler else ""

    def tick(self, *, rows_land: bool) -> None:
        """Begin when it is time; have as many consumers as were asked for."""
        if self._autoscaler is None:
            if self._order.scaled and rows_land:
                self._begin()
            return
        asked = self._autoscaler.take()
        if asked is not None:
            self._terminal.say(f"scaling  {self._autoscaler.headline}")
            self._fleet.scale(asked, self._plan)

    def stop(self) -> None:
        """Scale no more."""
        if self._autoscaler is not None:
            self._autoscaler.stop()

    def _begin(self) -> None:
        from winepipeline_local.autoscaler import Autoscaler  # noqa: PLC0415 - the law takes as long to load as a row

        login = broker_login(self._order.pipeline, self._parts.endpoints, os.environ)
        self._autoscaler = Autoscaler(self._order.pipeline, login, self._fleet, Decisions(self._state))
        self._autoscaler.start()

    def _plan(self, number: int) -> ServicePlan:
        port = free_ports(1)[0]
        return another_consumer(self._order.pipeline, self._parts.endpoints, os.environ, number, port)
