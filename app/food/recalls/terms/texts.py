"""What recalls' words are called on pages and papers, Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.food.recalls.terms.words import (
    Answer,
    Found,
    Hazard,
    Kind,
    Level,
    Method,
    NoticeItem,
    PlanItem,
    State,
    Step,
    Timer,
    Via,
)

Said = tuple[str, str]

STATE_TEXTS: dict[State, Said] = {
    State.SUSPECTED: ("待查", "suspected"),
    State.STOP_SALE: ("已停售", "sale stopped"),
    State.GRADED: ("已定级", "graded"),
    State.PLANNED: ("已报计划", "plan reported"),
    State.NOTIFIED: ("已通知", "notified"),
    State.IN_PROGRESS: ("召回中", "in progress"),
    State.COMPLETED: ("已收回，待处置", "completed, to be disposed of"),
    State.DISPOSED: ("已处置，待总结", "disposed of, report due"),
    State.SUMMARISED: ("已总结，待结案", "reported, to be closed"),
    State.CLOSED: ("已结束", "ended"),
}
STATE_MARKS: dict[State, str] = dict.fromkeys(State, "wait") | {
    State.SUSPECTED: "warn",
    State.STOP_SALE: "warn",
    State.CLOSED: "ok",
}
STEP_TEXTS: dict[Step, Said] = {  # what a line of the history says was done
    Step.OPENED: ("开启", "opened"),
    Step.STOP_SALE: ("全市停售", "sale stopped in the whole city"),
    Step.GRADED: ("定级", "graded"),
    Step.PLANNED: ("报告召回计划", "plan reported"),
    Step.NOTIFIED: ("发出公告和通知", "notice published, holders told"),
    Step.IN_PROGRESS: ("开始收回", "goods are coming back"),
    Step.COMPLETED: ("收回完成", "completed"),
    Step.DISPOSED: ("处置", "disposed of"),
    Step.SUMMARISED: ("报告总结", "final report given"),
    Step.CLOSED: ("结案", "closed"),
    Step.DISMISSED: ("排除，不再召回", "dismissed"),
    Step.ORDERED: ("责令召回", "ordered"),
    Step.EXTENDED: ("同意延期", "extended"),
    Step.ESCALATED: ("提高级别", "escalated"),
    Step.SCOPE_FROZEN: ("锁定持有者名单", "list of holders frozen"),
    Step.SCOPE_GREW: ("补报使范围变大", "scope grew by late filings"),
    Step.OVERDUE: ("超过法定时限", "legal limit missed"),
    Step.REMINDED: ("催告未回报者", "silent holders reminded"),
}
ACT_TEXTS: dict[Step, Said] = {  # what a button says is to be done
    Step.STOP_SALE: ("全市停售", "Stop sale"),
    Step.GRADED: ("定级", "Grade"),
    Step.PLANNED: ("报告召回计划", "Report the plan"),
    Step.NOTIFIED: ("发公告，通知持有者", "Publish, tell the holders"),
    Step.IN_PROGRESS: ("开始收回", "Goods are coming back"),
    Step.COMPLETED: ("收回完成", "Recall completed"),
    Step.DISPOSED: ("登记处置", "Record the disposal"),
    Step.SUMMARISED: ("报告总结", "Give the final report"),
    Step.CLOSED: ("结案", "Close"),
    Step.DISMISSED: ("排除嫌疑", "Dismiss"),
    Step.ORDERED: ("责令召回", "Order the recall"),
    Step.EXTENDED: ("同意延期", "Allow more time"),
    Step.ESCALATED: ("提高级别", "Raise the level"),
}
LEVEL_TEXTS: dict[Level, Said] = {
    Level.NONE: ("未定级", "not graded"),
    Level.ONE: ("一级召回", "level I recall"),
    Level.TWO: ("二级召回", "level II recall"),
    Level.THREE: ("三级召回", "level III recall"),
}
LEVEL_GROUNDS: dict[Level, Said] = {
    Level.ONE: (
        "已经或可能造成严重伤害甚至死亡：24 小时内启动，10 个工作日内完成",
        "serious harm or death, or a risk of it: start in 24 hours, finish in 10 working days",
    ),
    Level.TWO: (
        "一般健康损害：48 小时内启动，20 个工作日内完成",
        "general harm: start in 48 hours, finish in 20 working days",
    ),
    Level.THREE: (
        "标签虚假标注：72 小时内启动，30 个工作日内完成",
        "false labelling: start in 72 hours, finish in 30 working days",
    ),
}
KIND_TEXTS: dict[Kind, Said] = {
    Kind.RECALL: ("召回", "recall"),
    Kind.TAKE_BACK: ("追回", "withdrawal"),
}
HAZARD_TEXTS: dict[Hazard, Said] = {
    Hazard.ILLEGAL_ADDITIVE: ("违法添加", "illegal additive"),
    Hazard.SPOILED: ("腐败变质", "spoiled"),
    Hazard.DISEASED_ANIMAL: ("病死动物", "diseased animal"),
    Hazard.LIMIT_EXCEEDED: ("项目超标", "limit exceeded"),
    Hazard.FOREIGN_MATTER: ("混有异物", "foreign matter"),
    Hazard.LABEL: ("标签问题", "label"),
    Hazard.OTHER: ("其他", "other"),
}
FOUND_TEXTS: dict[Found, Said] = {
    Found.OWN_CHECK: ("自查发现", "own check"),
    Found.COMPLAINT: ("消费者投诉", "complaint"),
    Found.DEALER: ("经营者告知", "told by a dealer"),
    Found.AUTHORITY: ("监管部门告知", "told by the authority"),
    Found.SAMPLING: ("抽样检验", "sampling test"),
    Found.DRILL: ("演练", "drill"),
}
METHOD_TEXTS: dict[Method, Said] = {
    Method.DESTROY_ON_SPOT: ("就地销毁", "destroyed on the spot"),
    Method.DESTROY_CENTRALLY: ("集中销毁", "destroyed centrally"),
    Method.HARMLESS: ("无害化处理", "made harmless"),
    Method.CORRECT_LABEL: ("改正标签后销售", "label corrected, sold on"),
}
PLAN_TEXTS: dict[PlanItem, Said] = {
    PlanItem.PRODUCER: ("生产者和负责人", "Producer and person responsible"),
    PlanItem.FOOD: (
        "食品名称、商标、规格、生产日期、批号、数量、区域",
        "Food: name, brand, spec, dates, lots, quantity, area",
    ),
    PlanItem.CAUSE: ("召回原因和危害", "Cause and harm"),
    PlanItem.LEVEL: ("召回级别、流程和时限", "Level, process, time limits"),
    PlanItem.NOTICE: ("公告内容和发布途径", "Text of the notice and where it is published"),
    PlanItem.DUTIES: ("相关经营者的义务", "Duties of other operators"),
    PlanItem.DISPOSAL: ("处置措施和费用承担", "Disposal and who pays for it"),
    PlanItem.EFFECT: ("预期效果", "Expected effect"),
}
NOTICE_TEXTS: dict[NoticeItem, Said] = {
    NoticeItem.PRODUCER: ("生产者和联系方式", "Producer, and how to reach it"),
    NoticeItem.FOOD: (
        "食品名称、商标、规格、生产日期、批号",
        "Food: name, brand, spec, dates, lots",
    ),
    NoticeItem.CAUSE: ("召回原因、级别、起止日期和区域", "Cause, level, dates, area"),
    NoticeItem.DUTIES: (
        "经营者义务，消费者退货和赔偿办法",
        "Duties of operators; how consumers return goods and are paid back",
    ),
}
ANSWER_TEXTS: dict[Answer, Said] = {
    Answer.SEEN: ("已看通知", "has seen the notice"),
    Answer.COUNTED: ("清点封存", "counted and sealed"),
    Answer.SOLD_OUT: ("已经卖完", "sold out"),
    Answer.RETURNED: ("退回供货者", "returned to the supplier"),
    Answer.DESTROYED: ("销毁", "destroyed"),
    Answer.CONSUMED: ("已经食用", "eaten"),
    Answer.REMARK: ("留言", "remark"),
}
VIA_TEXTS: dict[Via, Said] = {
    Via.LINK: ("通知链接", "through the link"),
    Via.ACCOUNT: ("登录后", "signed in"),
    Via.VISIT: ("现场核查", "during a visit"),
}
TIMER_TEXTS: dict[Timer, Said] = {
    Timer.START: ("启动", "Start"),
    Timer.FINISH: ("完成", "Finish"),
    Timer.REPORT: ("总结报告", "Final report"),
}


def in_words(table: Mapping[Any, Said], language: str) -> dict[str, str]:
    """The words of a table in one language, by the value that is stored."""
    return {str(key.value): said[language == "en"] for key, said in table.items()}
