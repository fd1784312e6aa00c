"""A page that shows each component in each state, to look at while changing them."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from anlan.base.actors.policy import grant
from anlan.base.actors.roles import Role
from anlan.base.ui.people import viewer_of

PERMISSION = grant("system.gallery.view", {Role.SYSTEM_ADMIN})
PLANTS = ("加氢", "硝化", "精馏", "聚合", "氯化", "氧化", "裂解", "合成氨", "烷基化", "重氮化")


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="企业名称", help_text="与营业执照一致", max_length=80)
    level = forms.ChoiceField(label="重大危险源级别", choices=[("1", "一级"), ("2", "二级")])
    q = forms.DecimalField(label="设计最大量", help_text="容积 × 充装系数 × 密度，单位 t")
    on = forms.DateField(label="投用日期", widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label="说明", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    kind = forms.ChoiceField(
        label="单元类型", choices=[("p", "生产单元"), ("s", "储存单元")], widget=forms.RadioSelect
    )
    agree = forms.BooleanField(label="已与现场核对", required=False)


def _columns() -> list[dict[str, Any]]:
    return [
        {"label": "编号", "width": 116, "sort_url": "?sort=number", "sort": ""},
        {"label": "等级", "width": 60},
        {"label": "隐患描述", "fill": True},
        {"label": "单元", "width": 92},
        {"label": "责任人", "width": 120},
        {"label": "R 值", "width": 72, "align": "num"},
        {"label": "状态", "width": 92},
        {"label": "期限", "width": 108, "sort_url": "?sort=-due", "sort": "asc"},
    ]


def _rows(now: Any) -> list[dict[str, Any]]:
    texts = [
        ("P-2103B 机械密封泄漏，密封液位低于 30%", 3, "in_work", timedelta(days=-2)),
        ("苯储罐区泄漏探测器 GT-1107 停用，未落实替代措施", 1, "in_work", timedelta(hours=3)),
        ("氢压机房可燃气体探测器 GT-3107 逾期未检定", 2, "waiting", timedelta(minutes=16)),
        ("装卸鹤管静电接地夹弹簧松弛，接地电阻 12.4 Ω", 3, "in_work", timedelta(days=1)),
        ("R-201 夹套压力表 PG-2011 失准，就地与远传差 0.06 MPa，已临时更换就地表", 3, "waiting",
         timedelta(days=3)),
        ("C-301 氢压机油雾分离器排污阀无盲堵", 4, "done", timedelta(days=12)),
    ]  # fmt: skip
    return [
        {"id": i, "number": f"YH-2026-{1187 + i}", "text": text, "risk": risk, "state": state,
         "due": now + delta, "unit": "苯类罐区", "r": f"{42.99 + i * 7.1:.2f}", "who": "罗启明"}
        for i, (text, risk, state, delta) in enumerate(texts)
    ]  # fmt: skip


def sample() -> dict[str, Any]:
    """Return everything the gallery shows. All names are invented."""
    now = timezone.now()
    form = SampleForm({"q": "一千", "level": "2", "note": "现场复核"})
    form.is_valid()
    return {
        "now": now,
        "columns": _columns(),
        "rows": _rows(now),
        "form": form,
        "blank": SampleForm(),
        "views": [
            {"label": "未闭环", "url": "?", "n": 23},
            {"label": "近 90 天", "url": "?", "n": 186, "current": True},
            {"label": "超期", "url": "?", "n": 2},
        ],
        "options": [
            {"label": f"{name}装置", "url": "?", "n": i + 1, "current": i == 1}
            for i, name in enumerate(PLANTS)
        ],
        "pages": [{"label": n, "url": f"?page={n}", "current": n == 1} for n in (1, 2, 3)]
        + [{"gap": True}, {"label": 12, "url": "?page=12"}],
        "crumbs": [("隐患排查治理", "?"), ("重大 1", "?"), ("YH-2026-1203", "")],
        "bands": [(0, 4, "四级"), (10, 3, "三级"), (50, 2, "二级"), (100, 1, "一级")],
        "marks": [(42.99, "现状 42.99"), (53.58, "方案 A 53.58")],
        "counts": {1: 3, 2: 21, 3: 78, 4: 66},
        "scores": [86.2, 88.9, 84.7, 87.3, 90.1, 89.6, 91.0, 92.6],
        "states": ["draft", "waiting", "running", "done", "failed", "closed", "missing"],
        "levels": [1, 2, 3, 4, 0],
        "item": {"title": "P-201 甲醇泵房", "context": "余 4 项", "url": "#", "risk": 2,
                 "due_at": now - timedelta(minutes=42), "is_now": True},
    }  # fmt: skip


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Show the components; `?shape=pocket` those of the phone. In development or for admins."""
    viewer = viewer_of(request)
    if not settings.DEBUG and not (viewer and viewer.may(PERMISSION)):
        raise Http404("gallery")
    shape = "pocket_gallery" if request.GET.get("shape") == "pocket" else "gallery"
    return render(request, f"ui/{shape}.html", sample())
