"""Texts of problems: code → (problem, remedy) in Chinese, then in English."""

_NUMBER_REMEDY = (
    "填写大于等于 0 的数，例如 10.5。",
    "enter a number of at least 0, such as 10.5.",
)

PROBLEMS: dict[str, tuple[str, str, str, str]] = {
    "shape.unit": (
        "不是对象。",
        '写成 {{"id": …, "chemicals": [ … ]}}。',
        "is not an object.",
        'write {{"id": …, "chemicals": [ … ]}}.',
    ),
    "shape.list": (
        "不是列表。",
        '写成 [{{"name_zh": …, "q_t": …}}]。',
        "is not a list.",
        'write [{{"name_zh": …, "q_t": …}}].',
    ),
    "shape.chemical": (
        "不是对象。",
        '写成 {{"name_zh": …, "q_t": …}}。',
        "is not an object.",
        'write {{"name_zh": …, "q_t": …}}.',
    ),
    "shape.text": (
        "不是文本。",
        '加上引号，例如 "苯"。',
        "is not text.",
        'put it in quotes, such as "苯".',
    ),
    "shape.truth": (
        "不是 true 或 false。",
        "写 true 或 false。",
        "is neither true nor false.",
        "write true or false.",
    ),
    "shape.categories": (
        "不是文本，也不是文本列表。",
        '写成 "W5.3" 或 ["J3", "W2"]。',
        "is neither text nor a list of texts.",
        'write "W5.3" or ["J3", "W2"].',
    ),
    "no_chemicals": (
        "单元内没有录入任何化学品，属于资料缺失，不能判为“不构成”。",
        "录入单元内的全部危险化学品及其设计最大量；确实没有的，录入一种并填 0。",
        "the unit has no chemicals: data are missing, which is not the same as no major hazard.",
        "enter every hazardous chemical with its design maximum; enter 0 where there is none.",
    ),
    "number.missing": (
        "没有填写。",
        "填写数值（单位见字段名）。",
        "is missing.",
        "enter the number (the unit is in the field's name).",
    ),
    "number.boolean": (
        "是真假值“{value}”，不是数。",
        _NUMBER_REMEDY[0],
        "is the truth value {value}, not a number.",
        _NUMBER_REMEDY[1],
    ),
    "number.float": (
        "是二进制浮点数 {value}，已失精度。",
        "用十进制文本或 Decimal 传入。",
        "is a binary float {value}, already rounded.",
        "pass it as text or Decimal.",
    ),
    "number.not_a_number": (
        "“{value}”不是数。",
        _NUMBER_REMEDY[0],
        "{value!r} is not a number.",
        _NUMBER_REMEDY[1],
    ),
    "number.not_finite": (
        "“{value}”不是有限的数。",
        _NUMBER_REMEDY[0],
        "{value} is not a finite number.",
        _NUMBER_REMEDY[1],
    ),
    "number.negative": (
        "{value} 是负数。",
        _NUMBER_REMEDY[0],
        "{value} is negative.",
        _NUMBER_REMEDY[1],
    ),
    "number.zero": (
        "不能为 0。",
        "填写大于 0 的数。",
        "may not be 0.",
        "enter a number above 0.",
    ),
    "number.too_large": (
        "数值过大（上限 {maximum}）。",
        "核对单位，数量以吨计。",
        "is too large (limit {maximum}).",
        "check the unit: quantities are in tonnes.",
    ),
    "number.too_fine": (
        "小数位数过多或数值过小。",
        "最多保留 30 位小数。",
        "has too many digits or is too small.",
        "keep at most 30 decimals.",
    ),
    "number.not_whole": (
        "人数 {value} 不是整数。",
        "填写整数人数。",
        "{value} is not a whole number of people.",
        "enter a whole number.",
    ),
    "chemical.unnamed": (
        "没有品名、CAS 号或类别。",
        "填写 name_zh、cas 或 category 之一，或直接给出 Q_t 和 beta。",
        "has no name, CAS number or category.",
        "give name_zh, cas or category, or Q_t and beta themselves.",
    ),
    "chemical.unknown": (
        "“{value}”不在表 1 中，也没有给出类别。{suggestions_zh}",
        "核对品名；表 1 未列名的，按 SDS 给出表 2 类别（如 W5.3），或直接给出 Q_t 和 beta。"
        "不属于表 2 任何类别的不计入。",
        "{value!r} is not named in table 1 and no category is given.{suggestions_en}",
        "check the name; if table 1 does not name it, give its table 2 category from the SDS "
        "(such as W5.3) or Q_t and beta; leave it out if it is in none of the categories.",
    ),
    "chemical.usual": (
        "“{value}”不在表 1 中，也没有给出类别（通常属 {symbols}，凭经验）。",
        "按 SDS 和工艺条件核对后给出 category，或直接给出 Q_t 和 beta。",
        "{value!r} is not named in table 1 and no category is given (usually {symbols}, recalled).",
        "check the SDS and the process, then give category, or Q_t and beta.",
    ),
    "chemical.ambiguous": (
        "“{value}”在表 1 中有几种形态，临界量不同：{forms_zh}。",
        "用完整的表 1 品名指明形态。",
        "{value!r} has several forms in table 1 with other critical quantities: {forms_en}.",
        "pick the form by its full table 1 name.",
    ),
    "chemical.lookalike": (
        "“{value}”不是表列的“{instead_zh}”。",
        "按它自己的危险性类别给出 category（4.2.3）；不属于表 2 任何类别的不计入。",
        "{value!r} is not the listed {instead_en!r}.",
        "give its own category (clause 4.2.3); leave it out if it is in none of the categories.",
    ),
    "chemical.solution": (
        "“{value}”像是溶液或混合物，CAS 号 {cas} 指的是纯物质“{instead_zh}”。",
        "类别与纯物质相同的，写纯物质品名；不同的，给出混合物的 category（4.2.3）。",
        "{value!r} looks like a solution or mixture; CAS {cas} is the pure substance "
        "{instead_en!r}.",
        "if it is in the same class as the pure substance, give that name; otherwise give the "
        "mixture's category (clause 4.2.3).",
    ),
    "cas.conflict": (
        "品名“{value}”与 CAS 号 {cas}（{other_zh}）不是同一物质。",
        "改正品名或 CAS 号。",
        "name {value!r} and CAS {cas} ({other_en}) are different substances.",
        "correct the name or the CAS number.",
    ),
    "cas.other": (
        "CAS 号 {cas} 不是表 1“{row_zh}”所列的 {printed}，按品名处理。",
        "核对品名和 CAS 号。",
        "CAS {cas} is not the {printed} printed for table 1 {row_en!r}; the name is used.",
        "check the name and the CAS number.",
    ),
    "cas.bad": (
        "CAS 号“{cas}”的校验位不对。",
        "对照 SDS 改正 CAS 号。",
        "CAS {cas!r} fails its check digit.",
        "correct it from the SDS.",
    ),
    "category.unknown": (
        "“{value}”不是表 2 的类别符号。",
        "可用的符号：{allowed}。",
        "{value!r} is not a symbol of table 2.",
        "use one of: {allowed}.",
    ),
    "mixture.class_unsaid": (
        "混合物未说明是否与纯物质“{value}”属同一危险性类别。",
        "说明是否同类；不同类的给出混合物的 category（4.2.3）。",
        "it is not said whether the mixture is in the same class as {value!r}.",
        "say so; if it is not, give the mixture's category (clause 4.2.3).",
    ),
    "mixture.class_missing": (
        "混合物与纯物质不同类，但没有给出混合物的类别。",
        "给出混合物的 category（4.2.3）。",
        "the mixture is in another class than the pure substance, but none is given.",
        "give the mixture's category (clause 4.2.3).",
    ),
    "beta.unknown": (
        "“{value}”的 β 未定：表 3 未列名，也没有给出类别。",
        "按 SDS 给出 category（如 W2），或直接给出 beta。",
        "β of {value!r} is open: table 3 does not name it and no category is given.",
        "give its category from the SDS (such as W2), or beta itself.",
    ),
    "beta.range": (
        "“{value}”的 β 未定：通常类别有 {symbols} 两说，β 不同。",
        "按实际产品的分类给出 category，或直接给出 beta。",
        "β of {value!r} is open: {symbols} are both given and differ in β.",
        "give the category of the actual product, or beta itself.",
    ),
    "alpha.unknown": (
        "没有填写厂区边界外 500 m 范围内常住人口，α 未定。",
        "填写人数（没有人填 0），或直接给出 alpha。",
        "the number of permanent residents within 500 m of the site is missing, so α is open.",
        "enter the number (0 if there is nobody), or alpha itself.",
    ),
    "alpha.unusual": (
        "α = {value} 不是表 5 的取值。",
        "核对 alpha，或改填人数。",
        "α = {value} is not a value of table 5.",
        "check alpha, or give the number of people.",
    ),
    "alpha.overrides": (
        "给定的 α = {value} 与人数对应的 {table} 不同，按给定值计算。",
        "核对两者。",
        "the given α = {value} differs from {table} for the number of people; it is used.",
        "check both.",
    ),
    "name.condition": (
        "“{value}”按“{row_zh}”处理，品名括号中的条件须成立。",
        "核对含量等条件；不成立的给出实际产品的 category。",
        "{value!r} is taken as {row_en!r}; the condition in brackets must hold.",
        "check the condition; if it does not hold give the category of the actual product.",
    ),
    "name.trade": (
        "“{value}”是俗称，按表 1“{row_zh}”处理（凭经验）。",
        "核对是否同一物质。",
        "{value!r} is a trade name taken as table 1 {row_en!r} (recalled).",
        "check that it is the same substance.",
    ),
    "name.by_cas": (
        "品名“{value}”未识别，按 CAS 号识别为“{row_zh}”。",
        "核对品名。",
        "name {value!r} is not known; the CAS number gives {row_en!r}.",
        "check the name.",
    ),
    "form.lowest": (
        "“{value}”的形态未指明，按临界量最低的“{row_zh}”计，仅供试算。",
        "指明形态。",
        "the form of {value!r} is not given; {row_en!r} with the lowest Q is taken, what-if only.",
        "pick the form.",
    ),
}
