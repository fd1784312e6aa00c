"""Signs of major hazards in phrasings written for this test."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.engines.findings_text.majors import Strength, cited_criteria, criteria, judge

BEFORE, AFTER = date(2026, 9, 29), date(2026, 9, 30)

MAJOR = """
MH17-01|企业主要负责人未取得安全合格证
MH17-01|主要负责人和安全管理人员未依法经考核合格
MH17-01|总经理任职超过六个月仍未取得安全生产知识和管理能力考核合格证
MH17-01|安全管理人员未持证上岗
MH17-02|特种作业人员未持证上岗
MH17-02|两名自动化控制仪表作业人员无证上岗
MH17-02|现场电工不能提供有效特种作业证
MH17-02|焊工李某未取得特种作业操作证上岗作业
MH17-02|氯化工艺操作人员未取得特种作业证
MH17-03|液化烃罐区外部安全防护距离不符合标准要求
MH17-03|涉及两重点一重大的储存设施与居民区的外部防护距离不足
MH17-04|硝化装置未实现自动化控制
MH17-04|氯化反应釜未设置紧急停车系统
MH17-04|加氢装置自动化控制系统未投入使用
MH17-04|重点监管危险化工工艺未装备自动化控制系统
MH17-04|聚合釜紧急停车系统未投用
MH17-05|二级重大危险源甲醇罐区未设置紧急切断阀
MH17-05|一级重大危险源液氨罐区未设独立安全仪表系统
MH17-05|构成重大危险源的苯罐区未实现紧急切断功能
MH17-05|液氯储存未配备独立的安全仪表系统
MH17-05|罐区紧急切断阀未投用
MH17-06|液化石油气球罐未设置注水设施
MH17-06|丙烯球罐注水线未接通，无法使用
MH17-07|液氨充装未使用万向管道充装系统
MH17-07|液氯卸车采用金属软管连接
MH17-07|LNG卸车未使用万向节管道
MH17-08|氯气管道穿越厂区外公共道路
MH17-09|10kV架空电力线路穿越生产区
MH17-09|厂区上方有高压线跨越罐区
MH17-10|在役装置未经正规设计且未开展设计诊断
MH17-10|甲类车间生产装置无正规设计
MH17-11|仍在使用国家明令淘汰的间歇式焦炭生产设备
MH17-11|使用列入淘汰落后目录的工艺
MH17-12|甲醇泵房未设置可燃气体检测报警装置
MH17-12|液氯库未安装有毒气体报警器
MH17-12|氢气压缩机房未设可燃气体探测器
MH17-12|甲类车间使用非防爆电机
MH17-12|爆炸危险区域内配电箱不防爆
MH17-12|装置区可燃气体报警器全部停用
MH17-12|罐区爆炸危险场所未按国家标准安装使用防爆电气设备
MH17-13|控制室面向甲类装置一侧开有窗户
MH17-13|机柜间面向具有火灾、爆炸危险性装置一侧不满足防火防爆要求
MH17-14|化工装置未设置双重电源供电
MH17-14|DCS控制系统未设置不间断电源
MH17-14|自动化控制系统UPS缺失
MH17-15|液氨储罐安全阀根部阀关闭
MH17-15|安全阀前切断阀处于关闭状态
MH17-15|反应釜爆破片未正常投用
MH17-15|安全阀被拆除
MH17-16|未建立与岗位相匹配的全员安全生产责任制
MH17-16|企业没有制定隐患排查治理制度
MH17-17|未制定操作规程和工艺控制指标
MH17-17|企业未编制岗位操作规程
MH17-18|未按国家标准制定动火、进入受限空间等特殊作业管理制度
MH17-18|特殊作业管理制度未有效执行
MH17-18|未办理动火作业票擅自进行焊接作业
MH17-18|进入受限空间作业未进行气体检测分析
MH17-18|动火作业前未进行气体分析
MH17-18|动火作业无审批
MH17-19|精细化工企业未按规范性文件要求开展反应安全风险评估
MH17-19|新开发的危险化学品生产工艺未经小试、中试直接进行工业化生产
MH17-19|国内首次使用的化工工艺未经省级安全可靠性论证
MH17-19|新建装置未制定试生产方案投料开车
MH17-20|未按国家标准分区分类储存危险化学品
MH17-20|甲类仓库超量储存危险化学品
MH17-20|剧毒品仓库超品种储存
MH17-20|相互禁配物质混放混存
MH17-20|氧化剂与还原剂同库存放
MH17-20|危险化学品仓库存在禁忌物料混存
MH17-20|硝化棉仓库超量储存
GM23-11|除尘系统未设置泄爆装置
GM23-11|抛光车间除尘器未采取控爆措施
GM23-11|木粉尘除尘器未设置锁气卸灰装置
GM23-11|铝粉尘车间积尘严重，未及时清扫
GM23-13|有限空间作业未履行审批手续
GM23-13|企业未对有限空间进行辨识
GM23-GAS|天然气管道未设置压力监测报警
GM23-8.S|白酒灌装车间未设置乙醇蒸气浓度报警
""".strip().splitlines()

MORE_MAJORS = """
仪表维修工未取得化工自动化控制仪表作业证
有毒气体报警器未投用
SIS系统被旁路，未投用
高处作业工人未持登高作业操作证
光气化装置紧急停车按钮被拆除无法使用
企业未组织主要负责人参加安全培训考核，无合格证
自动化仪表维修人员未取得特种作业证
光气化装置与学校的外部防护距离不达标
部分重点监管工艺装置未设置自动控制系统
加氢反应器未设紧急停车按钮和联锁
涉及一级重大危险源的储罐未设置紧急切断设施
液化烃罐区安全仪表系统未投用
球罐未设注水设施
液氯充装采用普通软管
硫化氢管线跨越厂外道路
高压电力线从罐区上空穿过
老旧装置未进行设计诊断
使用淘汰的离心机
危险工艺车间没有可燃有毒气体报警系统
防爆区电气设备不防爆
控制室未进行抗爆设计
全厂为单电源供电
安全阀前后手阀关闭，安全阀未投入使用
未制定全员安全责任制
未建立隐患排查治理制度
岗位无操作规程和工艺卡
动火作业不办票
未取得作业许可擅自动火
受限空间作业前未置换分析
硝化工艺未做反应风险评估
装置试生产前未编制试生产方案
危险化学品混存，禁忌物料同库
库房超量储存硝化棉
氯酸钠与还原剂混放
粉尘车间除尘系统无泄爆装置
企业负责人和安全员均未参加考核取证
安全生产管理人员安全资格证书已过期
部分操作工从事氯碱电解工艺作业未取得相应特种作业操作证
叉车和制冷工无特种作业证上岗
装置与周边村庄的外部防护距离不满足GB/T 37243要求
涉及光气化工艺的装置没有紧急停车系统
磺化工序仍为人工手动加料，未实现自动化控制
DCS系统已安装但未投入使用，现场手动操作
重大危险源罐区没有安装紧急切断装置
液氯罐区未设置独立的SIS系统
一级重大危险源未配备独立的安全仪表系统
丁二烯球罐没有注水措施
液氨卸车使用橡胶软管
厂区内有架空高压线从储罐上方通过
车间扩建后未经正规设计即投入生产
使用国家明令淘汰的设备
氯化氢合成区域没有安装有毒气体检测报警仪
罐区内使用普通非防爆照明灯具
防爆区域使用非防爆电气
控制室与甲类装置相邻侧未采取抗爆措施
企业仅有单回路供电，未配备双电源
多个安全阀下方手阀关闭
安全阀未投用
未建立安全生产责任制
没有安全操作规程，工艺控制指标不明确
企业未编制操作规程
动火作业未办理动火证
进入污水池作业未办理受限空间作业票，未检测气体
动火作业未分析，监护人不在现场
特殊作业制度不落实，票证造假
未开展精细化工反应安全风险评估即投产
新建项目无试生产方案
氧化剂高锰酸钾与有机溶剂混存
甲类仓库储存量超过设计量两倍，超量储存
仓库内酸碱混放
剧毒化学品与易燃液体混存
危险化学品仓库未分区分类存放，超量储存
违规将硝酸铵与煤油混放一库
铝粉加工车间未规范清扫粉尘，积尘严重
木工车间多台设备共用一套除尘系统且未设置隔爆措施
除尘风管未安装火花探测装置
有限空间作业未执行先通风、再检测、后作业
制氮车间粉碎机前未安装磁选除铁装置
燃气锅炉未设置燃气压力低联锁切断
光气管道穿越厂外公共道路
装置未经设计诊断
""".strip().splitlines()

GENERAL = """
联锁校验记录不完整
双电源切换柜标识不清
未张贴特种作业操作规程
可燃气体报警器探头积灰
员工不清楚岗位操作规程内容
灭火器压力不足
氧气瓶与乙炔瓶距离不足5米
动火作业票填写不规范
受限空间警示标志缺失
仓库照明灯损坏
安全阀铅封脱落
压力表未检定
安全阀校验标识缺失
可燃气体报警器未定期标定
可燃气体探测器安装高度偏低
操作规程未上墙
操作规程未及时修订
电工证复印件未存档
特种作业人员台账更新不及时
叉车未年检
电气柜门未关闭
防爆柜未上锁
防爆接线箱少一颗螺栓
静电接地线松动
隐患排查记录填写不完整
责任制考核记录缺失
工艺管道缺少流向标识
紧急切断阀标识不清
联锁台账未更新
动火现场灭火器摆放过远
班组安全活动记录代签
安全培训试卷未评分
应急预案未及时修订
罐区围堰内有积水
洗眼器水质浑浊
危化品仓库温湿度记录缺失
化学品柜内摆放混乱
未张贴受限空间安全操作规程
控制室空调故障
UPS电池超过使用年限
设计图纸归档不全
试生产总结报告未签字
储罐液位计显示模糊
员工未佩戴安全帽
酒精未放入防爆柜
注水泵盘根滴漏
万向管道标识脱落
承包商入场教育记录不全
""".strip().splitlines()


@pytest.mark.parametrize("line", MAJOR)
@pytest.mark.parametrize("day", [BEFORE, AFTER])
def test_a_major_is_seen_under_both_sets(line, day):
    code, text = line.split("|")
    judgement = judge(text, registered_on=day)
    assert judgement.major
    assert any(one.criterion.code.startswith(code) for one in judgement.suggestions)


@pytest.mark.parametrize("text", MORE_MAJORS)
def test_a_major_told_as_news_tells_it(text):
    assert judge(text, registered_on=BEFORE).major


@pytest.mark.parametrize("text", GENERAL)
def test_a_general_one_is_left_alone(text):
    assert not judge(text, registered_on=AFTER).major


def test_both_codes_are_given_and_the_day_says_which_is_in_force():
    text = "甲醇泵房未设置可燃气体检测报警装置"
    for day, in_force in ((BEFORE, "MH17-12"), (AFTER, "MH26-5.4.2")):
        suggestions = judge(text, registered_on=day).suggestions
        found = {one.criterion.code: one for one in suggestions}
        assert {"MH17-12", "MH26-5.4.2"} <= set(found)
        assert [one.criterion.code for one in suggestions if one.in_force] == [in_force]


def test_the_reason_names_words_criterion_and_edition():
    (first, *_rest) = judge("硝化装置未实现自动化控制", registered_on=BEFORE).suggestions
    assert first.strength is Strength.LIKELY
    assert "硝化装置未实现自动化控制" in first.why
    assert "安监总管三〔2017〕121号 第4条" in first.why
    assert first.criterion.provenance == "single"


def test_part_of_a_criterion_is_possible_not_major():
    judgement = judge("办公楼会议室未安装可燃气体报警器", registered_on=AFTER)
    assert not judgement.major
    assert judgement.suggestions
    assert "需核实" in judgement.suggestions[0].why


@pytest.mark.parametrize(
    ("basis", "codes"),
    [
        ("重大隐患判定标准第二十条", {"MH17-20", "MH26-5.5.8"}),
        ("重大生产安全事故隐患判定标准（试行）第4条", {"MH17-04", "MH26-5.5.3"}),
        ("AQ 3067-2026 第5.4.2条", {"MH26-5.4.2"}),
        ("《工贸企业重大事故隐患判定标准》第十二条", {"GM23-12.1", "GM23-12.2"}),
        ("《工贸企业重大事故隐患判定标准》", {"GM23"}),
        ("《化工和危险化学品生产经营单位重大生产安全事故隐患判定标准（试行）》", {"MH17"}),
        ("AQ 3067-2026 重大事故隐患判定准则", {"MH26"}),
        ("《城镇燃气经营安全重大隐患判定标准》第八条", {"OTHER"}),
    ],
)
def test_a_basis_that_cites_a_criterion_counts(basis, codes):
    assert codes <= set(cited_criteria(basis))
    judgement = judge("现场检查不符合要求", basis, registered_on=AFTER)
    assert judgement.major
    assert any(one.from_basis for one in judgement.suggestions)


@pytest.mark.parametrize("basis", ["", "《安全生产法》第三十五条", "自查标准：灭火器材配置情况"])
def test_another_basis_does_not_count(basis):
    assert cited_criteria(basis) == ()


def test_the_sets_are_whole():
    codes = list(criteria())
    assert sum(code.startswith("MH17-") for code in codes) == 20
    assert sum(code.startswith("MH26-") for code in codes) == 53


@given(st.text(alphabet="未设置安全阀联锁罐区动火证无可燃气体报警，。防爆()12A", max_size=60))
def test_any_text_is_judged_and_likely_ones_come_first(text):
    judgement = judge(text, text, registered_on=AFTER)
    strengths = [one.strength for one in judgement.suggestions]
    assert strengths == sorted(strengths)
    codes = [one.criterion.code for one in judgement.suggestions]
    assert len(codes) == len(set(codes))
