"""Categories of phrasings written for this test."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.engines.findings_text.category import guess_category
from anlan.engines.findings_text.lexicon import categories

PHRASINGS = {
    "储存与包装标识": """
        氧气瓶与乙炔瓶混放
        甲类仓库内禁忌物料混存
        库房内化学品未分类摆放
        空瓶实瓶混放，无状态标识
        试剂瓶没有标签
        气瓶未固定，无防倾倒措施
        现场存放过多油漆，超过当班用量
        危废间标识牌褪色
        剧毒品库未执行双人双锁
        化学品出入库台账填写不全
        盐酸桶无防泄漏托盘
        化学品柜无MSDS
        稀释剂桶盖未盖好
        车间内安全警示标志缺失
        用饮料瓶分装酒精
    """,
    "电气防爆与防静电": """
        泵房电机接线盒未使用防爆型
        防爆柜未接地
        防爆柜静电接地线脱落
        甲醇泵电机接线口未用防爆格兰密封
        罐区入口未设置人体静电释放装置
        管道法兰缺少静电跨接线
        配电柜门未关，内有积灰
        车间乱拉临时电线
        插座老化烧焦
        防雷接地检测报告过期
        喷漆房使用普通风扇，非防爆
        仓库照明灯不防爆
        电缆桥架未封堵
        配电室无挡鼠板
    """,
    "消防与应急": """
        灭火器过期未更换
        灭火器被货物遮挡
        消火栓箱内缺水带
        疏散指示灯不亮
        安全出口上锁
        应急照明灯损坏
        洗眼器前堆放杂物
        未按规定组织应急预案演练
        消防泵处于手动状态
        防火门无法自动关闭
        消防通道堆放物料
        仓库烟感探测器故障
        灭火器未每月检查
        微型消防站器材不足
    """,
    "气体检测报警": """
        可燃气体探测器超期未检定
        有毒气体报警器安装高度不符合要求
        氨气报警仪故障
        可燃气体报警控制器断电
        锅炉房未装燃气泄漏报警器
        调漆房可燃气体浓度报警器损坏
        便携式气体检测仪未校准
        GDS系统报警未及时处置
    """,
    "特殊作业": """
        受限空间作业未进行气体分析
        动火作业票未填写分析数据
        高处作业未系安全带
        盲板抽堵作业未挂牌
        临时用电未审批
        吊装作业未设警戒区
        污水池有限空间未上锁
        动火现场未配灭火器
        动火作业监护人不在现场
        检维修作业票证无审批签字
    """,
    "设备与管道": """
        甲醇输送泵机械密封泄漏
        蒸汽管线保温破损
        反应釜搅拌轴封渗漏
        安全阀前手阀关闭
        安全阀未定期校验
        压力表无红线
        压力容器未定期检验
        氨管道法兰腐蚀严重
        联轴器防护罩缺失
        阀门手轮缺失
        叉车未年检
        循环水泵异响振动大
        管道无介质流向标识
    """,
    "建筑与总图": """
        甲类厂房与办公楼防火间距不足
        危化品仓库泄压面积不足
        厂房内违规设置员工宿舍
        车间通风不良
        危化品仓库没有机械排风
        控制室面向装置一侧设有门窗
        防火墙开洞未封堵
        仓库耐火等级不够
        排风扇损坏
    """,
    "个体防护": """
        作业人员未佩戴护目镜
        现场人员未戴安全帽
        空气呼吸器气压不足
        未配备防护手套
        滤毒罐过期
        员工未穿防静电工作服
        喷漆工未戴口罩
    """,
    "储罐与装卸": """
        罐区围堰破损
        储罐呼吸阀堵塞
        防火堤穿堤处未封堵
        内浮顶储罐未设氮封
        液氯充装未使用万向管道
        卸车软管老化
        槽车卸车时未放置轮挡
        储罐基础下沉
    """,
    "人员资质与培训": """
        电工未持证上岗
        新员工未进行三级安全教育
        安全管理人员未取得安全合格证
        操作人员不熟悉应急处置
        叉车司机无证驾驶
        培训记录不完整
        主要负责人未经考核合格
        特种作业证过期
    """,
    "仪表联锁": """
        储罐高液位联锁未投用
        反应釜温度联锁被旁路
        未设置紧急切断阀
        DCS报警未处理
        液位计显示不准
        SIS系统未投入运行
        压力变送器故障
        重大危险源监测监控系统不完善
        温度计损坏
    """,
    "安全管理": """
        未建立全员安全生产责任制
        操作规程未及时修订
        未签订承包商安全协议
        隐患排查台账不完善
        巡检记录代签
        变更管理未执行
        现场有人吸烟
        未开展风险研判与承诺公告
        安全生产费用未按规定提取
        岗位脱岗
    """,
    "许可与经营": """
        安全生产许可证过期
        无证经营危险化学品
        超许可范围储存
        未办理危险化学品登记
        剧毒化学品购买未备案
    """,
    "工艺与设计": """
        未进行HAZOP分析
        未开展反应安全风险评估
        装置未经正规设计
        使用国家明令淘汰的工艺
        PID图与现场不符
        新增设备未进行设计变更
        未进行安全设计诊断
        试生产方案未经论证
    """,
}
CASES = [(line.strip(), name) for name, text in PHRASINGS.items() for line in text.split("\n")]


@pytest.mark.parametrize(("text", "category"), [case for case in CASES if case[0]])
def test_phrasing(text, category):
    assert guess_category(text).category == category


def test_the_words_that_decided_are_given():
    guess = guess_category("三楼配电箱下方堆放杂物")
    assert guess.category == "电气防爆与防静电"
    assert "配电箱" in [evidence.words for evidence in guess.because]
    assert guess.runner_up == "储存与包装标识"


def test_a_text_without_known_words_is_a_guess_and_says_so():
    guess = guess_category("啊啊啊")
    assert guess.sureness == 0
    assert guess.because == ()


def test_full_width_spaces_and_list_numbers_do_not_matter():
    plain = guess_category("ＤＣＳ 报警 未处理")
    assert plain == guess_category("（1）DCS报警未处理")


@given(st.text(max_size=60))
def test_any_text_gets_a_known_category(text):
    guess = guess_category(text)
    assert guess.category in categories()
    assert 0 <= guess.sureness <= 1
