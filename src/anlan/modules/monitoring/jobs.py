"""Work of monitoring: cameras are asked, tests become duties, groups of tags are fitted."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anlan.base.clock import now
from anlan.base.jobs import JobContext, JobResult, job
from anlan.modules.monitoring.services import device_duties, groups_fitting, video_keeping
from anlan.modules.monitoring.services.probes import probe_cameras


@job(
    "monitoring.probe_cameras",
    title=_("Ask cameras whether they are on line"),
    every="*/5 * * * *",
    resumes=True,
)
def probe(context: JobContext) -> JobResult:
    """Ask every camera that has an address; safe to repeat."""
    done = probe_cameras(now())
    return JobResult(
        _("%(asked)s cameras: %(online)s on line, %(offline)s off line, %(untold)s not asked"),
        {
            "asked": done.asked,
            "online": done.online,
            "offline": done.offline,
            "untold": done.untold,
        },
    )


@job(
    "monitoring.device_duties",
    title=_("Make duties of the tests of safety devices"),
    every="20 0 * * *",
    resumes=True,
)
def device_tests(context: JobContext) -> JobResult:
    """Let the duty plans follow the devices; safe to repeat."""
    changed = device_duties.follow_all()
    return JobResult(_("%(n)s plans changed"), {"n": changed})


@job(
    "monitoring.forget_video",
    title=_("Delete old video events"),
    every="40 2 * * *",
    resumes=True,
)
def forget_video(context: JobContext) -> JobResult:
    """Delete events that no source keeps any longer; safe to repeat."""
    gone = video_keeping.forget_old(now())
    return JobResult(_("%(n)s video events deleted"), {"n": gone})


@job(groups_fitting.FIT_JOB, title=_("Fit a group of tags"), resumes=True)
def fit_group(
    context: JobContext, *, group_id: str, reason: str = "", automatic: bool = False
) -> JobResult:
    """Fit a group on its training period; safe to repeat."""
    row = groups_fitting.fit(
        context.actor,
        group_id,
        lambda done, total: context.progress(done, total, _("Reading values")),
        reason=reason,
        automatic=automatic,
    )
    return JobResult(
        _("Fitted on %(rows)s rows"),
        {"rows": row.fit["rows"]},
        url=reverse("monitoring:groups_show", args=[row.pk]),
    )


@job(
    "monitoring.refit_groups",
    title=_("Fit groups of tags anew whose fit is old"),
    every="40 1 * * *",
    resumes=True,
)
def refit_groups(context: JobContext) -> JobResult:
    """Start the fits that are due; safe to repeat on a day."""
    return JobResult(_("%(n)s groups are fitted anew"), {"n": groups_fitting.refit_due(now())})
