"""The statements behind the weekly score; `rules.rate` says the same in words.

Client-side binding writes the values into the text, so `%(only)s IS NULL` costs nothing when all
enterprises are rated.
"""

from anlan.modules.findings.states import OPEN
from anlan.modules.indicators.rules import defaults

_PARAMETERS = ", ".join(f"{name} numeric" for name in defaults())
_OPEN = ", ".join(f"'{state.value}'" for state in sorted(OPEN))

# Duties opened up to ten days before the week are read by their time-ordered key; those with longer
# windows (month, quarter, year) by enterprise and due time, so that old partitions stay unread.
# What is due at the midnight that ends a week is of that week: it is due at 24:00 of its Sunday.
RATED = f"""
    WITH rules AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(%(rules)s::jsonb) AS r (path text, park uuid,
            {_PARAMETERS})
    ), falls AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(%(falls)s::jsonb) AS f (enterprise_id uuid, fell numeric)
    ), plants AS MATERIALIZED (
        SELECT e.id AS plant_id, e.scope_path AS plant_path, r.*
          FROM registry_enterprise e
          JOIN actors_organisation o ON o.id = e.id
         CROSS JOIN LATERAL (
            SELECT * FROM rules
             WHERE rules.park = o.park_id OR rules.park IS NULL AND e.scope_path ^@ rules.path
             ORDER BY rules.park IS NULL, length(rules.path) DESC LIMIT 1
         ) r
         WHERE e.removed_at IS NULL AND (%(only)s::uuid IS NULL OR e.id = %(only)s::uuid)
    ), duties AS MATERIALIZED (
        SELECT i.enterprise_id AS plant_id,
               count(*) FILTER (WHERE i.state <> 'exempt') AS planned,
               count(*) FILTER (WHERE i.state = 'done') AS done,
               count(*) FILTER (WHERE i.state = 'done_late') AS late,
               count(*) FILTER (WHERE i.state = 'exempt') AS exempt,
               ARRAY[count(*) FILTER (WHERE i.work_type = 1 AND i.state <> 'exempt'),
                     count(*) FILTER (WHERE i.work_type = 2 AND i.state <> 'exempt'),
                     count(*) FILTER (WHERE i.work_type = 3 AND i.state <> 'exempt')
                    ] AS role_planned,
               ARRAY[count(*) FILTER (WHERE i.work_type = 1 AND i.state = 'done'),
                     count(*) FILTER (WHERE i.work_type = 2 AND i.state = 'done'),
                     count(*) FILTER (WHERE i.work_type = 3 AND i.state = 'done')] AS role_done,
               count(*) FILTER (WHERE i.work_type > 0
                                  AND i.state NOT IN ('exempt', 'done', 'done_late')) AS role_missed
          FROM (
            SELECT enterprise_id, state, work_type, plan_id
              FROM duties_instance
             WHERE id >= %(near)s AND id < %(last)s
               AND due_at > %(start)s AND due_at <= %(until)s
               AND (%(only)s::uuid IS NULL OR enterprise_id = %(only)s::uuid)
            UNION ALL
            SELECT long.enterprise_id, long.state, long.work_type, long.plan_id
              FROM plants
             CROSS JOIN LATERAL (
                SELECT enterprise_id, state, work_type, plan_id
                  FROM duties_instance
                 WHERE enterprise_id = plants.plant_id
                   AND due_at > %(start)s AND due_at <= %(until)s
                   AND id >= %(far)s AND id < %(near)s
             ) long
          ) i
         WHERE i.plan_id NOT IN (SELECT id FROM duties_plan WHERE kind <> 'inspection')
         GROUP BY i.enterprise_id
    ), standing AS MATERIALIZED (
        SELECT f.enterprise_id AS plant_id, count(*) AS due,
               count(*) FILTER (WHERE f.accepted_at < %(until)s) AS accepted,
               count(*) FILTER (
                   WHERE f.level = 1 AND f.deadline < %(until_day)s
                     AND (f.accepted_at IS NULL OR f.accepted_at >= %(until)s)) AS major_overdue
          FROM (
            SELECT enterprise_id, level, deadline, NULL::timestamptz AS accepted_at
              FROM findings_finding
             WHERE state IN ({_OPEN}) AND deadline < %(until_day)s
               AND (%(only)s::uuid IS NULL OR enterprise_id = %(only)s::uuid)
            UNION ALL
            SELECT closed.*
              FROM plants
             CROSS JOIN LATERAL (
                SELECT enterprise_id, level, deadline, accepted_at
                  FROM findings_finding
                 WHERE enterprise_id = plants.plant_id AND updated_at >= %(start)s
                   AND state = 'accepted' AND accepted_at >= %(start)s
                   AND (accepted_at < %(until)s OR deadline < %(until_day)s)
             ) closed
          ) f
         GROUP BY f.enterprise_id
    ), flags AS MATERIALIZED (
        SELECT enterprise_id AS plant_id, count(*) AS doubtful
          FROM findings_flag
         WHERE dismissed_at IS NULL AND raised_at < %(until)s
           AND (%(only)s::uuid IS NULL OR enterprise_id = %(only)s::uuid)
         GROUP BY enterprise_id
    ), analysed AS MATERIALIZED (
        SELECT DISTINCT enterprise_id AS plant_id FROM risk_riskobject
         WHERE removed_at IS NULL
           AND (%(only)s::uuid IS NULL OR enterprise_id = %(only)s::uuid)
    ), tally AS (
        SELECT p.*,
               coalesce(d.planned, 0) AS planned, coalesce(d.done, 0) AS done,
               coalesce(d.late, 0) AS late, coalesce(d.exempt, 0) AS exempt,
               coalesce(d.role_planned, ARRAY[0, 0, 0]) AS role_planned,
               coalesce(d.role_done, ARRAY[0, 0, 0]) AS role_done,
               coalesce(d.role_missed, 0) AS role_missed,
               coalesce(s.due, 0) AS due, coalesce(s.accepted, 0) AS accepted,
               coalesce(s.major_overdue, 0) AS major_overdue,
               coalesce(g.doubtful, 0) AS doubtful, a.plant_id IS NOT NULL AS has_analysis,
               n.n_new, n.few_findings, n.entries, n.in_time,
               floor((coalesce(d.done, 0) + coalesce(d.late, 0)) * p.few_days / 7) AS few_done
          FROM plants p
          LEFT JOIN duties d USING (plant_id)
          LEFT JOIN standing s USING (plant_id)
          LEFT JOIN flags g USING (plant_id)
          LEFT JOIN analysed a USING (plant_id)
         CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE registered_at >= %(start)s) AS n_new,
                   count(*) FILTER (
                       WHERE registered_at >= %(until)s::timestamptz
                             - make_interval(days => p.few_days::int)) AS few_findings,
                   count(*) FILTER (WHERE registered_at >= %(start)s
                                      AND inspected_on IS NOT NULL) AS entries,
                   count(*) FILTER (
                       WHERE registered_at >= %(start)s
                         AND (registered_at AT TIME ZONE 'Asia/Shanghai')::date
                             <= inspected_on + interval '1 month') AS in_time
              FROM findings_finding
             WHERE enterprise_id = p.plant_id AND registered_at < %(until)s
               AND registered_at >= least(
                   %(start)s::timestamptz,
                   %(until)s::timestamptz - make_interval(days => p.few_days::int))
               AND state <> 'dismissed'
         ) n
    ), points AS (
        SELECT t.*,
               CASE WHEN planned > 0
                    THEN inspection_points * least(1, (done + late * late_share) / planned)
                    WHEN exempt > 0 THEN all_exempt_points ELSE no_duty_points END AS a,
               least(responsible_most, responsible_point * role_missed) AS cover,
               CASE WHEN due > 0 THEN rectification_points * accepted / due
                    ELSE nothing_due_points END AS b,
               CASE WHEN few_tasks > 0 AND few_findings < floor(few_done / few_tasks)
                    THEN few_point ELSE 0 END AS few,
               array_remove(ARRAY[
                   CASE WHEN veto_major_overdue > 0 AND major_overdue >= veto_major_overdue
                        THEN 'major_overdue' END,
                   CASE WHEN veto_nothing_done > 0 AND planned >= veto_nothing_done
                             AND done = 0 AND late = 0 THEN 'nothing_done' END,
                   CASE WHEN veto_doubtful > 0 AND doubtful >= veto_doubtful
                        THEN 'doubtful' END], NULL)::text[] AS vetoes,
               planned > 0 OR exempt > 0 OR due > 0 OR has_analysis AS is_rated
          FROM tally t
    ), scored AS (
        SELECT *, CASE WHEN NOT is_rated THEN NULL WHEN cardinality(vetoes) > 0 THEN 0
                       ELSE round(greatest(0, a - cover) + greatest(0, b - few), 2) END AS score
          FROM points
    ), banded AS (
        SELECT s.*,
               CASE WHEN s.score IS NULL THEN '' WHEN s.score >= band_excellent THEN 'excellent'
                    WHEN s.score >= band_good THEN 'good'
                    WHEN s.score >= band_medium THEN 'medium' ELSE 'poor' END AS band,
               before.score - s.score AS fell, coalesce(before.band, '') AS band_before,
               coalesce(l.fell, %(fell)s) AS fall_limit
          FROM scored s
          LEFT JOIN indicators_weeklyscore before
                 ON before.enterprise_id = s.plant_id AND before.week_on = %(before)s
          LEFT JOIN falls l ON l.enterprise_id = s.plant_id
    ), rated AS (
        SELECT *,
               CASE WHEN band = 'poor' OR (score IS NOT NULL AND cardinality(vetoes) > 0) THEN 4
                    WHEN band = 'medium' AND band_before = 'medium' THEN 3
                    WHEN band = 'medium' THEN 2
                    WHEN fell >= fall_limit THEN 1 ELSE 0 END AS colour,
               regexp_replace(plant_path, 'e[0-9a-f]{{32}}/$', '') AS county,
               split_part(plant_path, '/', 2) || '/' || split_part(plant_path, '/', 3) AS city
          FROM banded
    ), ranked AS (
        SELECT *,
               CASE WHEN score IS NOT NULL THEN
                   rank() OVER (PARTITION BY county ORDER BY score DESC NULLS LAST)
               END AS rank_county,
               count(score) OVER (PARTITION BY county) AS rated_county,
               CASE WHEN score IS NOT NULL THEN
                   rank() OVER (PARTITION BY city ORDER BY score DESC NULLS LAST)
               END AS rank_city,
               count(score) OVER (PARTITION BY city) AS rated_city
          FROM rated
    )
"""  # noqa: S608 - only names of ours go in

# What was counted, as the columns of the row.
COLUMNS = {
    "planned": "planned",
    "done": "done",
    "late": "late",
    "exempt": "exempt",
    "role_planned": "role_planned",
    "role_done": "role_done",
    "findings_due": "due",
    "findings_accepted": "accepted",
    "findings_new": "n_new",
    "few_findings": "few_findings",
    "few_done": "few_done",
    "entries": "entries",
    "entries_in_time": "in_time",
    "major_overdue": "major_overdue",
    "doubtful": "doubtful",
    "inspection_points": "round(a, 2)",
    "coverage_deduction": "cover",
    "rectification_points": "round(b, 2)",
    "few_deduction": "few",
    "vetoes": "vetoes",
    "score": "score",
    "band": "band",
    "fell": "fell",
    "colour": "colour",
    "rank_county": "rank_county",
    "rated_county": "rated_county",
    "rank_city": "rank_city",
    "rated_city": "rated_city",
}
_NAMES = ", ".join(COLUMNS)
_VALUES = ", ".join(COLUMNS.values())
_SET = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS)

STORE = f"""
    {RATED}
    INSERT INTO indicators_weeklyscore AS kept (
        id, enterprise_id, scope_path, version, created_at, updated_at, week_on, parameters,
        objects_total, objects_complete, {_NAMES}
    )
    SELECT (lpad(to_hex((extract(epoch FROM %(now)s::timestamptz) * 1000)::bigint), 12, '0')
            || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid,
           plant_id, plant_path, 1, %(now)s, %(now)s, %(week)s,
           coalesce(%(own)s::jsonb -> ranked.path, '{{}}'), 0, 0, {_VALUES}
      FROM ranked
    ON CONFLICT (enterprise_id, week_on) DO UPDATE
       SET version = kept.version + 1, updated_at = excluded.updated_at,
           scope_path = excluded.scope_path, parameters = excluded.parameters, {_SET}
     WHERE (kept.scope_path, {", ".join(f"kept.{name}" for name in COLUMNS)})
           IS DISTINCT FROM (excluded.scope_path, {", ".join(f"excluded.{n}" for n in COLUMNS)})
    RETURNING id, enterprise_id, scope_path, score, band, colour, fell, vetoes
"""  # noqa: S608 - only names of ours go in
SHOW = RATED + f" SELECT plant_id, plant_path, {_VALUES} FROM ranked"  # noqa: S608

# An object is complete with a unit, each unit with an event, each event valued and with a measure,
# each measure verified by inspection with an active task.
COMPLETION = """
    WITH gaps AS MATERIALIZED (
        SELECT DISTINCT m.event_id FROM risk_controlmeasure m
          LEFT JOIN inspections_inspectiontask t ON t.measure_id = m.id AND t.is_active
         WHERE m.removed_at IS NULL AND m.verification = 2 AND t.id IS NULL
    ), measured AS MATERIALIZED (
        SELECT DISTINCT event_id FROM risk_controlmeasure WHERE removed_at IS NULL
    ), units AS MATERIALIZED (
        SELECT u.id, u.object_id,
               count(e.id) > 0 AND bool_and(
                   e.level IS NOT NULL AND m.event_id IS NOT NULL AND g.event_id IS NULL) AS whole
          FROM risk_riskunit u
          LEFT JOIN risk_riskevent e ON e.unit_id = u.id AND e.removed_at IS NULL
          LEFT JOIN measured m ON m.event_id = e.id
          LEFT JOIN gaps g ON g.event_id = e.id
         WHERE u.removed_at IS NULL
         GROUP BY u.id, u.object_id
    ), objects AS MATERIALIZED (
        SELECT o.enterprise_id, o.id,
               count(u.id) > 0 AND bool_and(coalesce(u.whole, false)) AS whole
          FROM risk_riskobject o LEFT JOIN units u ON u.object_id = o.id
         WHERE o.removed_at IS NULL
         GROUP BY o.enterprise_id, o.id
    ), counted AS (
        SELECT enterprise_id, count(*) AS n, count(*) FILTER (WHERE whole) AS n_whole
          FROM objects GROUP BY enterprise_id
    )
    UPDATE indicators_weeklyscore w
       SET objects_total = c.n, objects_complete = c.n_whole
      FROM counted c
     WHERE w.week_on = %(week)s AND w.enterprise_id = c.enterprise_id
       AND (w.objects_total, w.objects_complete) IS DISTINCT FROM (c.n, c.n_whole)
"""
