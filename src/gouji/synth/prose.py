"""The narrative of a report (a stand-in: a few sentences)."""

from __future__ import annotations

import random

from gouji.synth.blocks import Block, Stated
from gouji.synth.figures import Body


def write_prose(body: Body, rng: random.Random) -> list[Block]:
    """A minimal narrative with its facts."""
    name, staff = body.organisation.name, body.staff
    total = f"{body.grand_total / 10_000:.2f}"
    text = f"{body.year}年度收、支总计均为{total}万元。"
    clause = text.rstrip("。")
    from decimal import Decimal

    money = Decimal(total) * 10_000
    facts = tuple(Stated(k, money, "元", clause, None, body.year) for k in ("revenue.total", "expenditure.total"))
    post = f"{name}共有编制{staff.posts_total}人"
    return [
        Block("heading1", "第一部分  部门概况"),
        Block("heading2", "一、主要职责"),
        Block("paragraph", post + "。", (), (Stated("staff.posts_total", Decimal(staff.posts_total), "人", post),)),
        Block("heading1", "第三部分  情况说明"),
        Block("heading2", "一、收入支出总体情况说明"),
        Block("paragraph", text, (), facts),
    ]
