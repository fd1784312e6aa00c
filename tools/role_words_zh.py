"""The Chinese sentences of the pages in docs/zh/roles; `role_pages` holds the English ones."""

# What the person does, in one sentence; the rest of the page is read from the code.
DOES = {
    "system_admin": "管理本系统：行政区域、园区、集团、账号和全部角色。",
    "bureau_leader": "主持应急管理部门工作，任命本部门人员。",
    "bureau_inspector": "检查辖区内企业，跟踪所查问题的整改。",
    "bureau_data_officer": "维护辖区档案：企业、园区、集团、人员。",
    "park_officer": "在化工园区值守，关注园区内企业。",
    "group_hse": "负责集团所属各企业的安全工作。",
    "principal_responsible_person": "对本企业安全负总责。",
    "technical_responsible_person": "对重大危险源的技术工作负责。",
    "operational_responsible_person": "对重大危险源的日常操作负责。",
    "safety_manager": "主管企业安全日常工作：档案、人员、期限。",
    "workshop_head": "负责一个车间及其班组。",
    "team_leader": "负责一个班次或班组。",
    "operator": "在装置现场工作，发现问题及时上报。",
    "equipment_engineer": "负责设备及其检验和数据。",
    "control_room_operator": "监视工艺过程，处置报警。",
    "contractor": "受委托在企业内作业。",
    "expert": "受邀提出专业意见；只看不改。",
    "auditor": "可以查看所属范围内的全部内容，不能修改。",
}

# What the person does with monitoring, alarms and early warnings; who may is read from the code.
WATCHES = {
    "system_admin": (
        "能看到所属范围内的情况，但不作任何认定；维护作出判断的系统本身：参数、运行状况、备份。"
        "报警和预警由其他角色处置。"
    ),
    "bureau_leader": (
        "接收预警：县（区）从黄色起，市从橙色起，省级为红色。查看每条预警的指数、原因和变化曲线"
        "，要求企业反馈，登记本地区气象预警信号，查看每日巡查及其排名、实时监测和趋势。"
    ),
    "bureau_inspector": (
        "接收预警：县（区）从黄色起，市从橙色起，省级为红色。查看实时监测，要求反馈并跟踪落实，"
        "查看每日巡查：测点和摄像机在线情况、承诺、漏报核查。登记本地区气象预警信号。"
    ),
    "bureau_data_officer": "只能查看：本地区的实时监测、报警、预警和每日巡查。",
    "park_officer": (
        "接收园区内黄色及以上预警。在实时监测上关注园区全部企业，要求反馈，登记园区气象预警信号"
        "，查看每日巡查。"
    ),
    "group_hse": "只能查看：集团所属企业的现状、报警、报警绩效、趋势和预警。",
    "principal_responsible_person": (
        "批准报警设定变更并实施生效，批准本企业的预警指数自定参数。接收每条预警，签收、反馈、消"
        "警；申报各安全系统是否配备、完好、投用。不确认报警。"
    ),
    "technical_responsible_person": (
        "对各项设定负责：监测点、数据源及其密钥、关联测点组、报警设定。批准他人提出的变更，不得"
        "批准自己提出的；提出或批准预警指数自定参数。可对报警进行设备工程师的全部操作，并可搁置"
        "。接收每条预警，签收、反馈、消警。"
    ),
    "operational_responsible_person": (
        "确认和搁置报警，申请设定变更，为报警泛滥命名。接收每条预警，签收、反馈、消警；维护安全"
        "系统的申报及其测试。"
    ),
    "safety_manager": (
        "新增监测点、数据源和关联测点组，申请设定变更，将已批准的变更实施生效。确认报警，凭作业"
        "票登记停用。提出预警指数自定参数。接收每条预警，签收、反馈、消警；维护安全系统的申报。"
    ),
    "workshop_head": (
        "确认和搁置本企业报警，为报警泛滥命名，申请设定变更，记录设备测试。签收并反馈预警。"
    ),
    "team_leader": (
        "当班盯报警列表：确认、搁置，对同事搁置的重点管理报警进行确认，为报警泛滥命名。签收预警"
        "。接收烟雾、脱岗等视频事件。"
    ),
    "operator": "确认报警并记录处置情况；查看数值、趋势和预警。",
    "equipment_engineer": (
        "新增监测点和数据源并签发密钥，维护关联测点组和安全设备台账，其测试列为本人任务。申请设"
        "定变更，将已批准的变更实施生效；凭作业票登记报警停用，测试后恢复。"
    ),
    "control_room_operator": (
        "以报警列表为主要工作页面：声光提示、确认、搁置、填写原因和处置情况、将报警转为隐患。对"
        "同事的搁置进行确认，为报警泛滥命名，申请设定变更。接收每条预警，签收并反馈；登记本企业"
        "气象预警信号。接收烟雾、脱岗等视频事件。"
    ),
    "contractor": "不参与。",
    "expert": "只能查看：实时监测、报警、报警绩效、趋势、预警及其原因。",
    "auditor": "只能查看，包括报警日志和每项设定的变更历史。",
}
