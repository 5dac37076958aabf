// A small shop: what the screen tests work on, and what the scripted endpoint answers.

import { block } from "../host/suite/scene.ts";

export const SHOP = `"""Prices and orders of a small shop."""

from dataclasses import dataclass


@dataclass
class Item:
    name: str
    price: float
    count: int = 1


def total(items):
    sum = 0
    for item in items:
        sum = sum + item.price * item.count
    return sum


def cheapest(items):
    best = None
    for item in items:
        if best is None or item.price < best.price:
            best = item
    return best


def receipt(items):
    lines = []
    for item in items:
        lines.append(item.name + " " + str(item.price))
    lines.append("total " + str(total(items)))
    return "\\n".join(lines)
`;

const IMPORT = block(
  "shop.py",
  "from dataclasses import dataclass\n",
  "from collections.abc import Sequence\nfrom dataclasses import dataclass\n",
);

const TAX = block("shop.py", "    count: int = 1\n", "    count: int = 1\n    tax: float = 0.0\n");

const TOTAL = block(
  "shop.py",
  `def total(items):
    sum = 0
    for item in items:
        sum = sum + item.price * item.count
    return sum
`,
  `def total(items: Sequence[Item]) -> float:
    return sum(item.price * item.count for item in items)
`,
);

const CHEAPEST = block(
  "shop.py",
  `def cheapest(items):
    best = None
    for item in items:
        if best is None or item.price < best.price:
            best = item
    return best
`,
  `def cheapest(items: Sequence[Item]) -> Item | None:
    """The item with the lowest price; None for no items."""
    return min(items, key=lambda item: item.price, default=None)
`,
);

const RECEIPT = block(
  "shop.py",
  `        lines.append(item.name + " " + str(item.price))
    lines.append("total " + str(total(items)))
`,
  `        lines.append(f"{item.name} {item.price:.2f}")
    lines.append(f"total {total(items):.2f}")
`,
);

export const PATCHED = `"""Prices and orders of a small shop."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass
class Item:
    name: str
    price: float
    count: int = 1


def total(items: Sequence[Item]) -> float:
    return sum(item.price * item.count for item in items)


def cheapest(items: Sequence[Item]) -> Item | None:
    """The item with the lowest price; None for no items."""
    return min(items, key=lambda item: item.price, default=None)


def receipt(items):
    lines = []
    for item in items:
        lines.append(f"{item.name} {item.price:.2f}")
    lines.append(f"total {total(items):.2f}")
    return "\\n".join(lines)
`;

export const STOCK = `"""What is on the shelves."""

from shop import Item, total


def worth(items: list[Item]) -> str:
    return f"stock worth {total(items)}"
`;

export const SHOP_FILES = { "shop.py": SHOP, "stock.py": STOCK };

export const SHOP_REPLIES = [
  { when: "Take your time", text: `${TAX}word\n${TOTAL}` },
  { when: "Type hints and less code", text: IMPORT + TOTAL + CHEAPEST + RECEIPT },
  {
    when: "Round every price",
    text:
      RECEIPT +
      block("stock.py", '    return f"stock worth {total(items)}"\n', '    return f"stock worth {total(items):.2f}"\n'),
  },
  { when: "def discount", text: "    return price * (1 - share)\n" },
];
