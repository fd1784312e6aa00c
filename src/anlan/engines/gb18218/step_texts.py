"""Texts of the steps: code → (Chinese, English)."""

STEPS: dict[str, tuple[str, str]] = {
    "critical_quantities": (
        "临界量 Q：先按表 1 品名，未列名的按表 2 类别，多个类别取最低",
        "Critical quantity Q: table 1 by name first, otherwise table 2 by category, the lowest of several",  # noqa: E501
    ),
    "q.table1": ("{label}：表 1 第 {seq} 项，Q = {Q} t", "{label}: table 1 row {seq}, Q = {Q} t"),
    "q.table2": ("{label}：表 2 {symbol}，Q = {Q} t", "{label}: table 2 {symbol}, Q = {Q} t"),
    "q.table2_lowest": (
        "{label}：属 {symbols}，取最低者 {symbol}，Q = {Q} t",
        "{label}: {symbols}, lowest is {symbol}, Q = {Q} t",
    ),
    "q.given": ("{label}：Q = {Q} t（直接给定）", "{label}: Q = {Q} t (given)"),
    "q.mixture_same": (
        "{label}：混合物，与纯物质同类，整体按纯物质计（4.2.3），表 1 第 {seq} 项，Q = {Q} t",
        "{label}: mixture in the class of the pure substance, counted whole as such (4.2.3), "
        "table 1 row {seq}, Q = {Q} t",
    ),
    "q.mixture_same_class": (
        "{label}：与纯物质“{pure}”同类，整体按该类别计（4.2.3），属 {symbols}，"
        "表 2 {symbol}，Q = {Q} t",
        "{label}: same class as the pure substance {pure!r}, the whole counts in it (4.2.3): "
        "{symbols}, table 2 {symbol}, Q = {Q} t",
    ),
    "q.mixture_other_class": (
        "{label}：与纯物质“{pure}”不同类，按混合物自身类别计（4.2.3），属 {symbols}，"
        "表 2 {symbol}，Q = {Q} t",
        "{label}: another class than the pure substance {pure!r}, its own counts (4.2.3): "
        "{symbols}, table 2 {symbol}, Q = {Q} t",
    ),
    "q.undecided": ("{label}：未定", "{label}: not decided"),
    "quantities": (
        "实际存在量 q 取设计最大量",
        "Quantity q is the design maximum",
    ),
    "quantity.given": ("{label} {q} t", "{label} {q} t"),
    "quantity.design": ("{label} {volume} m³ × {fill} × {density} t/m³ = {q} t",) * 2,
    "quantity.design_several": (
        "{label} {volume} m³ × {fill} × {density} t/m³ × {count} 台 = {q} t",
        "{label} {volume} m³ × {fill} × {density} t/m³ × {count} vessels = {q} t",
    ),
    "quantity.undecided": ("{label} 未定", "{label} not decided"),
    "sum": ("S = Σ(q / Q) = {terms} = {S}", "S = Σ(q / Q) = {terms} = {S}"),
    "sum.undecided": (
        "S 无法得出，已能确定的部分合计 {at_least}",
        "S cannot be computed; the part that is decided adds up to {at_least}",
    ),
    "sum.undecided_reached": (
        "S 无法得出，但已能确定的部分合计 {at_least} ≥ 1，已达到重大危险源",
        "S cannot be computed, but the part that is decided adds up to {at_least} ≥ 1 already",
    ),
    "is_major": (
        "S = {S} ≥ 1，构成重大危险源",
        "S = {S} ≥ 1: a major hazard installation",
    ),
    "is_not_major": (
        "S = {S} < 1，不构成重大危险源，不分级",
        "S = {S} < 1: not a major hazard installation, no level",
    ),
    "undecided_major": (
        "资料不全，不能判定是否构成重大危险源",
        "Data are missing: whether this is a major hazard installation cannot be said",
    ),
    "betas": (
        "校正系数 β：先按表 3 品名，未列名的按表 4 类别",
        "β: table 3 by name first, otherwise table 4 by category",
    ),
    "beta.given": ("{label} β = {beta}（直接给定）", "{label} β = {beta} (given)"),
    "beta.table3": ("{label}：表 3，β = {beta}", "{label}: table 3, β = {beta}"),
    "beta.table4": ("{label}：表 4 {symbol}，β = {beta}", "{label}: table 4 {symbol}, β = {beta}"),
    "beta.table4_larger": (
        "{label}：属 {symbols}，标准未规定取法，取较大者 {symbol}，β = {beta}",
        "{label}: {symbols}; the standard is silent, the larger one is taken: {symbol}, β = {beta}",
    ),
    "beta.table4_class_of_q": (
        "{label}：属 {symbols}，标准未规定取法，取决定 Q 的类别 {symbol}，β = {beta}",
        "{label}: {symbols}; the standard is silent, the class that gave Q is taken: {symbol}, "
        "β = {beta}",
    ),
    "beta.hint": (
        "{label}：通常属 {symbols}，表 4 β = {beta}（类别凭经验，待按 SDS 核对）",
        "{label}: usually {symbols}, table 4 β = {beta} (class recalled, check it with the SDS)",
    ),
    "beta.hint_range": (
        "{label}：类别有 {symbols} 两说，取较大的 β = {beta}（凭经验，待按 SDS 核对）",
        "{label}: {symbols} are both given, the larger β = {beta} is taken (recalled, check it "
        "with the SDS)",
    ),
    "beta.coal_gas": (
        "{label}：按表 3 一氧化碳，β = {beta}（标准未明说，凭惯例）",
        "{label}: as carbon monoxide in table 3, β = {beta} (not said by the standard, practice)",
    ),
    "beta.undecided": ("{label}：β 未定", "{label}: β not decided"),
    "alpha.table5": (
        "校正系数 α：厂区边界外 500 m 内常住人口 {population} 人，属 {band}，α = {alpha}",
        "α: {population} permanent residents within 500 m outside the site boundary "
        "({minimum}–{maximum}), α = {alpha}",
    ),
    "alpha.given": ("校正系数 α = {alpha}（直接给定）", "α = {alpha} (given)"),
    "alpha.undecided": ("校正系数 α 未定", "α not decided"),
    "index": ("R = α × Σ(β·q / Q) = {alpha} × ({terms}) = {R}",) * 2,
    "index.undecided": ("R 无法得出", "R cannot be computed"),
    "level": ("{band}，R = {R}，为{name}重大危险源", "{band}, R = {R}: level {level}"),
    "level.none": ("S < 1，不分级", "S < 1: no level"),
    "level.undecided": ("缺 R，不能分级", "Without R there is no level"),
}
