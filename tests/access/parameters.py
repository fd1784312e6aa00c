"""What an address takes: which row each parameter names, or why it needs none.

A new address whose parameters nothing here explains fails the matrix.
"""

import re
from dataclasses import dataclass

from tests.access.addresses import Address
from tests.access.rows import Rows

NOUNS = (
    "enterprises|sites|units|facilities|equipment|chemicals|inventories|licences|people"
    "|qualifications"
)


@dataclass(frozen=True)
class Rule:
    """Addresses that match take these values: a noun of `Rows`, or `=literal`.

    `own_only` marks what belongs to one person, not to a place: everybody else, colleagues
    included, must be told "not found".
    """

    pattern: str
    values: dict[str, str]
    own_only: bool = False


RULES = (
    Rule(rf"^registry/({NOUNS})/views/<uuid:view_id>", {"view_id": "view"}, own_only=True),
    Rule(r"/views/<uuid:view_id>", {"view_id": "view"}, own_only=True),
    Rule(rf"^registry/(?P<noun>{NOUNS})/<uuid:pk>/", {"pk": "<noun>"}),
    Rule(rf"^api/v1/(?P<noun>{NOUNS})/<row_id>", {"row_id": "<noun>"}),
    Rule(r"^risk/branch/", {"kind": "=unit", "pk": "risk_units"}),
    Rule(r"^risk/copy/", {"kind": "=event", "pk": "risk_events"}),
    Rule(r"^risk/editions/", {"pk": "risk_edition", "move": "=submit"}),
    Rule(r"^risk/shutdowns/<uuid:pk>/", {"pk": "risk_shutdown"}),
    Rule(r"^risk/objects/<uuid:pk>/", {"pk": "risk_objects"}),
    Rule(r"^risk/units/<uuid:pk>/", {"pk": "risk_units"}),
    Rule(r"^risk/events/<uuid:pk>/", {"pk": "risk_events"}),
    Rule(r"^risk/measures/<uuid:pk>/", {"pk": "risk_measures"}),
    Rule(r"^api/v1/(?P<noun>risk_(objects|units|events|measures))/<row_id>", {"row_id": "<noun>"}),
    Rule(r"^grading/units/<uuid:pk>/", {"pk": "units"}),
    Rule(r"^indicators/enterprises/<uuid:pk>/", {"pk": "enterprises"}),
    Rule(r"^indicators/rules/<uuid:pk>/", {"pk": "incentive_rule"}),
    Rule(r"^indicators/incentives/<uuid:pk>/", {"pk": "incentive"}),
    Rule(r"^api/v1/scores/", {"score_id": "score"}),
    Rule(r"^grading/results/<uuid:pk>/", {"pk": "identification"}),
    Rule(r"^grading/settings/<uuid:pk>/", {"pk": "enterprises"}),
    Rule(r"^grading/plans/<uuid:pk>/", {"pk": "scenario"}),
    Rule(r"^api/v1/points/<", {"point_id": "mon_point"}),
    Rule(r"^api/v1/alarms/<", {"rule_id": "mon_setting"}),
    Rule(r"^api/v1/alarm_settings/", {"setting_id": "mon_setting"}),
    Rule(r"^api/v1/sources/", {"source_id": "mon_source"}),
    Rule(r"^api/v1/watch_groups/fits/", {"fit_id": "mon_fit"}),
    Rule(r"^api/v1/watch_groups/", {"group_id": "mon_group"}),
    Rule(r"^api/v1/early_warnings/questions/", {"question_id": "feedback_request"}),
    Rule(r"^api/v1/early_warnings/", {"warning_id": "early_warning"}),
    Rule(r"^api/v1/weather_signals/", {"signal_id": "weather_signal"}),
    Rule(r"^monitoring/points/<uuid:pk>/", {"pk": "mon_point"}),
    Rule(r"^monitoring/settings/<uuid:pk>/", {"pk": "mon_setting"}),
    Rule(r"^monitoring/changes/<uuid:pk>/", {"pk": "mon_change", "verb": "=withdraw"}),
    Rule(r"^monitoring/devices/<uuid:pk>/", {"pk": "mon_device"}),
    Rule(r"^monitoring/video/<uuid:pk>/", {"pk": "mon_video"}),
    Rule(r"^monitoring/groups/<uuid:pk>/", {"pk": "mon_group"}),
    Rule(r"^monitoring/groups/fits/<uuid:pk>/", {"pk": "mon_fit"}),
    Rule(r"^monitoring/systems/of/", {"enterprise_id": "enterprises", "system": "=video"}),
    Rule(r"^monitoring/sources/tokens/<uuid:pk>/", {"pk": "mon_token"}),
    Rule(r"^monitoring/sources/<uuid:pk>/", {"pk": "mon_source"}),
    Rule(r"^duties/<uuid:pk>/", {"pk": "duty"}),
    Rule(r"^duties/plans/<uuid:pk>/", {"pk": "duty_plan"}),
    Rule(r"^duties/warnings/<uuid:pk>/", {"pk": "warning"}),
    Rule(r"^duties/shifts/<uuid:pk>/", {"pk": "shift_pattern"}),
    Rule(r"^duties/exemptions/<uuid:pk>/", {"pk": "exemption"}),
    Rule(r"^duties/substitutes/<uuid:pk>/", {"pk": "substitute"}),
    Rule(r"^api/v1/duties/plans/", {"plan_id": "duty_plan"}),
    Rule(r"^api/v1/duties/instances/", {"instance_id": "duty"}),
    Rule(r"^api/v1/duties/warnings/", {"warning_id": "warning"}),
    Rule(r"^api/v1/findings/extensions/", {"extension_id": "extension"}),
    Rule(r"^api/v1/findings/<(uuid:)?finding_id>", {"finding_id": "finding"}),
    Rule(r"^findings/(flags/|outside/)?views/<uuid:view_id>", {"view_id": "view"}, own_only=True),
    Rule(r"^findings/outside/<uuid:pk>/", {"pk": "outside", "move": "=complete"}),
    Rule(r"^findings/flag/<uuid:pk>/", {"pk": "flag"}),
    Rule(r"^findings/extensions/<uuid:pk>/", {"pk": "extension", "verdict": "=grant"}),
    Rule(r"^findings/<uuid:pk>/do/", {"pk": "finding", "key": "=remark"}),
    Rule(r"^findings/<uuid:pk>/", {"pk": "finding"}),
    Rule(r"^commitment/(of|gate|chain)/", {"enterprise_id": "enterprises"}),
    Rule(r"^commitment/step/", {"pk": "chain_node"}),
    Rule(r"^api/v1/commitments/<commitment_id>", {"commitment_id": "commitment"}),
    Rule(r"^commitment/judgements/<uuid:pk>/", {"pk": "judgement"}),
    Rule(r"^commitment/<uuid:pk>/", {"pk": "commitment"}),
    Rule(r"^monitoring/alarms/<uuid:pk>/do/", {"pk": "mon_setting", "key": "=note"}),
    Rule(r"^warnings/requests/<uuid:pk>/", {"pk": "feedback_request"}),
    Rule(r"^warnings/weather/<uuid:pk>/", {"pk": "weather_signal"}),
    Rule(r"^warnings/figures/editions/", {"pk": "index_figures", "verb": "=withdraw"}),
    Rule(r"^warnings/figures/<uuid:pk>/", {"pk": "enterprises"}),
    Rule(r"^warnings/<uuid:pk>/", {"pk": "early_warning"}),
    Rule(r"^monitoring/kpi/floods/<uuid:pk>/", {"pk": "mon_flood"}),
    Rule(r"^monitoring/(alarms|kpi)/<uuid:pk>/", {"pk": "mon_setting"}),
    Rule(r"^monitoring/live/", {"enterprise_id": "enterprises"}),
    Rule(r"^monitoring/(plants|wall)/<uuid:pk>/", {"pk": "enterprises"}),
    Rule(r"^files/<uuid:attachment_id>/", {"attachment_id": "attachment"}),
    Rule(
        r"^files/of/",
        {"object_type": "=registry.enterprise", "object_id": "enterprises"},
    ),
    Rule(r"^api/v1/inspections/tasks/<task_id>", {"task_id": "task"}),
    Rule(r"^api/v1/inspections/records/<record_id>", {"record_id": "record"}),
    Rule(r"^inspections/measures/<uuid:pk>/", {"pk": "measure"}),
    Rule(r"^inspections/tasks/ready/", {"which": "=ladder"}),
    Rule(r"^inspections/tasks/<uuid:pk>/", {"pk": "task"}),
    Rule(r"^inspections/records/<uuid:pk>/", {"pk": "record"}),
    Rule(r"^inspections/checklists/<uuid:pk>/", {"pk": "checklist"}),
    Rule(r"^(inspections/places|p/at)/<uuid:pk>/", {"pk": "place"}),
    Rule(r"^phones/submissions/<uuid:pk>/", {"pk": "submission"}),
    Rule(r"^phones/<uuid:pk>/", {"pk": "device"}),
    Rule(r"^jobs/<uuid:job_id>/", {"job_id": "job"}, own_only=True),
    Rule(r"^imports/run/", {"run_id": "run", "which": "=marked"}, own_only=True),
    Rule(r"^imports/<slug:name>/", {"name": "=equipment"}),
    Rule(r"^people/invitations/<uuid", {"invitation_id": "invitation"}),
    Rule(r"^people/organisations/<uuid:pk>/", {"pk": "organisation"}),
    Rule(r"^people/roles/<uuid:pk>/", {"pk": "membership"}),
    Rule(r"^people/<uuid:pk>/", {"pk": "user"}),
    Rule(r"^inbox/channels/<uuid", {"channel_id": "channel"}),
    Rule(r"^inbox/<uuid:notice_id>/", {"notice_id": "notice"}, own_only=True),
    Rule(
        r"^ledgers/<slug:code>/<uuid:subject_id>/",
        {"code": "=tank-farms", "subject_id": "facilities"},
    ),
    Rule(r"^ledgers/<slug:code>/", {"code": "=defects"}),
    Rule(r"^exchange/endpoints/<uuid", {"endpoint_id": "endpoint"}),
    Rule(r"^exchange/uploads/<uuid", {"delivery_id": "delivery"}),
    Rule(r"^account/tokens/<uuid:pk>/", {"pk": "token"}, own_only=True),
)

# Addresses with parameters that name no row of an enterprise, each with the reason.
NO_ROW = {
    r"^help/": "bundled documentation, the same for all",
    r"^papers/": "a paper's name; its rows are read in test_papers",
    r"^inbox/channels/new/": "a kind of channel",
    r"^inbox/held/": "a held run of the whole installation; for administrators alone",
    r"^choose/": "a chooser's key; its rows are read in test_choosers",
    r"^duties/ladder/": "a rung of the ladder; it changes one's own enterprise alone",
    r"^accounts/.*(key|uidb36)": "a signed, single-use link",
    r"^accounts/oidc/": "the identity provider's name",
    r"^account/invitation/": "a single-use secret",
    r"^api/pocket/\^?blobs/": "a hash; only of files the phone named itself, tried in its tests",
    r"^api/pocket/\^?files/": "a hash; only of pictures of records one sees, tried in its tests",
    r"^account/devices/<int:pk>/": "a session's number; tried in the tests of people",
}

# Addresses that answer a stranger, each with the reason.
PUBLIC = {
    r"^accounts/": "signing in",
    r"^account/invitation/": "taking up an invitation",
    r"^(manifest\.webmanifest|sw\.js|offline/)": "the installed shell",
    r"^ui/(theme|language)/": "kept in a cookie",
    r"^(healthz|readyz|metrics)": "guarded by a token or the loopback",
    r"^api/(openapi\.json|docs|)$": "the description of the API",
    r"^help/": "bundled documentation",
}


def rule_of(address: Address) -> Rule | None:
    """Return the rule that explains the parameters of an address."""
    return next((rule for rule in RULES if re.search(rule.pattern, address.route)), None)


def is_listed(table: dict[str, str], address: Address) -> bool:
    """Tell whether a table of reasons names this address."""
    return any(re.search(pattern, address.route) for pattern in table)


def values_of(address: Address, rule: Rule, rows: Rows) -> dict[str, str]:
    """Return the parameters of an address that point at one side's rows."""
    match = re.search(rule.pattern, address.route)
    assert match is not None
    found = {}
    for name in address.parameters:
        source = rule.values[name]
        if source.startswith("="):
            found[name] = source[1:]
        elif source == "<noun>":
            found[name] = rows.ids[match["noun"]]
        else:
            found[name] = rows.ids[source]
    return found
