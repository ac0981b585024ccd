"""One valid event of each type, to be taken as it is or changed."""

from typing import Any

PRODUCT = {"id": 1000, "name": "Château Belair 🍷", "category": "Rouge 🍷", "region": "Rhône", "vintage": 2018}
ENVELOPE = {"event_id": "e-1", "schema_version": 1, "source": "shop", "timestamp": "2026-11-24T08:30:00.123Z"}
ORDER: dict[str, Any] = {
    "event_type": "ORDER_CREATED",
    **ENVELOPE,
    "order_id": "ORD-1",
    "product": PRODUCT,
    "customer_id": 42,
    "quantity": 3,
    "unit_price": 24.5,
    "discount": 0.1,
    "total": 66.15,
    "currency": "EUR",
    "channel": "E-com",
}
MOVEMENT: dict[str, Any] = {
    "event_type": "INVENTORY_ADJUSTED",
    **ENVELOPE,
    "adjustment_type": "SPOILAGE",
    "product": PRODUCT,
    "quantity_change": -12,
    "warehouse": "Entrepôt Bercy",
    "batch": {"batch_id": "LOT-1", "supplier": "Négoce Dupont", "received_at": "2026-11-20"},
    "reason": "Bouchonné",
}
