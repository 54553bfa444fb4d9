"""What the views will hand to the templates, as plain data; firms and people are made up."""

from __future__ import annotations

from typing import Any


def menu(current: str = "待办") -> list[dict[str, Any]]:
    """The menu of a clerk."""
    items = [
        ("待办", "house", 5, True), ("到货确认", "package-check", 3, False),
        ("报送台账", "file-up", 0, False), ("我的台账", "book-open", 0, True),
        ("合格证明", "file-badge-2", 2, True), ("追一批货", "git-branch", 0, False),
        ("本店档案", "store", 0, True), ("手册", "circle-question-mark", 0, False),
    ]
    return [
        {"label": label, "href": f"/{number}", "icon": icon, "count": count, "tab": tab,
         "current": label == current, "line": label in {"本店档案", "手册"}}
        for number, (label, icon, count, tab) in enumerate(items)
    ]


ACTOR = {"name": "林××", "role": "执法一科", "operator_name": None}
SHOPKEEPER = {"name": "陈××", "role": "店主", "operator_name": "阿嬷杂货铺"}

FORM: dict[str, Any] = {
    "values": {"supplier": "厦门启闽供应链管理有限公司", "quantity": "0", "unit": "EA",
               "received_on": "2026-12-21", "proof": "theirs", "kinds": ["a"], "district": "350206",
               "note": "<b>", "photo_token": "abc"},
    "errors": {"quantity": "数量要大于 0", "received_on": ["收货日期不能晚于今天（11 月 21 日）"]},
    "filing_key": "GR-2026-1121-001", "detail": None,
}
