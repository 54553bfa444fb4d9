"""The manifest of consumers' reports."""

from __future__ import annotations

from app.food.reports import web
from app.module import Bilingual, MenuItem, Module

MODULE = Module(
    name="reports",
    title=Bilingual("消费者反馈", "Consumers' reports"),
    webs=(web.blueprint,),
    menu=(
        MenuItem(
            endpoint="reports.index",
            title=Bilingual("消费者反馈", "Reports"),
            icon="message-square-warning",
            needs="report.read",
            order=45,
        ),
    ),
    permissions=("report.read", "report.handle"),
    announces=("report.submitted", "report.moved"),
)
