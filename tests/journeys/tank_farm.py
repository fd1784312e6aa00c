"""The risk register of an invented tank farm, as an engineer keeps it in Excel."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

OBJECT = ("TF-09", "苯乙烯罐区", "储罐区")
PROCESS, KEY, STATIC, ROTATING = "工艺控制", "关键设备/部件", "静设备", "动设备"
Reading = tuple[str, str, float | None, float | None]
# Unit → events with causes, consequences, values → measures: class, measure, what to look at, and
# what is read with its limits.
FARM: tuple[tuple[tuple[str, str, str], tuple[Any, ...]], ...] = (
    (("TF-09-01", "V-901～V-904 储罐组", "储罐区"), (
        ("储罐满罐溢流", "收料前未核对空容；液位计失灵", "物料外溢、流淌火", "L3 S5", "L2 S5", (
            (PROCESS, "液位不超过上限", "V-901 液位在控制范围内", ("液位", "m", 1.2, 10.5)),
            (PROCESS, "液位不超过上限", "V-902 液位在控制范围内", ("液位", "m", 1.2, 10.5)),
            (KEY, "高高液位联锁投用", "V-901 高高液位联锁在投用位，无旁路", None),
            (KEY, "进料切断阀动作可靠", "V-902 进料切断阀阀位与控制室一致", None),
        )),
        ("罐体及附件泄漏", "腐蚀减薄；垫片老化；基础沉降", "泄漏、火灾、污染", "L3 S5", "L2 S4", (
            (STATIC, "罐体无腐蚀渗漏", "V-901 罐壁、人孔、底圈板无渗漏和油迹", None),
            (STATIC, "罐体无腐蚀渗漏", "V-902 罐壁、人孔、底圈板无渗漏和油迹", None),
            (STATIC, "根部阀及法兰严密", "V-903 根部阀法兰无渗漏", None),
            (STATIC, "防火堤完好不渗", "防火堤无裂缝，穿堤管线封堵完好", None),
        )),
        ("苯乙烯自聚超温", "阻聚剂不足；冷冻水中断", "罐内升温、超压、泄漏", "L3 S4", "L2 S4", (
            (PROCESS, "储存温度不超过 20 ℃", "V-904 罐温在控制范围内", ("罐温", "℃", None, 20)),
            (PROCESS, "氮封压力稳定", "V-904 氮封压力在控制范围内", ("氮封压力", "kPa", 0.2, 1.5)),
        )),
    )),
    (("TF-09-02", "P-901 机泵棚", "泵房"), (
        ("机械密封泄漏着火", "密封磨损；抽空运行", "喷溅着火、人员灼伤", "L3 S4", "L2 S3", (
            (ROTATING, "机械密封无泄漏", "P-901A 机械密封无滴漏", None),
            (ROTATING, "机械密封无泄漏", "P-901B 机械密封无滴漏", None),
            (ROTATING, "轴承温度不超标", "P-901A 驱动端轴承温度", ("轴承温度", "℃", None, 75)),
            (ROTATING, "轴承温度不超标", "P-901B 驱动端轴承温度", ("轴承温度", "℃", None, 75)),
            (KEY, "出口压力正常", "P-901A 出口压力在控制范围内", ("出口压力", "MPa", 0.35, 0.6)),
            (KEY, "可燃气体检测在线", "泵棚可燃气体探测器无故障、无报警", None),
        )),
        ("管线法兰泄漏", "振动松动；垫片老化", "易燃液体泄漏", "L2 S4", "L2 S3", (
            (STATIC, "法兰静密封严密", "泵进出口法兰、短管无渗漏", None),
            (STATIC, "管架支撑牢固", "管线支吊架无松动、无异常振动", None),
            (STATIC, "静电跨接完好", "法兰静电跨接线连接牢固", None),
            (KEY, "紧急停泵按钮完好", "现场紧急停泵按钮防护罩完好、标识清楚", None),
        )),
    )),
    (("TF-09-03", "装车站台 1#～2# 鹤位", "装卸"), (
        ("鹤管脱落泄漏", "连接未锁紧；车辆误启动", "大量泄漏、火灾", "L3 S4", "L2 S4", (
            (KEY, "鹤管及拉断阀完好", "1# 鹤管旋转接头、拉断阀无渗漏", None),
            (KEY, "鹤管及拉断阀完好", "2# 鹤管旋转接头、拉断阀无渗漏", None),
            (KEY, "溢油静电联锁投用", "1# 溢油静电保护器指示正常", None),
            (KEY, "溢油静电联锁投用", "2# 溢油静电保护器指示正常", None),
            (KEY, "紧急切断阀可用", "站台紧急切断阀按钮完好，无遮挡", None),
        )),
        ("装车静电放电", "流速过快；接地不良", "槽车爆炸", "L2 S5", "L1 S5", (
            (PROCESS, "装车流速受控", "装车总管压力在控制范围内", ("总管压力", "MPa", 0.1, 0.3)),
            (STATIC, "接地夹夹持可靠", "静电接地夹弹性良好、导线无破损", None),
            (STATIC, "人体静电释放装置完好", "站台人体静电释放球接地良好", None),
            (STATIC, "挡车器和轮挡齐全", "挡车器动作正常，轮挡齐全", None),
            (STATIC, "站台排水受控", "站台集液沟盖板完好，排水阀关闭", None),
        )),
    )),
)  # fmt: skip


def rows() -> Iterator[dict[str, Any]]:
    """Return the register as rows of the sheet, by column head."""
    for (unit, unit_name, unit_type), events in FARM:
        for number, (name, causes, consequences, before, after, measures) in enumerate(events, 1):
            event = f"{unit}-E{number}"
            for place, (class2, text, content, reading) in enumerate(measures, 1):
                row = {
                    "对象编码": OBJECT[0], "分析对象名称": OBJECT[1], "对象类型": OBJECT[2],
                    "单元编码": unit, "分析单元": unit_name, "单元类型": unit_type,
                    "事件编码": event, "安全风险事件": name, "原因": causes, "后果": consequences,
                    "固有风险": before, "剩余风险": after,
                    "措施编码": f"{event}-M{place:02d}", "管控措施": text,
                    "验证方式": "隐患排查", "二级分类": class2, "隐患排查内容": content,
                    "责任岗位": "操作人员", "建议周期": 1, "建议周期单位": "日",
                }  # fmt: skip
                if reading is not None:
                    row |= dict(
                        zip(("读数项目", "计量单位", "不低于", "不高于"), reading, strict=True)
                    )
                yield row


def fill(template: Path, to: Path, **slip: Any) -> Path:
    """Fill the product's template; `slip` are cells of the third row typed wrongly."""
    book = load_workbook(template)
    sheet = book.worksheets[0]
    heads = {str(cell.value).rstrip(" *"): cell.column for cell in sheet[1]}
    for number, row in enumerate(rows(), start=2):
        for head, value in {**row, **(slip if number == 4 else {})}.items():
            assert head in heads, (head, list(heads))
            sheet.cell(number, heads[head], value)
    book.save(to)
    return to
