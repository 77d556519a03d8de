"""Manual adapters: a person does the work outside and types the result; the default until credentials are given.

A write is refused with reason `manual_work`, so that the step holds and stands on `tradelane todo` with what to do
and what to type. The look-up reads what was typed (table `decisions`), checks it, and then says `Done`.
"""

from tradelane.adapters.manual.broker import ManualBroker
from tradelane.adapters.manual.broker_filing import BrokerFiling
from tradelane.adapters.manual.carrier import ManualCarrier
from tradelane.adapters.manual.carrier_filing import CarrierFiling
from tradelane.adapters.manual.customs import ManualCustoms
from tradelane.adapters.manual.filing import ManualFiling

__all__ = ["BrokerFiling", "CarrierFiling", "ManualBroker", "ManualCarrier", "ManualCustoms", "ManualFiling"]
