"""From what the marketplace was paid to what customs is told: the one place where a price becomes a FOB value.

Told apart are the price without discount, the discount, the price paid, the buyer's charge for carriage, freight and
insurance that the terms of delivery put into the price, and the marketplace's fee. A fee is a cost of selling: it never
lowers a customs value. A discount does, for the price paid is what is declared; orders do not say who gave it.

Terms priced where the goods leave (FCA and its like): the price of the goods is the FOB value, and what the buyer pays
for carriage stands outside. Terms of groups C and D: that charge is part of the contract's price, spread over the lines
by their prices, and freight and insurance are deducted to reach FOB. Duties that a DDP price may hold have no box and
are not deducted.

Won are cut for each line, and totals are sums of lines; whatever is shared out is shared to the last unit. Source:
수출 및 반송통관에 관한 고시 (boxes 38 and 46 to 49) and the checks of KTNET's filing interface.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from pydantic import BaseModel, ConfigDict

from tradelane.domain.carriage import HOLDS_BOTH, HOLDS_FREIGHT
from tradelane.domain.consignment import Consignment, ConsignmentItem
from tradelane.domain.customs_rate import EXPORT, CustomsRate, fob_krw
from tradelane.domain.identifiers import OrderId
from tradelane.domain.money import Money, total
from tradelane.domain.papers import Incoterm

NO_WON = Money.zero("KRW")


class NotValued(ValueError):
    """These goods have no customs value as they stand; the message is one sentence."""


class PricedLine(BaseModel):
    """One sold line in the currency of the sale; all amounts are of the whole quantity."""

    model_config = ConfigDict(frozen=True)

    order_id: OrderId
    sku: str
    exporter_id: str
    quantity: int
    gross: Money
    """Without discount; the price paid where the marketplace tells no other."""
    discount: Money
    """`gross` less `paid`, never below zero; orders do not say whether seller or marketplace gave it."""
    paid: Money
    """What the buyer pays for the goods."""
    carriage: Money
    """The line's share of what the buyer pays for carriage."""
    payment: Money
    """What the contract says of the line (box 49): `paid`, and `carriage` where the term puts it into the price."""
    fee: Money | None = None
    """The marketplace's fee as it is told; no part of any value."""
    fee_certain: bool = True
    """False where nobody knows whether the fee is told for one unit or for the line (more than one unit)."""


class Prices(BaseModel):
    """What a parcel was sold for, line by line."""

    model_config = ConfigDict(frozen=True)

    incoterm: Incoterm
    currency: str
    lines: tuple[PricedLine, ...]

    @property
    def gross(self) -> Money:
        return total((line.gross for line in self.lines), self.currency)

    @property
    def discount(self) -> Money:
        return total((line.discount for line in self.lines), self.currency)

    @property
    def paid(self) -> Money:
        return total((line.paid for line in self.lines), self.currency)

    @property
    def carriage(self) -> Money:
        """What the buyer pays for carriage, inside the price or apart from it."""
        return total((line.carriage for line in self.lines), self.currency)

    @property
    def payment(self) -> Money:
        """Box 49: the contract's price under the terms of delivery."""
        return total((line.payment for line in self.lines), self.currency)

    @property
    def fees(self) -> Money | None:
        """The marketplace's fees where it tells one for every line in this currency, else None."""
        told = [line.fee for line in self.lines if line.fee is not None and line.fee.currency == self.currency]
        return total(told, self.currency) if len(told) == len(self.lines) else None


class ValuedLine(PricedLine):
    """A priced line with its won: `fob_krw` is the price cut to the won, less freight and insurance."""

    fob_krw: Money
    freight_krw: Money
    insurance_krw: Money


class Valuation(Prices):
    """What customs is told of the value of a parcel, or of one exporter's goods in it."""

    lines: tuple[ValuedLine, ...]
    rate: CustomsRate

    @property
    def fob_krw(self) -> Money:
        """Box 46: the sum of the lines."""
        return total((line.fob_krw for line in self.lines), "KRW")

    @property
    def freight_krw(self) -> Money:
        """Box 47; zero under terms that hold no freight."""
        return total((line.freight_krw for line in self.lines), "KRW")

    @property
    def insurance_krw(self) -> Money:
        """Box 48; zero under terms that hold no insurance."""
        return total((line.insurance_krw for line in self.lines), "KRW")

    @property
    def payment_krw(self) -> Money:
        """The whole payment in won, rounded half up: what KTNET compares with a cap."""
        return self.payment.converted(self.rate.krw_per_unit, "KRW").rounded(ROUND_HALF_UP)

    def of(self, exporter_id: str) -> Valuation:
        """The goods of one exporter, as its own declaration says them."""
        lines = tuple(line for line in self.lines if line.exporter_id == exporter_id)
        if len(lines) == len(self.lines):
            return self
        return Valuation(incoterm=self.incoterm, currency=self.currency, lines=lines, rate=self.rate)


def price(consignment: Consignment) -> Prices:
    """Tell prices, discounts, carriage and fees apart.

    Raises:
        NotValued: a price, quantity or currency from which no value follows.
    """
    currency = consignment.items[0].unit_price.currency
    for item in consignment.items:
        _check(item, currency)
    charge = consignment.shipping_charge
    if charge and charge.currency != currency:
        raise NotValued(f"The goods are priced in {currency}, but the charge for carriage is {charge}.")
    if charge.amount < 0:
        raise NotValued(f"The charge for carriage is {charge}; it cannot be below zero.")
    paid = [item.amount for item in consignment.items]
    none = Money.zero(currency)
    shares = _spread(charge, [one.amount for one in paid]) if charge else (none,) * len(paid)
    inside = consignment.incoterm in HOLDS_FREIGHT
    return Prices(
        incoterm=consignment.incoterm,
        currency=currency,
        lines=tuple(
            PricedLine(
                order_id=item.order_id,
                sku=item.sku,
                exporter_id=item.exporter_id,
                quantity=item.quantity,
                gross=(gross := _gross(item, amount)),
                discount=gross - amount,
                paid=amount,
                carriage=share,
                payment=amount + share if inside else amount,
                fee=item.sale_fee,
                fee_certain=item.quantity == 1,
            )
            for item, amount, share in zip(consignment.items, paid, shares, strict=True)
        ),
    )


def value(consignment: Consignment, rate: CustomsRate) -> Valuation:
    """Value the goods of a parcel at the export rate of the week in which they are declared.

    Raises:
        NotValued: as for `price`; the rate is of another currency or for imports; what carriage costs is not known and
            the terms put it into the price; a line that is worth less than one won.
    """
    prices = price(consignment)
    if rate.kind != EXPORT:
        raise NotValued(f"An export is valued at the export rate of customs; this one is for {rate.kind}s.")
    if rate.currency != prices.currency:
        raise NotValued(f"The goods are priced in {prices.currency}, but the rate is that of {rate.currency}.")
    freight, insurance = _charges(consignment, prices, rate)
    return Valuation(
        incoterm=prices.incoterm,
        currency=prices.currency,
        rate=rate,
        lines=tuple(
            _valued(line, rate, of_freight, of_insurance)
            for line, of_freight, of_insurance in zip(prices.lines, freight, insurance, strict=True)
        ),
    )


def _check(item: ConsignmentItem, currency: str) -> None:
    """Refuse what no value follows from; the words name the product and how to mend it."""
    if item.unit_price.currency != currency:
        raise NotValued(f"SKU {item.sku} is priced in {item.unit_price.currency}, other goods in {currency}.")
    if item.unit_price.amount <= 0:
        raise NotValued(
            f"SKU {item.sku} was sold for {item.unit_price}; a gift has a customs value too: "
            f"amend items.{item.sku}.unit_price."
        )
    if item.quantity < 1:
        raise NotValued(f"SKU {item.sku}: the quantity is {item.quantity}.")
    if item.net_weight_g < 1:
        raise NotValued(f"SKU {item.sku}: the net weight is {item.net_weight_g} g; set net_weight_g in the catalogue.")


def _gross(item: ConsignmentItem, paid: Money) -> Money:
    """The price without discount; a list price in another currency, or below the price paid, tells none."""
    listed = item.list_price
    if listed is None or listed.currency != paid.currency or listed < item.unit_price:
        return paid
    return listed * item.quantity


def _charges(consignment: Consignment, prices: Prices, rate: CustomsRate) -> tuple[tuple[Money, ...], ...]:
    """Freight by net weight and insurance by price, for each line of the parcel."""
    term, costs = consignment.incoterm, consignment.carriage_costs
    none = (NO_WON,) * len(prices.lines)
    if term not in HOLDS_FREIGHT:
        return none, none
    if unknown := costs.unknown(term):
        raise NotValued(
            f"A {term.value} price holds what carriage costs, and that is not known: set {' and '.join(unknown)}."
        )
    freight = _spread(costs.freight(consignment.gross_weight_g), [it.net_weight_total_g for it in consignment.items])
    if term not in HOLDS_BOTH:
        return freight, none
    whole = prices.payment.converted(rate.krw_per_unit, "KRW")
    return freight, _spread(costs.insurance(whole), [line.payment.amount for line in prices.lines])


def _valued(line: PricedLine, rate: CustomsRate, freight: Money, insurance: Money) -> ValuedLine:
    won = fob_krw(line.payment, rate)
    fob = won - freight - insurance if freight or insurance else won
    if fob.amount < 1:
        less = f", less freight of {freight} and insurance of {insurance}," if freight or insurance else ""
        raise NotValued(
            f"SKU {line.sku}: {line.payment}{less} is {fob}; customs wants a value of at least one won: "
            f"amend items.{line.sku}.unit_price."
        )
    return ValuedLine(**dict(line), fob_krw=fob, freight_krw=freight, insurance_krw=insurance)


def _spread(amount: Money, weights: Sequence[int | Decimal]) -> tuple[Money, ...]:
    """Shares that sum to the amount exactly."""
    return (amount,) if len(weights) == 1 else amount.split(weights)
