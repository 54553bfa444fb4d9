"""What the views will hand to the templates, as plain data; firms and people are made up."""

from __future__ import annotations

from typing import Any


def menu(current: str = "待办") -> list[dict[str, Any]]:
    """The menu of a clerk."""
    items = [
        ("待办", "house", 5, True),
        ("到货确认", "package-check", 3, False),
        ("报送台账", "file-up", 0, False),
        ("我的台账", "book-open", 0, True),
        ("合格证明", "file-badge-2", 2, True),
        ("追一批货", "git-branch", 0, False),
        ("本店档案", "store", 0, True),
        ("手册", "circle-question-mark", 0, False),
    ]
    return [
        {
            "label": label,
            "href": f"/{number}",
            "icon": icon,
            "count": count,
            "tab": tab,
            "current": label == current,
            "line": label in {"本店档案", "手册"},
        }
        for number, (label, icon, count, tab) in enumerate(items)
    ]


ACTOR = {"name": "林××", "role": "执法一科", "operator_name": None}
SHOPKEEPER = {"name": "陈××", "role": "店主", "operator_name": "阿嬷杂货铺"}

FORM: dict[str, Any] = {
    "values": {
        "supplier": "厦门启闽供应链管理有限公司",
        "quantity": "0",
        "unit": "EA",
        "received_on": "2026-12-21",
        "proof": "theirs",
        "kinds": ["a"],
        "district": "350206",
        "note": "<b>",
        "photo_token": "abc",
    },
    "errors": {"quantity": "数量要大于 0", "received_on": ["收货日期不能晚于今天（11 月 21 日）"]},
    "filing_key": "GR-2026-1121-001",
    "detail": None,
}
EMPTY_FORM: dict[str, Any] = {"values": {}, "errors": {}, "filing_key": None, "detail": None}

PRODUCER: dict[str, Any] = {
    "name": "厦门云汀乳业有限公司",
    "uscc": "91350213MA8T26K45K",
    "place": "福建省厦门市翔安区",
    "licence": {
        "kind": "ok",
        "number": "SC10535021300069",
        "scope": "乳制品",
        "valid_to": "2029-06-30",
    },
    "licence_href": "/l",
    "grade": {"letter": "B", "on": "2026-08-14", "days": 99},
}
PRODUCT: dict[str, Any] = {
    "name": "云汀 稀奶油 1 L",
    "gtin": "06901234567892",
    "about": "稀奶油（含乳脂 35%）· 冷藏 0–6 ℃",
    "picture": None,
    "producer": PRODUCER,
}


def _row(kind: str, words: str, answer: str, grounds: str, tone: str = "") -> dict[str, str]:
    zh, en = words.split("|")
    return {"kind": kind, "zh": zh, "en": en, "answer": answer, "grounds": grounds, "tone": tone}


ROWS = [
    _row("ok", "召回|Recall", "没有被召回", "这一批没有召回或停售决定"),
    _row("ok", "合格证明|Certificate", "有 2 份", "出厂检验合格证 · 第三方检验报告"),
    _row("ok", "生产许可|Licence", "有效", "乳制品，至 2029-06-30"),
    _row("wait", "到期|Best before", "还有 15 天", "保质期至 2026-12-06，生产日期 2026-11-15"),
    _row("gap", "还缺|Missing", "动物检疫证明 1 份", "3 家奶源中有 1 家未提交，已催报", "gap"),
]
LOT_PAGE: dict[str, Any] = {
    "state": "lot",
    "product": PRODUCT,
    "lot": {"number": "L261115"},
    "rows": ROWS,
    "certificates": [
        {
            "kind": "ok",
            "title": "出厂检验合格证",
            "number": "YT-CJ-261115-03",
            "text": "云汀乳业 2026-11-15 出具 · 检验 9 项，均合格",
            "href": "/c/1",
        },
        {
            "kind": "gap",
            "title": "动物检疫合格证明（奶源）",
            "number": None,
            "text": "账上没有：应有 3 份，已有 2 份。限 11-23 前",
            "href": None,
        },
    ],
    "path": [
        {"kind": "src", "title": "奶源：3 家养殖场", "text": "其中 1 家检疫证明待补"},
        {"kind": "", "title": "云汀乳业 · 生产", "text": "2026-11-15 出厂检验合格"},
        {"kind": "gap", "title": "冷链温度记录", "text": "这一段没有人报送，不是必报项目"},
        {"kind": "here", "title": "阿嬷杂货铺（思明区）", "text": "2026-11-17 确认收货"},
    ],
    "asked_at": "2026-11-21T10:32:00+08:00",
    "changed_at": "2026-11-20T18:04:00+08:00",
    "proof_state": "sealed",
    "change_href": "/01/06901234567892",
}
RECALLED_PAGE: dict[str, Any] = LOT_PAGE | {
    "lot": {"number": "L261108"},
    "recall": {
        "lot": "L261108",
        "reason": "抽查检出单核细胞增生李斯特氏菌",
        "level": "一级召回",
        "since": "2026-11-20",
        "only_this_lot": True,
        "refund_until": "2026-12-04",
        "care": None,
        "hotline": {
            "name": "云汀乳业召回热线",
            "number": "0592-000 0000",
            "tel": "05920000000",
            "hours": "8:00–22:00",
        },
        "safe_lots": [("L261115", "/a"), ("L261101", "/b")],
        "all_lots_href": "/all",
    },
    "rows": [_row("bad", "召回|Recall", "正在召回", "一级召回，只涉及这一批", "bad"), *ROWS[1:4]],
}
NO_LOT_PAGE: dict[str, Any] = {
    "state": "no_lot",
    "product": PRODUCT,
    "lot": None,
    "lot_href": "/01/06901234567892",
    "recalled_lots": [{"lot": "L261108", "produced_on": "2026-11-08", "href": "/r"}],
    "rows": [
        ROWS[2],
        _row("warn", "最近 3 批|Last lots", "2 批正常，1 批召回", "召回的是 L261108"),
        _row("gap", "合格证明|Certificate", "要有批号才能回答", "证明按批出具", "gap"),
    ],
    "asked_at": "2026-11-21T10:32:00+08:00",
    "recall_over": {"lot": "L260901", "on": "2026-11-01"},
}


def _line(name: str, lot: str, quantity: int, unit: str, *, proof: bool) -> dict[str, Any]:
    return {"name": name, "lot": lot, "quantity": quantity, "unit": unit, "proof": proof}


HOME: dict[str, Any] = {
    "menu": menu(),
    "actor": SHOPKEEPER,
    "scan_label": "扫码收货",
    "recalled": [
        {
            "quantity": "17 盒",
            "what": "云汀 稀奶油 1 L",
            "lot": "L261108",
            "due": "2026-11-22T15:22:00+08:00",
            "href": "/r",
            "notice_href": "/n",
        }
    ],
    "deliveries": [
        {
            "id": "1",
            "from": "启闽供应链",
            "sent": "今天 08:40 发出",
            "action": "/d/1",
            "filing_key": "k1",
            "differs_href": "/d/1/differs",
            "lines": [
                _line("鼓浪禾 鲜豆腐 400 g", "20261121", 24, "盒", proof=True),
                _line("海堤红 酱油 500 mL", "261002B", 12, "瓶", proof=True),
            ],
        },
        {
            "id": "2",
            "from": "禾舟烘焙",
            "sent": "昨天 06:10 发出",
            "action": "/d/2",
            "filing_key": "k2",
            "differs_href": "/d/2/differs",
            "lines": [_line("奶油杯 180 g", "HZ261120", 60, "个", proof=False)],
        },
    ],
    "deliveries_total": 3,
    "more_deliveries": {"text": "还有 1 张：同安松柏农场（青菜 15 公斤）", "href": "/d"},
    "todos": [
        {"kind": "gap", "text": "2 笔进货没有合格证明", "small": "补拍即可", "href": "/p"},
        {"kind": "warn", "text": "供货者许可 9 天后到期", "small": "11 月 30 日", "href": "/s"},
    ],
    "month": {"receipts": 46, "on_time": 44, "matched": 41},
    "latest": {"text": "今天 09:14", "state": "sealed", "href": "/q"},
}
RECEIPT: dict[str, Any] = {
    "menu": menu("到货确认"),
    "actor": SHOPKEEPER,
    "units": [("EA", "盒"), ("KGM", "公斤")],
    "form": FORM
    | {
        "values": FORM["values"]
        | {
            "gtin": "06901234567014",
            "lot": "20261121",
            "proof": "attached",
            "document": "CK-20261121-077",
        }
    },
    "product": {
        "name": "鼓浪禾 鲜豆腐 400 g",
        "gtin": "06901234567014",
        "expires_on": "2026-11-28",
        "days_left": 7,
    },
    "suppliers": ["厦门启闽供应链管理有限公司"],
    "supplier_guessed": True,
    "attached": 1,
}
INSPECTOR: dict[str, Any] = {
    "menu": menu(),
    "actor": ACTOR,
    "case_number": "厦市监食〔2026〕118 号",
    "figures": [
        {"label": "待办任务", "value": 7, "unit": "件", "href": "/t"},
        {"label": "预警", "value": 12, "unit": "条", "href": "/w"},
    ],
    "recalls": [
        {
            "title": "云汀 稀奶油 1 L",
            "lot": "L261108",
            "level": "一级",
            "due": "2026-12-04",
            "href": "/r",
            "state": {"kind": "bad", "text": "2 家超 24 小时未回报"},
        }
    ],
    "traces": [
        {
            "product": "云汀 稀奶油 1 L",
            "gtin": "06901234567892",
            "lot": "L261108",
            "direction": "向下",
            "at": "2026-11-21T14:05:00+08:00",
            "complete": True,
            "gaps": 4,
            "href": "/t/1",
        },
        {
            "product": "海堤红 酱油 500 mL",
            "gtin": "06901234567427",
            "lot": "261002B",
            "direction": "双向",
            "at": "2026-11-20T09:05:00+08:00",
            "complete": False,
            "gaps": 0,
            "href": "/t/2",
        },
    ],
    "tasks": [{"kind": "wait", "text": "3 件信用修复等您决定", "small": None, "href": "/f"}],
}
SIGN_IN: dict[str, Any] = {
    "form": EMPTY_FORM | {"values": {"name": "amo"}, "detail": "账号或密码不对，请再试一次。"},
    "next": "/filings",
    "samples": [{"role": "店主", "name": "amo", "password": "amo-2026"}],
}
REFUSAL: dict[str, Any] = {
    "status": 404,
    "code": "products.unknown_lot",
    "detail": "没有批次 L261199。",
    "request_id": "01JD8Q6Y3M",
}
COMPONENTS: dict[str, Any] = {
    "menu": menu(),
    "actor": ACTOR,
    "form": FORM,
    "case_number": "厦市监食〔2026〕118 号",
}

PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "components": ("components.html", COMPONENTS),
    "sign_in": ("pages/sign_in.html", SIGN_IN),
    "scan": ("pages/scan.html", {"form": EMPTY_FORM}),
    "scan_found": (
        "pages/scan.html",
        {
            "form": EMPTY_FORM | {"errors": {"text": "末位应为 2"}},
            "symbols": [
                {
                    "symbology": "EAN-13",
                    "text": "6901234567892",
                    "label": "云汀 稀奶油 1 L",
                    "href": "/scan?text=6901234567892",
                },
                {"symbology": "QR Code", "text": "https://x", "label": None, "href": "/q"},
            ],
        },
    ),
    "lot": ("pages/public_product.html", LOT_PAGE),
    "recalled": ("pages/public_product.html", RECALLED_PAGE),
    "no_lot": ("pages/public_product.html", NO_LOT_PAGE),
    "unknown": ("pages/public_product.html", {"state": "unknown", "code": "6901234567892"}),
    "home_operator": ("pages/home_operator.html", HOME),
    "home_empty": (
        "pages/home_operator.html",
        HOME
        | {
            "recalled": [],
            "deliveries": [],
            "deliveries_total": 0,
            "more_deliveries": None,
            "todos": [],
            "latest": None,
        },
    ),
    "receipt": ("pages/receipt.html", RECEIPT),
    "receipt_blank": ("pages/receipt.html", RECEIPT | {"form": EMPTY_FORM, "product": None}),
    "home_inspector": ("pages/home_inspector.html", INSPECTOR),
    "inspector_empty": (
        "pages/home_inspector.html",
        INSPECTOR | {"figures": [], "recalls": [], "traces": [], "tasks": []},
    ),
    "paper": ("paper.html", {"size": "a5", "back": "/signs"}),
    "refusal": ("refusal.html", REFUSAL),
    "refusal_signed_in": (
        "refusal.html",
        REFUSAL | {"menu": menu(), "actor": ACTOR, "status": 500, "detail": None, "code": None},
    ),
}
