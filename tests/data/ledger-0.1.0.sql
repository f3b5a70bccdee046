CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.check_result (
    number bigint NOT NULL,
    run text NOT NULL,
    name text NOT NULL,
    expected text NOT NULL,
    observed text NOT NULL,
    outcome character varying(32) NOT NULL,
    mandatory boolean NOT NULL,
    duration_us bigint NOT NULL,
    newest timestamp with time zone,
    canary boolean NOT NULL,
    proves_data boolean NOT NULL,
    store text DEFAULT ''::text NOT NULL,
    CONSTRAINT ck_check_result_outcome CHECK (((outcome)::text = ANY ((ARRAY['passed'::character varying, 'failed'::character varying, 'inconclusive'::character varying, 'aborted'::character varying, 'skipped'::character varying])::text[])))
);
CREATE SEQUENCE public.check_result_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.check_result_number_seq OWNED BY public.check_result.number;
CREATE TABLE public.copy (
    number bigint NOT NULL,
    run text NOT NULL,
    type character varying(32) NOT NULL,
    region text NOT NULL,
    id text NOT NULL,
    drill text NOT NULL,
    service text NOT NULL,
    parent text NOT NULL,
    state character varying(32) NOT NULL,
    arn text,
    unique_id text,
    intended_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone,
    gone_at timestamp with time zone,
    CONSTRAINT ck_copy_identity CHECK (((arn IS NULL) = (unique_id IS NULL))),
    CONSTRAINT ck_copy_state CHECK (((state)::text = ANY ((ARRAY['intended'::character varying, 'created'::character varying, 'deleted'::character varying, 'never created'::character varying, 'leftover'::character varying, 'unproven'::character varying])::text[])))
);
CREATE SEQUENCE public.copy_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.copy_number_seq OWNED BY public.copy.number;
CREATE TABLE public.event (
    number bigint NOT NULL,
    run text NOT NULL,
    moment character varying(32) NOT NULL,
    at timestamp with time zone NOT NULL,
    offset_us bigint NOT NULL
);
CREATE SEQUENCE public.event_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.event_number_seq OWNED BY public.event.number;
CREATE TABLE public.exercise (
    number bigint NOT NULL,
    id text NOT NULL,
    title text NOT NULL,
    purpose text NOT NULL,
    quarter text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    planned jsonb NOT NULL,
    left_out jsonb NOT NULL,
    at_once integer NOT NULL,
    simulated boolean NOT NULL,
    pace double precision NOT NULL,
    engine text NOT NULL,
    ended_at timestamp with time zone,
    verdict character varying(32),
    CONSTRAINT ck_exercise_closed CHECK (((verdict IS NULL) = (ended_at IS NULL))),
    CONSTRAINT ck_exercise_verdict CHECK (((verdict)::text = ANY ((ARRAY['ABORTED'::character varying, 'FAILED'::character varying, 'INCONCLUSIVE'::character varying, 'PARTIAL'::character varying, 'PASSED WITH FINDINGS'::character varying, 'PASSED'::character varying])::text[])))
);
CREATE TABLE public.exercise_lease (
    exercise text NOT NULL,
    holder text NOT NULL,
    beat_at timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    abort_by text
);
CREATE SEQUENCE public.exercise_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.exercise_number_seq OWNED BY public.exercise.number;
CREATE TABLE public.finding (
    number bigint NOT NULL,
    run text NOT NULL,
    fingerprint text NOT NULL,
    severity character varying(32) NOT NULL,
    title text NOT NULL,
    detail text NOT NULL,
    owner text NOT NULL,
    CONSTRAINT ck_finding_severity CHECK (((severity)::text = ANY ((ARRAY['high'::character varying, 'medium'::character varying, 'low'::character varying])::text[])))
);
CREATE SEQUENCE public.finding_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.finding_number_seq OWNED BY public.finding.number;
CREATE TABLE public.lease (
    run text NOT NULL,
    holder text NOT NULL,
    beat_at timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    abort_by text
);
CREATE TABLE public.observation (
    number bigint NOT NULL,
    run text NOT NULL,
    copy text NOT NULL,
    state text NOT NULL,
    at timestamp with time zone NOT NULL,
    offset_us bigint NOT NULL
);
CREATE SEQUENCE public.observation_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.observation_number_seq OWNED BY public.observation.number;
CREATE TABLE public.recovery_point (
    number bigint NOT NULL,
    run text NOT NULL,
    id text NOT NULL,
    kind character varying(32) NOT NULL,
    data_time timestamp with time zone NOT NULL,
    data_time_source text NOT NULL,
    created_at timestamp with time zone,
    encrypted boolean,
    size_gib integer,
    window_start timestamp with time zone,
    window_end timestamp with time zone,
    reference timestamp with time zone,
    store text DEFAULT ''::text NOT NULL,
    CONSTRAINT ck_recovery_point_kind CHECK (((kind)::text = ANY ((ARRAY['snapshot'::character varying, 'continuous'::character varying])::text[])))
);
CREATE SEQUENCE public.recovery_point_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.recovery_point_number_seq OWNED BY public.recovery_point.number;
CREATE TABLE public.run (
    number bigint NOT NULL,
    id text NOT NULL,
    schema_version integer NOT NULL,
    exercise text,
    drill text NOT NULL,
    kind character varying(32) NOT NULL,
    service text NOT NULL,
    service_title text NOT NULL,
    owner text NOT NULL,
    tier integer NOT NULL,
    resource text NOT NULL,
    resource_id text NOT NULL,
    disruption character varying(32) NOT NULL,
    path character varying(32) NOT NULL,
    selection text NOT NULL,
    planned_checks jsonb NOT NULL,
    started_at timestamp with time zone NOT NULL,
    rto_us bigint,
    rto_operator character varying(32),
    rpo_us bigint,
    rpo_operator character varying(32),
    objective_source text NOT NULL,
    objective_revision text NOT NULL,
    judged_from character varying(32) NOT NULL,
    detection_allowance_us bigint NOT NULL,
    decision_allowance_us bigint NOT NULL,
    tool_version text NOT NULL,
    definition text NOT NULL,
    catalogue_revision text NOT NULL,
    account text NOT NULL,
    caller text NOT NULL,
    region text NOT NULL,
    endpoint text NOT NULL,
    simulated boolean NOT NULL,
    pace double precision NOT NULL,
    engine text NOT NULL,
    operator text NOT NULL,
    ended_at timestamp with time zone,
    verdict character varying(32),
    reasons jsonb,
    cleanup character varying(32),
    cleanup_reasons jsonb,
    rta_us bigint,
    rta_from_disruption_us bigint,
    rta_from_declaration_us bigint,
    rpa_us bigint,
    rpa_grade text,
    rpa_source text,
    rpa_reference timestamp with time zone,
    newest_data timestamp with time zone,
    worst_case_us bigint,
    worst_case_source text,
    worst_case_verdict text,
    rule_version text,
    rta_net_us bigint,
    rpa_skew_us bigint,
    worst_case_gap_us bigint,
    worst_case_p95_us bigint,
    worst_case_backup_us bigint,
    tier_rto_us bigint,
    tier_rpo_us bigint,
    tier_rto_operator character varying(32),
    tier_rpo_operator character varying(32),
    tier_source text,
    tier_revision text,
    real_started_at timestamp with time zone,
    CONSTRAINT ck_run_cleanup CHECK (((cleanup)::text = ANY ((ARRAY['CLEAN'::character varying, 'LEFTOVERS'::character varying, 'UNPROVEN'::character varying])::text[]))),
    CONSTRAINT ck_run_closed CHECK ((((verdict IS NULL) = (ended_at IS NULL)) AND ((verdict IS NULL) = (reasons IS NULL)) AND ((verdict IS NULL) = (cleanup IS NULL)) AND ((verdict IS NULL) = (cleanup_reasons IS NULL)) AND ((verdict IS NULL) = (rule_version IS NULL)))),
    CONSTRAINT ck_run_disruption CHECK (((disruption)::text = ANY ((ARRAY['application'::character varying, 'infrastructure'::character varying, 'availability-zone'::character varying, 'region'::character varying])::text[]))),
    CONSTRAINT ck_run_judged_from CHECK (((judged_from)::text = ANY ((ARRAY['disruption'::character varying, 'declaration'::character varying])::text[]))),
    CONSTRAINT ck_run_path CHECK (((path)::text = ANY ((ARRAY['primary'::character varying, 'fallback'::character varying])::text[]))),
    CONSTRAINT ck_run_rpo CHECK (((rpo_us IS NULL) = (rpo_operator IS NULL))),
    CONSTRAINT ck_run_rpo_operator CHECK (((rpo_operator)::text = ANY ((ARRAY['<'::character varying, '<='::character varying])::text[]))),
    CONSTRAINT ck_run_rto CHECK (((rto_us IS NULL) = (rto_operator IS NULL))),
    CONSTRAINT ck_run_rto_operator CHECK (((rto_operator)::text = ANY ((ARRAY['<'::character varying, '<='::character varying])::text[]))),
    CONSTRAINT ck_run_verdict CHECK (((verdict)::text = ANY ((ARRAY['ABORTED'::character varying, 'FAILED'::character varying, 'INCONCLUSIVE'::character varying, 'PARTIAL'::character varying, 'PASSED WITH FINDINGS'::character varying, 'PASSED'::character varying])::text[])))
);
CREATE SEQUENCE public.run_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.run_number_seq OWNED BY public.run.number;
CREATE TABLE public.segment (
    number bigint NOT NULL,
    run text NOT NULL,
    kind character varying(32) NOT NULL,
    reason text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    offset_us bigint NOT NULL,
    duration_us bigint NOT NULL
);
CREATE SEQUENCE public.segment_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.segment_number_seq OWNED BY public.segment.number;
CREATE TABLE public.server_time (
    number bigint NOT NULL,
    run text NOT NULL,
    copy text NOT NULL,
    state text NOT NULL,
    at timestamp with time zone NOT NULL,
    source text NOT NULL
);
CREATE SEQUENCE public.server_time_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.server_time_number_seq OWNED BY public.server_time.number;
CREATE TABLE public.step (
    run text NOT NULL,
    seq integer NOT NULL,
    name text NOT NULL,
    phase character varying(32) NOT NULL,
    started_at timestamp with time zone NOT NULL,
    offset_us bigint NOT NULL,
    ended_at timestamp with time zone,
    duration_us bigint,
    outcome character varying(32),
    detail text NOT NULL,
    attempts integer NOT NULL,
    CONSTRAINT ck_step_ended CHECK (((outcome IS NULL) = (ended_at IS NULL))),
    CONSTRAINT ck_step_outcome CHECK (((outcome)::text = ANY ((ARRAY['passed'::character varying, 'failed'::character varying, 'inconclusive'::character varying, 'aborted'::character varying, 'skipped'::character varying])::text[]))),
    CONSTRAINT ck_step_phase CHECK (((phase)::text = ANY ((ARRAY['prepare'::character varying, 'recover'::character varying, 'verify'::character varying, 'teardown'::character varying])::text[])))
);
CREATE VIEW public.v_check AS
 SELECT check_result.number,
    check_result.run,
    run.drill,
    run.service,
    run.simulated,
    check_result.name,
    check_result.expected,
    check_result.observed,
    check_result.outcome,
    check_result.mandatory,
    ((check_result.duration_us)::numeric / 1000000.0) AS duration_s,
    check_result.newest,
    check_result.canary,
    check_result.proves_data,
    check_result.store
   FROM (public.check_result
     JOIN public.run ON ((run.id = check_result.run)));
CREATE VIEW public.v_run AS
 SELECT run.number,
    run.id AS run,
    run.exercise,
    exercise.quarter,
    exercise.title AS exercise_title,
    run.drill,
    run.kind,
    run.path,
    run.disruption,
    run.service,
    run.service_title,
    run.owner,
    run.tier,
    run.resource,
    run.resource_id,
    run.region,
    run.account,
    run.simulated,
    run.pace,
    run.selection,
    run.started_at,
    run.ended_at,
    run.verdict,
    run.cleanup,
    run.rto_operator,
    ((run.rto_us)::numeric / 1000000.0) AS rto_s,
    ((run.rta_us)::numeric / 1000000.0) AS rta_s,
    (((run.rto_us - run.rta_us))::numeric / 1000000.0) AS rto_headroom_s,
    ((run.rta_from_disruption_us)::numeric / 1000000.0) AS rta_from_disruption_s,
    ((run.rta_from_declaration_us)::numeric / 1000000.0) AS rta_from_declaration_s,
    run.rpo_operator,
    ((run.rpo_us)::numeric / 1000000.0) AS rpo_s,
    ((run.rpa_us)::numeric / 1000000.0) AS rpa_s,
        CASE
            WHEN (run.rpa_grade <> 'E'::text) THEN (((run.rpo_us - run.rpa_us))::numeric / 1000000.0)
            ELSE NULL::numeric
        END AS rpo_headroom_s,
    run.rpa_grade,
    run.rpa_source,
    ((run.worst_case_us)::numeric / 1000000.0) AS worst_case_s,
    run.worst_case_verdict,
    ((run.rta_net_us)::numeric / 1000000.0) AS rta_net_s,
    ((run.rpa_skew_us)::numeric / 1000000.0) AS rpa_skew_s,
    ((run.worst_case_gap_us)::numeric / 1000000.0) AS worst_case_gap_s,
    ((run.worst_case_p95_us)::numeric / 1000000.0) AS worst_case_p95_s,
    ((run.worst_case_backup_us)::numeric / 1000000.0) AS worst_case_backup_s,
    run.tier_rto_operator,
    ((run.tier_rto_us)::numeric / 1000000.0) AS tier_rto_s,
    run.tier_rpo_operator,
    ((run.tier_rpo_us)::numeric / 1000000.0) AS tier_rpo_s,
    run.objective_source,
    run.objective_revision,
    run.tool_version,
    run.operator
   FROM (public.run
     LEFT JOIN public.exercise ON ((exercise.id = run.exercise)));
CREATE VIEW public.v_step AS
 SELECT step.run,
    run.drill,
    run.service,
    run.simulated,
    step.seq,
    step.name,
    step.phase,
    step.started_at,
    step.ended_at,
    ((step.offset_us)::numeric / 1000000.0) AS offset_s,
    ((step.duration_us)::numeric / 1000000.0) AS duration_s,
    step.outcome,
    step.attempts,
    step.detail
   FROM (public.step
     JOIN public.run ON ((run.id = step.run)));
ALTER TABLE ONLY public.check_result ALTER COLUMN number SET DEFAULT nextval('public.check_result_number_seq'::regclass);
ALTER TABLE ONLY public.copy ALTER COLUMN number SET DEFAULT nextval('public.copy_number_seq'::regclass);
ALTER TABLE ONLY public.event ALTER COLUMN number SET DEFAULT nextval('public.event_number_seq'::regclass);
ALTER TABLE ONLY public.exercise ALTER COLUMN number SET DEFAULT nextval('public.exercise_number_seq'::regclass);
ALTER TABLE ONLY public.finding ALTER COLUMN number SET DEFAULT nextval('public.finding_number_seq'::regclass);
ALTER TABLE ONLY public.observation ALTER COLUMN number SET DEFAULT nextval('public.observation_number_seq'::regclass);
ALTER TABLE ONLY public.recovery_point ALTER COLUMN number SET DEFAULT nextval('public.recovery_point_number_seq'::regclass);
ALTER TABLE ONLY public.run ALTER COLUMN number SET DEFAULT nextval('public.run_number_seq'::regclass);
ALTER TABLE ONLY public.segment ALTER COLUMN number SET DEFAULT nextval('public.segment_number_seq'::regclass);
ALTER TABLE ONLY public.server_time ALTER COLUMN number SET DEFAULT nextval('public.server_time_number_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0005');
INSERT INTO public.check_result VALUES (1, '20261120-ba680fce50', 'heartbeat', 'a newest heartbeat.at', '2026-11-20 11:00:00 UTC, 3 h 02 m 01 s before 2026-11-20 14:02:00 UTC', 'passed', true, 1000, '2026-11-20 11:00:00+00', true, true, 'orders-db');
INSERT INTO public.check_result VALUES (2, '20261120-fcccb02a2c', 'heartbeat', 'a newest heartbeat.at', '2026-11-20 16:22:52 UTC, 15 m 02 s before 2026-11-20 16:37:53 UTC', 'passed', true, 1000, '2026-11-20 16:22:52.375932+00', true, true, 'orders-db');
INSERT INTO public.check_result VALUES (3, '20261120-665fd31ca0', 'heartbeat', 'a newest heartbeat.at', '2026-11-20 19:05:56 UTC, 6 m before 2026-11-20 19:11:56 UTC', 'passed', true, 1000, '2026-11-20 19:05:56.088404+00', true, true, 'orders-db');
INSERT INTO public.check_result VALUES (4, '20261120-665fd31ca0', 'heartbeat: the asked instant', 'newest heartbeat within 10 m before 2026-11-20 19:06:56 UTC', '2026-11-20 19:05:56 UTC, 1 m 01 s before it', 'passed', true, 0, NULL, false, true, 'orders-db');
INSERT INTO public.check_result VALUES (5, '20261120-a28bba84bc', 'heartbeat', 'item pk=canary with an instant in ''at''', '2026-11-20 21:41:31 UTC, 5 m 02 s before 2026-11-20 21:46:32 UTC', 'passed', true, 4000, '2026-11-20 21:41:31.173815+00', true, true, 'sessions');
INSERT INTO public.check_result VALUES (6, '20261120-a28bba84bc', 'heartbeat: the asked instant', 'newest heartbeat within 2 m before 2026-11-20 21:41:32 UTC', '2026-11-20 21:41:31 UTC, 2 s before it', 'passed', true, 0, NULL, false, true, 'sessions');
INSERT INTO public.check_result VALUES (7, '20261120-a28bba84bc', 'sessions are there', 'at least 50 items', '61 items', 'passed', true, 4000, NULL, false, true, 'sessions');
INSERT INTO public.check_result VALUES (8, '20261121-ea8c3c0c59', 'heartbeat', 'item pk=canary with an instant in ''at''', '2026-11-21 00:06:44 UTC, 5 m 02 s before 2026-11-21 00:11:45 UTC', 'passed', true, 7000, '2026-11-21 00:06:44.675815+00', true, true, 'sessions');
INSERT INTO public.check_result VALUES (9, '20261121-ea8c3c0c59', 'heartbeat: the asked instant', 'newest heartbeat within 2 m before 2026-11-21 00:06:45 UTC', '2026-11-21 00:06:44 UTC, 2 s before it', 'passed', true, 0, NULL, false, true, 'sessions');
INSERT INTO public.check_result VALUES (10, '20261121-ea8c3c0c59', 'sessions are there', 'at least 50 items', '61 items', 'passed', true, 7000, NULL, false, true, 'sessions');
INSERT INTO public.check_result VALUES (11, '20261121-f9ef77909a', 'heartbeat', 'a newest heartbeat.at', '2026-11-21 11:14:01 UTC, 15 m 02 s before 2026-11-21 11:29:02 UTC', 'passed', true, 1000, '2026-11-21 11:14:01.873815+00', true, true, 'orders-db');
INSERT INTO public.check_result VALUES (12, '20261121-ab6d4f13d5', 'heartbeat', 'item pk=canary with an instant in ''at''', '2026-11-21 13:56:19 UTC, 5 m 02 s before 2026-11-21 14:01:20 UTC', 'passed', true, 4000, '2026-11-21 13:56:19.487241+00', true, true, 'sessions');
INSERT INTO public.check_result VALUES (13, '20261121-ab6d4f13d5', 'heartbeat: the asked instant', 'newest heartbeat within 2 m before 2026-11-21 13:56:20 UTC', '2026-11-21 13:56:19 UTC, 2 s before it', 'passed', true, 0, NULL, false, true, 'sessions');
INSERT INTO public.check_result VALUES (14, '20261121-ab6d4f13d5', 'sessions are there', 'at least 50 items', '61 items', 'passed', true, 4000, NULL, false, true, 'sessions');
INSERT INTO public.check_result VALUES (15, '20261122-7ef3ed6390', 'heartbeat', 'a newest heartbeat.at', '2026-11-22 08:25:30 UTC, 6 m before 2026-11-22 08:31:30 UTC', 'passed', true, 1000, '2026-11-22 08:25:30.307241+00', true, true, 'orders-db');
INSERT INTO public.check_result VALUES (16, '20261122-7ef3ed6390', 'heartbeat: the asked instant', 'newest heartbeat within 10 m before 2026-11-22 08:26:30 UTC', '2026-11-22 08:25:30 UTC, 1 m 01 s before it', 'passed', true, 0, NULL, false, true, 'orders-db');
INSERT INTO public.check_result VALUES (17, '20261122-723a462a9a', 'heartbeat', 'item pk=canary with an instant in ''at''', '2026-11-22 08:26:29 UTC, 24 m 49 s before 2026-11-22 08:51:17 UTC', 'passed', true, 4000, '2026-11-22 08:26:29.254241+00', true, true, 'sessions');
INSERT INTO public.check_result VALUES (18, '20261122-723a462a9a', 'heartbeat: the asked instant', 'newest heartbeat within 2 m before 2026-11-22 08:46:17 UTC', '2026-11-22 08:26:29 UTC, 19 m 49 s before it', 'failed', true, 0, NULL, false, true, 'sessions');
INSERT INTO public.check_result VALUES (19, '20261122-723a462a9a', 'sessions are there', 'at least 50 items', '61 items', 'passed', true, 4000, NULL, false, true, 'sessions');
INSERT INTO public.check_result VALUES (20, '20261122-4d93d08564', 'heartbeat', 'item pk=canary with an instant in ''at''', '2026-11-22 11:12:11 UTC, 5 m 02 s before 2026-11-22 11:17:13 UTC', 'passed', true, 4000, '2026-11-22 11:12:11.977652+00', true, true, 'sessions');
INSERT INTO public.check_result VALUES (21, '20261122-4d93d08564', 'heartbeat: the asked instant', 'newest heartbeat within 2 m before 2026-11-22 11:12:13 UTC', '2026-11-22 11:12:11 UTC, 2 s before it', 'passed', true, 0, NULL, false, true, 'sessions');
INSERT INTO public.check_result VALUES (22, '20261122-4d93d08564', 'sessions are there', 'at least 50 items', '61 items', 'passed', true, 4000, NULL, false, true, 'sessions');
INSERT INTO public.copy VALUES (1, '20261120-ba680fce50', 'rds-instance', 'us-east-1', 'dro-20261120-ba680fce50-orders-prod', 'orders-snapshot', 'shop', '', 'deleted', 'arn:aws:rds:us-east-1:123456789012:db:dro-20261120-ba680fce50-orders-prod', 'db-AQ2G2HE5GTR7DS2EZWYMOJ4A4Z', '2026-11-20 14:02:00.091+00', '2026-11-20 14:02:00.102+00', '2026-11-20 14:22:52.354932+00');
INSERT INTO public.copy VALUES (2, '20261120-fcccb02a2c', 'rds-instance', 'us-east-1', 'dro-20261120-fcccb02a2c-orders-prod', 'orders-snapshot', 'shop', '', 'deleted', 'arn:aws:rds:us-east-1:123456789012:db:dro-20261120-fcccb02a2c-orders-prod', 'db-U35JWA2M47ECH5IC6IZBB21F94', '2026-11-20 16:37:53.456932+00', '2026-11-20 16:37:53.467932+00', '2026-11-20 16:56:55.015404+00');
INSERT INTO public.copy VALUES (3, '20261120-665fd31ca0', 'rds-instance', 'us-east-1', 'dro-20261120-665fd31ca0-orders-prod', 'orders-pitr', 'shop', '', 'deleted', 'arn:aws:rds:us-east-1:123456789012:db:dro-20261120-665fd31ca0-orders-prod', 'db-2N8B7TZZL8OSUCE0HG2UXX01UA', '2026-11-20 19:11:56.111404+00', '2026-11-20 19:11:56.122404+00', '2026-11-20 19:31:31.158815+00');
INSERT INTO public.copy VALUES (4, '20261120-a28bba84bc', 'dynamodb-table', 'us-east-1', 'dro-20261120-a28bba84bc-sessions-prod', 'sessions-pitr', 'shop', '', 'deleted', 'arn:aws:dynamodb:us-east-1:123456789012:table/dro-20261120-a28bba84bc-sessions-prod', '2026-11-20T21:46:32.232000+00:00', '2026-11-20 21:46:32.226815+00', '2026-11-20 21:46:32.234815+00', '2026-11-20 21:56:44.660815+00');
INSERT INTO public.copy VALUES (5, '20261121-ea8c3c0c59', 'cloudformation-stack', 'us-east-1', 'dro-20261121-ea8c3c0c59-shop-prod', 'shop-replica', 'shop', '', 'deleted', 'arn:aws:cloudformation:us-east-1:123456789012:stack/dro-20261121-ea8c3c0c59-shop-prod/104b842a-8246-4150-acff-2de3e779e7fb', 'arn:aws:cloudformation:us-east-1:123456789012:stack/dro-20261121-ea8c3c0c59-shop-prod/104b842a-8246-4150-acff-2de3e779e7fb', '2026-11-21 00:11:45.717815+00', '2026-11-21 00:11:45.734815+00', '2026-11-21 00:24:28.361815+00');
INSERT INTO public.copy VALUES (6, '20261121-ea8c3c0c59', 'dynamodb-table', 'us-east-1', 'dro-20261121-ea8c3c0c59-interim-sessions-prod', 'shop-replica', 'shop', '', 'deleted', 'arn:aws:dynamodb:us-east-1:123456789012:table/dro-20261121-ea8c3c0c59-interim-sessions-prod', '2026-11-21T00:11:45.759000+00:00', '2026-11-21 00:11:45.753815+00', '2026-11-21 00:11:45.761815+00', '2026-11-21 00:22:46.267815+00');
INSERT INTO public.copy VALUES (7, '20261121-ea8c3c0c59', 'dynamodb-table', 'us-east-1', 'dro-20261121-ea8c3c0c59-shop-prod-config', 'shop-replica', 'shop', 'dro-20261121-ea8c3c0c59-shop-prod', 'deleted', 'arn:aws:dynamodb:us-east-1:123456789012:table/dro-20261121-ea8c3c0c59-shop-prod-config', '2026-11-21T00:12:24.167000+00:00', '2026-11-21 00:22:16.133815+00', '2026-11-21 00:22:16.133815+00', '2026-11-21 00:24:28.361815+00');
INSERT INTO public.copy VALUES (8, '20261121-6fb34acfba', 'dynamodb-table', 'us-east-1', 'dro-20261121-6fb34acfba-sessions-prod', 'sessions-pitr', 'shop', '', 'never created', NULL, NULL, '2026-11-21 02:39:29.458815+00', NULL, '2026-11-21 02:40:29.491815+00');
INSERT INTO public.copy VALUES (9, '20261121-dd4c7d9409', 'rds-instance', 'us-east-1', 'dro-20261121-dd4c7d9409-orders-prod', 'orders-pitr', 'shop', '', 'deleted', 'arn:aws:rds:us-east-1:123456789012:db:dro-20261121-dd4c7d9409-orders-prod', 'db-Y6ZBZNVYM107UXM3OO04WWBS3Y', '2026-11-21 04:55:30.581815+00', '2026-11-21 04:55:30.592815+00', '2026-11-21 04:58:24.733815+00');
INSERT INTO public.copy VALUES (10, '20261121-d91d69635f', 'dynamodb-table', 'us-east-1', 'dro-20261121-d91d69635f-sessions-prod', 'sessions-pitr', 'shop', '', 'deleted', 'arn:aws:dynamodb:us-east-1:123456789012:table/dro-20261121-d91d69635f-sessions-prod', '2026-11-21T07:13:25.805000+00:00', '2026-11-21 07:13:25.799815+00', '2026-11-21 07:13:25.807815+00', '2026-11-21 09:14:01.868815+00');
INSERT INTO public.copy VALUES (11, '20261121-f9ef77909a', 'rds-instance', 'us-east-1', 'dro-20261121-f9ef77909a-orders-prod', 'orders-snapshot', 'shop', '', 'leftover', 'arn:aws:rds:us-east-1:123456789012:db:dro-20261121-f9ef77909a-orders-prod', 'db-MX8LSA3US00M7R2LG2KNMDL9NW', '2026-11-21 11:29:02.954815+00', '2026-11-21 11:29:02.965815+00', NULL);
INSERT INTO public.copy VALUES (12, '20261121-ab6d4f13d5', 'dynamodb-table', 'us-east-1', 'dro-20261121-ab6d4f13d5-sessions-prod', 'sessions-pitr', 'shop', '', 'leftover', 'arn:aws:dynamodb:us-east-1:123456789012:table/dro-20261121-ab6d4f13d5-sessions-prod', '2026-11-21T14:01:20.544000+00:00', '2026-11-21 14:01:20.538241+00', '2026-11-21 14:01:20.546241+00', NULL);
INSERT INTO public.copy VALUES (13, '20261121-2f4c213611', 'rds-instance', 'us-east-1', 'dro-20261121-2f4c213611-orders-prod', 'orders-snapshot', 'shop', '', 'intended', NULL, NULL, '2026-11-21 18:41:17.049241+00', NULL, NULL);
INSERT INTO public.copy VALUES (14, '20261121-7d8c7cd257', 'dynamodb-table', 'us-east-1', 'dro-20261121-7d8c7cd257-sessions-prod', 'sessions-pitr', 'shop', '', 'intended', NULL, NULL, '2026-11-21 20:56:18.112241+00', NULL, NULL);
INSERT INTO public.copy VALUES (15, '20261121-02d0f2f8ce', 'rds-instance', 'us-east-1', 'dro-20261121-02d0f2f8ce-orders-prod', 'orders-pitr', 'shop', '', 'created', 'arn:aws:rds:us-east-1:123456789012:db:dro-20261121-02d0f2f8ce-orders-prod', 'db-O6BLCCC5J26HDR8X637DI3W6X7', '2026-11-21 23:11:19.200241+00', '2026-11-21 23:11:19.211241+00', NULL);
INSERT INTO public.copy VALUES (16, '20261122-6247258047', 'cloudformation-stack', 'us-east-1', 'dro-20261122-6247258047-shop-prod', 'shop-replica', 'shop', '', 'created', 'arn:aws:cloudformation:us-east-1:123456789012:stack/dro-20261122-6247258047-shop-prod/3568a0e4-3b30-4b99-80ee-a4f1d140b248', 'arn:aws:cloudformation:us-east-1:123456789012:stack/dro-20261122-6247258047-shop-prod/3568a0e4-3b30-4b99-80ee-a4f1d140b248', '2026-11-22 01:26:20.269241+00', '2026-11-22 01:26:20.286241+00', NULL);
INSERT INTO public.copy VALUES (17, '20261122-6247258047', 'dynamodb-table', 'us-east-1', 'dro-20261122-6247258047-interim-sessions-prod', 'shop-replica', 'shop', '', 'created', 'arn:aws:dynamodb:us-east-1:123456789012:table/dro-20261122-6247258047-interim-sessions-prod', '2026-11-22T01:26:20.311000+00:00', '2026-11-22 01:26:20.305241+00', '2026-11-22 01:26:20.313241+00', NULL);
INSERT INTO public.copy VALUES (18, '20261122-e76ee4a877', 'cloudformation-stack', 'us-east-1', 'dro-20261122-e76ee4a877-shop-prod', 'shop-replica', 'shop', '', 'created', 'arn:aws:cloudformation:us-east-1:123456789012:stack/dro-20261122-e76ee4a877-shop-prod/e3e3d458-8d03-4b33-b131-0c70fb06314d', 'arn:aws:cloudformation:us-east-1:123456789012:stack/dro-20261122-e76ee4a877-shop-prod/e3e3d458-8d03-4b33-b131-0c70fb06314d', '2026-11-22 03:41:21.374241+00', '2026-11-22 03:41:21.391241+00', NULL);
INSERT INTO public.copy VALUES (19, '20261122-e76ee4a877', 'dynamodb-table', 'us-east-1', 'dro-20261122-e76ee4a877-interim-sessions-prod', 'shop-replica', 'shop', '', 'created', 'arn:aws:dynamodb:us-east-1:123456789012:table/dro-20261122-e76ee4a877-interim-sessions-prod', '2026-11-22T03:41:21.416000+00:00', '2026-11-22 03:41:21.410241+00', '2026-11-22 03:41:21.418241+00', NULL);
INSERT INTO public.copy VALUES (20, '20261122-e76ee4a877', 'dynamodb-table', 'us-east-1', 'dro-20261122-e76ee4a877-shop-prod-config', 'shop-replica', 'shop', 'dro-20261122-e76ee4a877-shop-prod', 'created', 'arn:aws:dynamodb:us-east-1:123456789012:table/dro-20261122-e76ee4a877-shop-prod-config', '2026-11-22T03:41:59.154000+00:00', '2026-11-22 03:51:39.784241+00', '2026-11-22 03:51:39.784241+00', NULL);
INSERT INTO public.copy VALUES (21, '20261122-f386c0336a', 'dynamodb-table', 'us-east-1', 'dro-20261122-f386c0336a-sessions-prod', 'sessions-pitr', 'shop', '', 'created', 'arn:aws:dynamodb:us-east-1:123456789012:table/dro-20261122-f386c0336a-sessions-prod', '2026-11-22T06:06:40.920000+00:00', '2026-11-22 06:06:40.914241+00', '2026-11-22 06:06:40.922241+00', NULL);
INSERT INTO public.copy VALUES (22, '20261122-7ef3ed6390', 'rds-instance', 'us-east-1', 'dro-20261122-7ef3ed6390-orders-prod', 'orders-pitr', 'shop', '', 'deleted', 'arn:aws:rds:us-east-1:123456789012:db:dro-20261122-7ef3ed6390-orders-prod', 'db-X7W4KWK9OXSOAXU74DQG0XC99V', '2026-11-22 08:31:30.330241+00', '2026-11-22 08:31:30.341241+00', '2026-11-22 08:51:17.383652+00');
INSERT INTO public.copy VALUES (23, '20261122-723a462a9a', 'dynamodb-table', 'us-east-1', 'dro-20261122-723a462a9a-sessions-prod', 'sessions-pitr', 'shop', '', 'deleted', 'arn:aws:dynamodb:us-east-1:123456789012:table/dro-20261122-723a462a9a-sessions-prod', '2026-11-22T08:51:17.519000+00:00', '2026-11-22 08:51:17.513652+00', '2026-11-22 08:51:17.521652+00', '2026-11-22 09:02:11.962652+00');
INSERT INTO public.copy VALUES (24, '20261122-4d93d08564', 'dynamodb-table', 'us-east-1', 'dro-20261122-4d93d08564-sessions-prod', 'sessions-pitr', 'shop', '', 'deleted', 'arn:aws:dynamodb:us-east-1:123456789012:table/dro-20261122-4d93d08564-sessions-prod', '2026-11-22T11:17:13.098000+00:00', '2026-11-22 11:17:13.092652+00', '2026-11-22 11:17:13.100652+00', '2026-11-22 11:28:07.547652+00');
INSERT INTO public.copy VALUES (25, '20261122-c61e33d4c8', 'rds-instance', 'us-east-1', 'dro-20261122-c61e33d4c8-orders-prod', 'orders-snapshot', 'shop', '', 'created', 'arn:aws:rds:us-east-1:123456789012:db:dro-20261122-c61e33d4c8-orders-prod', 'db-2L1E6IRNHDTCALEPFGKGPQZKKP', '2026-11-22 13:43:08.644652+00', '2026-11-22 13:43:08.655652+00', NULL);
INSERT INTO public.copy VALUES (26, '20261122-de3a939aea', 'rds-instance', 'us-east-1', 'dro-20261122-de3a939aea-orders-prod', 'orders-pitr', 'shop', '', 'created', 'arn:aws:rds:us-east-1:123456789012:db:dro-20261122-de3a939aea-orders-prod', 'db-ULGU43IXJ3EEIWGQI66ICWHH30', '2026-11-22 15:58:09.746652+00', '2026-11-22 15:58:09.757652+00', NULL);
INSERT INTO public.event VALUES (1, '20261120-ba680fce50', 'disruption', '2026-11-20 14:02:00.068+00', 63000);
INSERT INTO public.event VALUES (2, '20261120-ba680fce50', 'detected', '2026-11-20 14:02:00.068+00', 63000);
INSERT INTO public.event VALUES (3, '20261120-ba680fce50', 'declared', '2026-11-20 14:02:00.068+00', 63000);
INSERT INTO public.event VALUES (4, '20261120-ba680fce50', 'recovery started', '2026-11-20 14:02:00.068+00', 63000);
INSERT INTO public.event VALUES (5, '20261120-ba680fce50', 'accepted by the API', '2026-11-20 14:02:00.107+00', 102000);
INSERT INTO public.event VALUES (6, '20261120-ba680fce50', 'infrastructure ready', '2026-11-20 14:19:40.176932+00', 1060171932);
INSERT INTO public.event VALUES (7, '20261120-ba680fce50', 'data restored', '2026-11-20 14:19:46.196932+00', 1066191932);
INSERT INTO public.event VALUES (8, '20261120-ba680fce50', 'data verified', '2026-11-20 14:19:46.209932+00', 1066204932);
INSERT INTO public.event VALUES (9, '20261120-ba680fce50', 'service verified', '2026-11-20 14:19:46.212932+00', 1066207932);
INSERT INTO public.event VALUES (10, '20261120-ba680fce50', 'clean', '2026-11-20 14:22:52.354932+00', 1252349932);
INSERT INTO public.event VALUES (11, '20261120-fcccb02a2c', 'disruption', '2026-11-20 16:37:53.433932+00', 55000);
INSERT INTO public.event VALUES (12, '20261120-fcccb02a2c', 'detected', '2026-11-20 16:37:53.433932+00', 55000);
INSERT INTO public.event VALUES (13, '20261120-fcccb02a2c', 'declared', '2026-11-20 16:37:53.433932+00', 55000);
INSERT INTO public.event VALUES (14, '20261120-fcccb02a2c', 'recovery started', '2026-11-20 16:37:53.433932+00', 55000);
INSERT INTO public.event VALUES (15, '20261120-fcccb02a2c', 'accepted by the API', '2026-11-20 16:37:53.472932+00', 94000);
INSERT INTO public.event VALUES (16, '20261120-fcccb02a2c', 'infrastructure ready', '2026-11-20 16:53:48.840404+00', 955461472);
INSERT INTO public.event VALUES (17, '20261120-fcccb02a2c', 'data restored', '2026-11-20 16:53:54.860404+00', 961481472);
INSERT INTO public.event VALUES (18, '20261120-fcccb02a2c', 'data verified', '2026-11-20 16:53:54.873404+00', 961494472);
INSERT INTO public.event VALUES (19, '20261120-fcccb02a2c', 'service verified', '2026-11-20 16:53:54.876404+00', 961497472);
INSERT INTO public.event VALUES (20, '20261120-fcccb02a2c', 'clean', '2026-11-20 16:56:55.015404+00', 1141636472);
INSERT INTO public.event VALUES (21, '20261120-665fd31ca0', 'disruption', '2026-11-20 19:11:56.088404+00', 49000);
INSERT INTO public.event VALUES (22, '20261120-665fd31ca0', 'detected', '2026-11-20 19:11:56.088404+00', 49000);
INSERT INTO public.event VALUES (23, '20261120-665fd31ca0', 'declared', '2026-11-20 19:11:56.088404+00', 49000);
INSERT INTO public.event VALUES (24, '20261120-665fd31ca0', 'recovery started', '2026-11-20 19:11:56.088404+00', 49000);
INSERT INTO public.event VALUES (25, '20261120-665fd31ca0', 'accepted by the API', '2026-11-20 19:11:56.127404+00', 88000);
INSERT INTO public.event VALUES (26, '20261120-665fd31ca0', 'infrastructure ready', '2026-11-20 19:28:18.978815+00', 982939412);
INSERT INTO public.event VALUES (27, '20261120-665fd31ca0', 'data restored', '2026-11-20 19:28:24.998815+00', 988959412);
INSERT INTO public.event VALUES (28, '20261120-665fd31ca0', 'data verified', '2026-11-20 19:28:25.013815+00', 988974412);
INSERT INTO public.event VALUES (29, '20261120-665fd31ca0', 'service verified', '2026-11-20 19:28:25.016815+00', 988977412);
INSERT INTO public.event VALUES (30, '20261120-665fd31ca0', 'clean', '2026-11-20 19:31:31.158815+00', 1175119412);
INSERT INTO public.event VALUES (31, '20261120-a28bba84bc', 'disruption', '2026-11-20 21:46:32.206815+00', 30000);
INSERT INTO public.event VALUES (32, '20261120-a28bba84bc', 'detected', '2026-11-20 21:46:32.206815+00', 30000);
INSERT INTO public.event VALUES (33, '20261120-a28bba84bc', 'declared', '2026-11-20 21:46:32.206815+00', 30000);
INSERT INTO public.event VALUES (34, '20261120-a28bba84bc', 'recovery started', '2026-11-20 21:46:32.206815+00', 30000);
INSERT INTO public.event VALUES (35, '20261120-a28bba84bc', 'accepted by the API', '2026-11-20 21:46:32.239815+00', 63000);
INSERT INTO public.event VALUES (36, '20261120-a28bba84bc', 'infrastructure ready', '2026-11-20 21:56:08.545815+00', 576369000);
INSERT INTO public.event VALUES (37, '20261120-a28bba84bc', 'data restored', '2026-11-20 21:56:08.568815+00', 576392000);
INSERT INTO public.event VALUES (38, '20261120-a28bba84bc', 'data verified', '2026-11-20 21:56:08.593815+00', 576417000);
INSERT INTO public.event VALUES (39, '20261120-a28bba84bc', 'service verified', '2026-11-20 21:56:08.596815+00', 576420000);
INSERT INTO public.event VALUES (40, '20261120-a28bba84bc', 'clean', '2026-11-20 21:56:44.660815+00', 612484000);
INSERT INTO public.event VALUES (41, '20261121-ea8c3c0c59', 'disruption', '2026-11-21 00:11:45.719815+00', 41000);
INSERT INTO public.event VALUES (42, '20261121-ea8c3c0c59', 'detected', '2026-11-21 00:11:45.719815+00', 41000);
INSERT INTO public.event VALUES (43, '20261121-ea8c3c0c59', 'declared', '2026-11-21 00:11:45.719815+00', 41000);
INSERT INTO public.event VALUES (44, '20261121-ea8c3c0c59', 'recovery started', '2026-11-21 00:11:45.719815+00', 41000);
INSERT INTO public.event VALUES (45, '20261121-ea8c3c0c59', 'accepted by the API', '2026-11-21 00:11:45.739815+00', 61000);
INSERT INTO public.event VALUES (46, '20261121-ea8c3c0c59', 'infrastructure ready', '2026-11-21 00:12:57.817815+00', 72139000);
INSERT INTO public.event VALUES (47, '20261121-ea8c3c0c59', 'data restored', '2026-11-21 00:22:16.163815+00', 630485000);
INSERT INTO public.event VALUES (48, '20261121-ea8c3c0c59', 'data verified', '2026-11-21 00:22:16.194815+00', 630516000);
INSERT INTO public.event VALUES (49, '20261121-ea8c3c0c59', 'service verified', '2026-11-21 00:22:16.197815+00', 630519000);
INSERT INTO public.event VALUES (50, '20261121-ea8c3c0c59', 'clean', '2026-11-21 00:24:28.361815+00', 762683000);
INSERT INTO public.event VALUES (51, '20261121-6fb34acfba', 'disruption', '2026-11-21 02:39:29.438815+00', 28000);
INSERT INTO public.event VALUES (52, '20261121-6fb34acfba', 'detected', '2026-11-21 02:39:29.438815+00', 28000);
INSERT INTO public.event VALUES (53, '20261121-6fb34acfba', 'declared', '2026-11-21 02:39:29.438815+00', 28000);
INSERT INTO public.event VALUES (54, '20261121-6fb34acfba', 'recovery started', '2026-11-21 02:39:29.438815+00', 28000);
INSERT INTO public.event VALUES (55, '20261121-6fb34acfba', 'clean', '2026-11-21 02:40:29.491815+00', 60081000);
INSERT INTO public.event VALUES (56, '20261121-dd4c7d9409', 'disruption', '2026-11-21 04:55:30.558815+00', 49000);
INSERT INTO public.event VALUES (57, '20261121-dd4c7d9409', 'detected', '2026-11-21 04:55:30.558815+00', 49000);
INSERT INTO public.event VALUES (58, '20261121-dd4c7d9409', 'declared', '2026-11-21 04:55:30.558815+00', 49000);
INSERT INTO public.event VALUES (59, '20261121-dd4c7d9409', 'recovery started', '2026-11-21 04:55:30.558815+00', 49000);
INSERT INTO public.event VALUES (60, '20261121-dd4c7d9409', 'accepted by the API', '2026-11-21 04:55:30.597815+00', 88000);
INSERT INTO public.event VALUES (61, '20261121-dd4c7d9409', 'clean', '2026-11-21 04:58:24.733815+00', 174224000);
INSERT INTO public.event VALUES (62, '20261121-d91d69635f', 'disruption', '2026-11-21 07:13:25.779815+00', 28000);
INSERT INTO public.event VALUES (63, '20261121-d91d69635f', 'detected', '2026-11-21 07:13:25.779815+00', 28000);
INSERT INTO public.event VALUES (64, '20261121-d91d69635f', 'declared', '2026-11-21 07:13:25.779815+00', 28000);
INSERT INTO public.event VALUES (65, '20261121-d91d69635f', 'recovery started', '2026-11-21 07:13:25.779815+00', 28000);
INSERT INTO public.event VALUES (66, '20261121-d91d69635f', 'accepted by the API', '2026-11-21 07:13:25.812815+00', 61000);
INSERT INTO public.event VALUES (67, '20261121-f9ef77909a', 'disruption', '2026-11-21 11:29:02.931815+00', 55000);
INSERT INTO public.event VALUES (68, '20261121-f9ef77909a', 'detected', '2026-11-21 11:29:02.931815+00', 55000);
INSERT INTO public.event VALUES (69, '20261121-f9ef77909a', 'declared', '2026-11-21 11:29:02.931815+00', 55000);
INSERT INTO public.event VALUES (70, '20261121-f9ef77909a', 'recovery started', '2026-11-21 11:29:02.931815+00', 55000);
INSERT INTO public.event VALUES (71, '20261121-f9ef77909a', 'accepted by the API', '2026-11-21 11:29:02.970815+00', 94000);
INSERT INTO public.event VALUES (72, '20261121-f9ef77909a', 'infrastructure ready', '2026-11-21 11:46:13.397241+00', 1030520425);
INSERT INTO public.event VALUES (73, '20261121-f9ef77909a', 'data restored', '2026-11-21 11:46:19.417241+00', 1036540425);
INSERT INTO public.event VALUES (74, '20261121-f9ef77909a', 'data verified', '2026-11-21 11:46:19.430241+00', 1036553425);
INSERT INTO public.event VALUES (75, '20261121-f9ef77909a', 'service verified', '2026-11-21 11:46:19.433241+00', 1036556425);
INSERT INTO public.event VALUES (76, '20261121-ab6d4f13d5', 'disruption', '2026-11-21 14:01:20.518241+00', 28000);
INSERT INTO public.event VALUES (77, '20261121-ab6d4f13d5', 'detected', '2026-11-21 14:01:20.518241+00', 28000);
INSERT INTO public.event VALUES (78, '20261121-ab6d4f13d5', 'declared', '2026-11-21 14:01:20.518241+00', 28000);
INSERT INTO public.event VALUES (79, '20261121-ab6d4f13d5', 'recovery started', '2026-11-21 14:01:20.518241+00', 28000);
INSERT INTO public.event VALUES (80, '20261121-ab6d4f13d5', 'accepted by the API', '2026-11-21 14:01:20.551241+00', 61000);
INSERT INTO public.event VALUES (81, '20261121-ab6d4f13d5', 'infrastructure ready', '2026-11-21 14:11:14.866241+00', 594376000);
INSERT INTO public.event VALUES (82, '20261121-ab6d4f13d5', 'data restored', '2026-11-21 14:11:14.889241+00', 594399000);
INSERT INTO public.event VALUES (83, '20261121-ab6d4f13d5', 'data verified', '2026-11-21 14:11:14.914241+00', 594424000);
INSERT INTO public.event VALUES (84, '20261121-ab6d4f13d5', 'service verified', '2026-11-21 14:11:14.917241+00', 594427000);
INSERT INTO public.event VALUES (85, '20261121-2f4c213611', 'disruption', '2026-11-21 18:41:17.026241+00', 55000);
INSERT INTO public.event VALUES (86, '20261121-2f4c213611', 'detected', '2026-11-21 18:41:17.026241+00', 55000);
INSERT INTO public.event VALUES (87, '20261121-2f4c213611', 'declared', '2026-11-21 18:41:17.026241+00', 55000);
INSERT INTO public.event VALUES (88, '20261121-2f4c213611', 'recovery started', '2026-11-21 18:41:17.026241+00', 55000);
INSERT INTO public.event VALUES (89, '20261121-7d8c7cd257', 'disruption', '2026-11-21 20:56:18.092241+00', 37000);
INSERT INTO public.event VALUES (90, '20261121-7d8c7cd257', 'detected', '2026-11-21 20:56:18.092241+00', 37000);
INSERT INTO public.event VALUES (91, '20261121-7d8c7cd257', 'declared', '2026-11-21 20:56:18.092241+00', 37000);
INSERT INTO public.event VALUES (92, '20261121-7d8c7cd257', 'recovery started', '2026-11-21 20:56:18.092241+00', 37000);
INSERT INTO public.event VALUES (93, '20261121-02d0f2f8ce', 'disruption', '2026-11-21 23:11:19.177241+00', 49000);
INSERT INTO public.event VALUES (94, '20261121-02d0f2f8ce', 'detected', '2026-11-21 23:11:19.177241+00', 49000);
INSERT INTO public.event VALUES (95, '20261121-02d0f2f8ce', 'declared', '2026-11-21 23:11:19.177241+00', 49000);
INSERT INTO public.event VALUES (96, '20261121-02d0f2f8ce', 'recovery started', '2026-11-21 23:11:19.177241+00', 49000);
INSERT INTO public.event VALUES (97, '20261121-02d0f2f8ce', 'accepted by the API', '2026-11-21 23:11:19.216241+00', 88000);
INSERT INTO public.event VALUES (98, '20261122-6247258047', 'disruption', '2026-11-22 01:26:20.271241+00', 45000);
INSERT INTO public.event VALUES (99, '20261122-6247258047', 'detected', '2026-11-22 01:26:20.271241+00', 45000);
INSERT INTO public.event VALUES (100, '20261122-6247258047', 'declared', '2026-11-22 01:26:20.271241+00', 45000);
INSERT INTO public.event VALUES (101, '20261122-6247258047', 'recovery started', '2026-11-22 01:26:20.271241+00', 45000);
INSERT INTO public.event VALUES (102, '20261122-6247258047', 'accepted by the API', '2026-11-22 01:26:20.291241+00', 65000);
INSERT INTO public.event VALUES (103, '20261122-e76ee4a877', 'disruption', '2026-11-22 03:41:21.376241+00', 51000);
INSERT INTO public.event VALUES (104, '20261122-e76ee4a877', 'detected', '2026-11-22 03:41:21.376241+00', 51000);
INSERT INTO public.event VALUES (105, '20261122-e76ee4a877', 'declared', '2026-11-22 03:41:21.376241+00', 51000);
INSERT INTO public.event VALUES (106, '20261122-e76ee4a877', 'recovery started', '2026-11-22 03:41:21.376241+00', 51000);
INSERT INTO public.event VALUES (107, '20261122-e76ee4a877', 'accepted by the API', '2026-11-22 03:41:21.396241+00', 71000);
INSERT INTO public.event VALUES (108, '20261122-e76ee4a877', 'infrastructure ready', '2026-11-22 03:42:27.471241+00', 66146000);
INSERT INTO public.event VALUES (109, '20261122-f386c0336a', 'disruption', '2026-11-22 06:06:40.894241+00', 82000);
INSERT INTO public.event VALUES (110, '20261122-f386c0336a', 'detected', '2026-11-22 06:06:40.894241+00', 82000);
INSERT INTO public.event VALUES (111, '20261122-f386c0336a', 'declared', '2026-11-22 06:06:40.894241+00', 82000);
INSERT INTO public.event VALUES (112, '20261122-f386c0336a', 'recovery started', '2026-11-22 06:06:40.894241+00', 82000);
INSERT INTO public.event VALUES (113, '20261122-f386c0336a', 'accepted by the API', '2026-11-22 06:06:40.927241+00', 115000);
INSERT INTO public.event VALUES (114, '20261122-f386c0336a', 'infrastructure ready', '2026-11-22 06:16:29.239241+00', 588427000);
INSERT INTO public.event VALUES (115, '20261122-7ef3ed6390', 'disruption', '2026-11-22 08:31:30.307241+00', 50000);
INSERT INTO public.event VALUES (116, '20261122-7ef3ed6390', 'detected', '2026-11-22 08:31:30.307241+00', 50000);
INSERT INTO public.event VALUES (117, '20261122-7ef3ed6390', 'declared', '2026-11-22 08:31:30.307241+00', 50000);
INSERT INTO public.event VALUES (118, '20261122-7ef3ed6390', 'recovery started', '2026-11-22 08:31:30.307241+00', 50000);
INSERT INTO public.event VALUES (119, '20261122-7ef3ed6390', 'accepted by the API', '2026-11-22 08:31:30.346241+00', 89000);
INSERT INTO public.event VALUES (120, '20261122-7ef3ed6390', 'infrastructure ready', '2026-11-22 08:47:53.197652+00', 982940412);
INSERT INTO public.event VALUES (121, '20261122-7ef3ed6390', 'data restored', '2026-11-22 08:47:59.217652+00', 988960412);
INSERT INTO public.event VALUES (122, '20261122-7ef3ed6390', 'data verified', '2026-11-22 08:47:59.232652+00', 988975412);
INSERT INTO public.event VALUES (123, '20261122-7ef3ed6390', 'service verified', '2026-11-22 08:47:59.235652+00', 988978412);
INSERT INTO public.event VALUES (124, '20261122-7ef3ed6390', 'clean', '2026-11-22 08:51:17.383652+00', 1187126412);
INSERT INTO public.event VALUES (125, '20261122-723a462a9a', 'disruption', '2026-11-22 08:51:17.493652+00', 92000);
INSERT INTO public.event VALUES (126, '20261122-723a462a9a', 'detected', '2026-11-22 08:51:17.493652+00', 92000);
INSERT INTO public.event VALUES (127, '20261122-723a462a9a', 'declared', '2026-11-22 08:51:17.493652+00', 92000);
INSERT INTO public.event VALUES (128, '20261122-723a462a9a', 'recovery started', '2026-11-22 08:51:17.493652+00', 92000);
INSERT INTO public.event VALUES (129, '20261122-723a462a9a', 'accepted by the API', '2026-11-22 08:51:17.526652+00', 125000);
INSERT INTO public.event VALUES (130, '20261122-723a462a9a', 'infrastructure ready', '2026-11-22 09:01:35.853652+00', 618452000);
INSERT INTO public.event VALUES (131, '20261122-723a462a9a', 'data restored', '2026-11-22 09:01:35.876652+00', 618475000);
INSERT INTO public.event VALUES (132, '20261122-723a462a9a', 'clean', '2026-11-22 09:02:11.962652+00', 654561000);
INSERT INTO public.event VALUES (133, '20261122-4d93d08564', 'disruption', '2026-11-22 11:17:13.072652+00', 92000);
INSERT INTO public.event VALUES (134, '20261122-4d93d08564', 'detected', '2026-11-22 11:17:13.072652+00', 92000);
INSERT INTO public.event VALUES (135, '20261122-4d93d08564', 'declared', '2026-11-22 11:17:13.072652+00', 92000);
INSERT INTO public.event VALUES (136, '20261122-4d93d08564', 'recovery started', '2026-11-22 11:17:13.072652+00', 92000);
INSERT INTO public.event VALUES (137, '20261122-4d93d08564', 'accepted by the API', '2026-11-22 11:17:13.105652+00', 125000);
INSERT INTO public.event VALUES (138, '20261122-4d93d08564', 'infrastructure ready', '2026-11-22 11:27:37.435652+00', 624455000);
INSERT INTO public.event VALUES (139, '20261122-4d93d08564', 'data restored', '2026-11-22 11:27:37.458652+00', 624478000);
INSERT INTO public.event VALUES (140, '20261122-4d93d08564', 'data verified', '2026-11-22 11:27:37.483652+00', 624503000);
INSERT INTO public.event VALUES (141, '20261122-4d93d08564', 'service verified', '2026-11-22 11:27:37.486652+00', 624506000);
INSERT INTO public.event VALUES (142, '20261122-4d93d08564', 'clean', '2026-11-22 11:28:07.547652+00', 654567000);
INSERT INTO public.event VALUES (143, '20261122-c61e33d4c8', 'disruption', '2026-11-22 13:43:08.621652+00', 56000);
INSERT INTO public.event VALUES (144, '20261122-c61e33d4c8', 'detected', '2026-11-22 13:43:08.621652+00', 56000);
INSERT INTO public.event VALUES (145, '20261122-c61e33d4c8', 'declared', '2026-11-22 13:43:08.621652+00', 56000);
INSERT INTO public.event VALUES (146, '20261122-c61e33d4c8', 'recovery started', '2026-11-22 13:43:08.621652+00', 56000);
INSERT INTO public.event VALUES (147, '20261122-c61e33d4c8', 'accepted by the API', '2026-11-22 13:43:08.660652+00', 95000);
INSERT INTO public.event VALUES (148, '20261122-de3a939aea', 'disruption', '2026-11-22 15:58:09.723652+00', 49000);
INSERT INTO public.event VALUES (149, '20261122-de3a939aea', 'detected', '2026-11-22 15:58:09.723652+00', 49000);
INSERT INTO public.event VALUES (150, '20261122-de3a939aea', 'declared', '2026-11-22 15:58:09.723652+00', 49000);
INSERT INTO public.event VALUES (151, '20261122-de3a939aea', 'recovery started', '2026-11-22 15:58:09.723652+00', 49000);
INSERT INTO public.event VALUES (152, '20261122-de3a939aea', 'accepted by the API', '2026-11-22 15:58:09.762652+00', 88000);
INSERT INTO public.exercise VALUES (1, '2026-q4-e195', 'Quarterly restore drills, 2026-Q4', 'Prove that every service can be restored within its tier''s RTO and RPO.', '2026-Q4', '2026-11-22 08:31:30.254241+00', '["orders-pitr", "sessions-pitr"]', '{"shop-replica": "not named", "orders-snapshot": "not named"}', 1, true, 120, 'local', '2026-11-22 09:02:11.977652+00', 'FAILED');
INSERT INTO public.exercise VALUES (2, '2026-q4-2085', 'Quarterly restore drills, 2026-Q4', 'Prove that every service can be restored within its tier''s RTO and RPO.', '2026-Q4', '2026-11-22 11:17:12.977652+00', '["sessions-pitr"]', '{"orders-pitr": "not named", "shop-replica": "not named", "orders-snapshot": "not named"}', 1, true, 120, 'local', NULL, NULL);
INSERT INTO public.exercise VALUES (3, '2026-q4-d7cd', 'Quarterly restore drills, 2026-Q4', 'Prove that every service can be restored within its tier''s RTO and RPO.', '2026-Q4', '2026-11-22 13:43:08.562652+00', '["orders-snapshot", "sessions-pitr"]', '{"orders-pitr": "not named", "shop-replica": "not named"}', 1, true, 120, 'local', NULL, NULL);
INSERT INTO public.exercise_lease VALUES ('2026-q4-e195', 'drills-1:14429:3b7f6e', '2025-11-20 09:24:01.099814+00', '2025-11-20 09:24:01.099814+00', NULL);
INSERT INTO public.exercise_lease VALUES ('2026-q4-2085', 'drills-1:14429:7a35e4', '2025-11-20 09:25:08.608147+00', '2025-11-20 09:25:38.608147+00', NULL);
INSERT INTO public.exercise_lease VALUES ('2026-q4-d7cd', 'drills-1:14429:a5ce4a', '2025-11-20 09:26:21.571355+00', '2025-11-20 09:26:51.571355+00', NULL);
INSERT INTO public.finding VALUES (1, '20261120-ba680fce50', '4fdf73d8869a6cb7', 'high', 'RPO missed: 3 h 02 m 01 s against < 1 h (tier 1)', 'The promise was not kept in this run.', 'Shop team');
INSERT INTO public.finding VALUES (2, '20261120-ba680fce50', '12aee689a16b7191', 'medium', 'Recovery points cannot guarantee RPO < 1 h', 'Worst case 3 h 24 m 44 s: largest gap between 3 snapshots, 3 h 22 m 53 s, plus 1 m 51 s for the backup.', 'Shop team');
INSERT INTO public.finding VALUES (3, '20261120-fcccb02a2c', '12aee689a16b7191', 'medium', 'Recovery points cannot guarantee RPO < 1 h', 'Worst case 5 h 24 m 44 s: largest gap between 4 snapshots, 5 h 22 m 53 s, plus 1 m 51 s for the backup.', 'Shop team');
INSERT INTO public.finding VALUES (4, '20261121-960357e3de', '38ca3729cf1640f9', 'high', 'dynamodb:DescribeContinuousBackups: point-in-time recovery is switched off for table sessions-prod', 'The recovery did not succeed in this run.', 'Shop team');
INSERT INTO public.finding VALUES (5, '20261121-f9ef77909a', '69949cc5499dbe71', 'high', 'A copy may still exist', 'rds-instance dro-20261121-f9ef77909a-orders-prod in us-east-1: rds:DeleteDBInstance: AccessDenied: User: arn:aws:iam::123456789012:user/lab is not authorized to perform this action: rds:DeleteDBInstance', 'Shop team');
INSERT INTO public.finding VALUES (6, '20261121-f9ef77909a', '12aee689a16b7191', 'medium', 'Recovery points cannot guarantee RPO < 1 h', 'Worst case 5 h 24 m 44 s: largest gap between 11 snapshots, 5 h 22 m 53 s, plus 1 m 51 s for the backup.', 'Shop team');
INSERT INTO public.finding VALUES (7, '20261121-ab6d4f13d5', '0e6b6f344028d548', 'high', 'A copy may still exist', 'dynamodb-table dro-20261121-ab6d4f13d5-sessions-prod in us-east-1: dynamodb:DeleteTable: AccessDeniedException: User: arn:aws:iam::123456789012:user/lab is not authorized to perform this action: dynamodb:DeleteTable', 'Shop team');
INSERT INTO public.finding VALUES (8, '20261122-723a462a9a', '5a3f4eac3482c44f', 'high', 'check ''heartbeat: the asked instant'' failed: expected newest heartbeat within 2 m before 2026-11-22 08:46:17 UTC, observed 2026-11-22 08:26:29 UTC, 19 m 49 s before it', 'The recovery did not succeed in this run.', 'Shop team');
INSERT INTO public.lease VALUES ('20261120-ba680fce50', 'drills-1:14429:5d1167', '2025-11-20 09:02:41.436466+00', '2025-11-20 09:02:41.436466+00', NULL);
INSERT INTO public.lease VALUES ('20261120-fcccb02a2c', 'drills-1:14429:8068fe', '2025-11-20 09:03:58.458637+00', '2025-11-20 09:03:58.458637+00', NULL);
INSERT INTO public.lease VALUES ('20261120-665fd31ca0', 'drills-1:14429:ebdc29', '2025-11-20 09:05:15.759782+00', '2025-11-20 09:05:15.759782+00', NULL);
INSERT INTO public.lease VALUES ('20261120-a28bba84bc', 'drills-1:14429:81f5f8', '2025-11-20 09:06:28.372298+00', '2025-11-20 09:06:28.372298+00', NULL);
INSERT INTO public.lease VALUES ('20261121-ea8c3c0c59', 'drills-1:14429:42d397', '2025-11-20 09:07:42.236473+00', '2025-11-20 09:07:42.236473+00', NULL);
INSERT INTO public.lease VALUES ('20261121-960357e3de', 'drills-1:14429:273315', '2025-11-20 09:07:42.236732+00', '2025-11-20 09:07:42.236732+00', NULL);
INSERT INTO public.lease VALUES ('20261121-6fb34acfba', 'drills-1:14429:274bbb', '2025-11-20 09:08:50.24589+00', '2025-11-20 09:08:50.24589+00', NULL);
INSERT INTO public.lease VALUES ('20261121-dd4c7d9409', 'drills-1:14429:f3e964', '2025-11-20 09:09:59.20624+00', '2025-11-20 09:09:59.20624+00', NULL);
INSERT INTO public.lease VALUES ('20261121-d91d69635f', 'drills-1:14429:20099c', '2025-11-20 09:12:07.015615+00', '2025-11-20 09:12:07.015615+00', 'ada@drills-1');
INSERT INTO public.lease VALUES ('20261121-f9ef77909a', 'drills-1:14429:18ee72', '2025-11-20 09:13:23.162394+00', '2025-11-20 09:13:23.162394+00', NULL);
INSERT INTO public.lease VALUES ('20261121-ab6d4f13d5', 'drills-1:14429:067bbc', '2025-11-20 09:14:35.624685+00', '2025-11-20 09:14:35.624685+00', NULL);
INSERT INTO public.lease VALUES ('20261121-2d782a3ae0', 'drills-1:14429:9b86d1', '2025-11-20 09:15:43.133069+00', '2025-11-20 09:16:13.133069+00', NULL);
INSERT INTO public.lease VALUES ('20261121-2f4c213611', 'drills-1:14429:0969fc', '2025-11-20 09:16:50.642102+00', '2025-11-20 09:17:20.642102+00', NULL);
INSERT INTO public.lease VALUES ('20261121-7d8c7cd257', 'drills-1:14429:d11050', '2025-11-20 09:17:58.151044+00', '2025-11-20 09:18:28.151044+00', NULL);
INSERT INTO public.lease VALUES ('20261121-02d0f2f8ce', 'drills-1:14429:fa6b9b', '2025-11-20 09:19:05.660194+00', '2025-11-20 09:19:35.660194+00', NULL);
INSERT INTO public.lease VALUES ('20261122-6247258047', 'drills-1:14429:6baa8a', '2025-11-20 09:20:13.169352+00', '2025-11-20 09:20:43.169352+00', NULL);
INSERT INTO public.lease VALUES ('20261122-e76ee4a877', 'drills-1:14429:ebb54d', '2025-11-20 09:21:25.831744+00', '2025-11-20 09:21:55.831744+00', NULL);
INSERT INTO public.lease VALUES ('20261122-f386c0336a', 'drills-1:14429:0b14bf', '2025-11-20 09:22:38.243785+00', '2025-11-20 09:23:08.243785+00', NULL);
INSERT INTO public.lease VALUES ('20261122-7ef3ed6390', 'drills-1:14429:c84f0d', '2025-11-20 09:23:55.644989+00', '2025-11-20 09:23:55.644989+00', NULL);
INSERT INTO public.lease VALUES ('20261122-723a462a9a', 'drills-1:14429:fe8783', '2025-11-20 09:24:01.099814+00', '2025-11-20 09:24:01.099814+00', NULL);
INSERT INTO public.lease VALUES ('20261122-4d93d08564', 'drills-1:14429:88bf0b', '2025-11-20 09:25:14.063022+00', '2025-11-20 09:25:44.063022+00', NULL);
INSERT INTO public.lease VALUES ('20261122-c61e33d4c8', 'drills-1:14429:11401e', '2025-11-20 09:26:21.57223+00', '2025-11-20 09:26:51.57223+00', NULL);
INSERT INTO public.lease VALUES ('20261122-de3a939aea', 'drills-1:14429:4a51e8', '2025-11-20 09:27:29.081414+00', '2025-11-20 09:27:59.081414+00', NULL);
INSERT INTO public.observation VALUES (1, '20261120-ba680fce50', 'dro-20261120-ba680fce50-orders-prod', 'creating', '2026-11-20 14:02:00.121+00', 116000);
INSERT INTO public.observation VALUES (2, '20261120-ba680fce50', 'dro-20261120-ba680fce50-orders-prod', 'available', '2026-11-20 14:19:40.172932+00', 1060167932);
INSERT INTO public.observation VALUES (3, '20261120-ba680fce50', 'dro-20261120-ba680fce50-orders-prod', 'deleting', '2026-11-20 14:19:46.253932+00', 1066248932);
INSERT INTO public.observation VALUES (4, '20261120-ba680fce50', 'dro-20261120-ba680fce50-orders-prod', 'absent', '2026-11-20 14:22:52.346932+00', 1252341932);
INSERT INTO public.observation VALUES (5, '20261120-fcccb02a2c', 'dro-20261120-fcccb02a2c-orders-prod', 'creating', '2026-11-20 16:37:53.486932+00', 108000);
INSERT INTO public.observation VALUES (6, '20261120-fcccb02a2c', 'dro-20261120-fcccb02a2c-orders-prod', 'available', '2026-11-20 16:53:48.836404+00', 955457472);
INSERT INTO public.observation VALUES (7, '20261120-fcccb02a2c', 'dro-20261120-fcccb02a2c-orders-prod', 'deleting', '2026-11-20 16:53:54.917404+00', 961538472);
INSERT INTO public.observation VALUES (8, '20261120-fcccb02a2c', 'dro-20261120-fcccb02a2c-orders-prod', 'absent', '2026-11-20 16:56:55.007404+00', 1141628472);
INSERT INTO public.observation VALUES (9, '20261120-665fd31ca0', 'dro-20261120-665fd31ca0-orders-prod', 'creating', '2026-11-20 19:11:56.141404+00', 102000);
INSERT INTO public.observation VALUES (10, '20261120-665fd31ca0', 'dro-20261120-665fd31ca0-orders-prod', 'available', '2026-11-20 19:28:18.974815+00', 982935412);
INSERT INTO public.observation VALUES (11, '20261120-665fd31ca0', 'dro-20261120-665fd31ca0-orders-prod', 'deleting', '2026-11-20 19:28:25.057815+00', 989018412);
INSERT INTO public.observation VALUES (12, '20261120-665fd31ca0', 'dro-20261120-665fd31ca0-orders-prod', 'absent', '2026-11-20 19:31:31.150815+00', 1175111412);
INSERT INTO public.observation VALUES (13, '20261120-a28bba84bc', 'dro-20261120-a28bba84bc-sessions-prod', 'CREATING', '2026-11-20 21:46:32.253815+00', 77000);
INSERT INTO public.observation VALUES (14, '20261120-a28bba84bc', 'dro-20261120-a28bba84bc-sessions-prod', 'ACTIVE', '2026-11-20 21:56:08.541815+00', 576365000);
INSERT INTO public.observation VALUES (15, '20261120-a28bba84bc', 'dro-20261120-a28bba84bc-sessions-prod', 'DELETING', '2026-11-20 21:56:08.634815+00', 576458000);
INSERT INTO public.observation VALUES (16, '20261120-a28bba84bc', 'dro-20261120-a28bba84bc-sessions-prod', 'absent', '2026-11-20 21:56:44.652815+00', 612476000);
INSERT INTO public.observation VALUES (17, '20261121-ea8c3c0c59', 'dro-20261121-ea8c3c0c59-shop-prod', 'CREATE_IN_PROGRESS', '2026-11-21 00:11:45.777815+00', 99000);
INSERT INTO public.observation VALUES (18, '20261121-ea8c3c0c59', 'dro-20261121-ea8c3c0c59-shop-prod', 'CREATE_COMPLETE', '2026-11-21 00:12:57.813815+00', 72135000);
INSERT INTO public.observation VALUES (19, '20261121-ea8c3c0c59', 'dro-20261121-ea8c3c0c59-interim-sessions-prod', 'CREATING', '2026-11-21 00:13:03.836815+00', 78158000);
INSERT INTO public.observation VALUES (20, '20261121-ea8c3c0c59', 'dro-20261121-ea8c3c0c59-interim-sessions-prod', 'ACTIVE', '2026-11-21 00:22:16.112815+00', 630434000);
INSERT INTO public.observation VALUES (21, '20261121-ea8c3c0c59', 'dro-20261121-ea8c3c0c59-interim-sessions-prod', 'DELETING', '2026-11-21 00:22:16.244815+00', 630566000);
INSERT INTO public.observation VALUES (22, '20261121-ea8c3c0c59', 'dro-20261121-ea8c3c0c59-interim-sessions-prod', 'absent', '2026-11-21 00:22:46.259815+00', 660581000);
INSERT INTO public.observation VALUES (23, '20261121-ea8c3c0c59', 'dro-20261121-ea8c3c0c59-shop-prod', 'DELETE_IN_PROGRESS', '2026-11-21 00:22:46.294815+00', 660616000);
INSERT INTO public.observation VALUES (24, '20261121-ea8c3c0c59', 'dro-20261121-ea8c3c0c59-shop-prod', 'DELETE_COMPLETE', '2026-11-21 00:24:28.345815+00', 762667000);
INSERT INTO public.observation VALUES (25, '20261121-dd4c7d9409', 'dro-20261121-dd4c7d9409-orders-prod', 'deleting', '2026-11-21 04:55:30.638815+00', 129000);
INSERT INTO public.observation VALUES (26, '20261121-dd4c7d9409', 'dro-20261121-dd4c7d9409-orders-prod', 'absent', '2026-11-21 04:58:24.725815+00', 174216000);
INSERT INTO public.observation VALUES (27, '20261121-f9ef77909a', 'dro-20261121-f9ef77909a-orders-prod', 'creating', '2026-11-21 11:29:02.984815+00', 108000);
INSERT INTO public.observation VALUES (28, '20261121-f9ef77909a', 'dro-20261121-f9ef77909a-orders-prod', 'available', '2026-11-21 11:46:13.393241+00', 1030516425);
INSERT INTO public.observation VALUES (29, '20261121-ab6d4f13d5', 'dro-20261121-ab6d4f13d5-sessions-prod', 'CREATING', '2026-11-21 14:01:20.565241+00', 75000);
INSERT INTO public.observation VALUES (30, '20261121-ab6d4f13d5', 'dro-20261121-ab6d4f13d5-sessions-prod', 'ACTIVE', '2026-11-21 14:11:14.862241+00', 594372000);
INSERT INTO public.observation VALUES (31, '20261122-e76ee4a877', 'dro-20261122-e76ee4a877-shop-prod', 'CREATE_IN_PROGRESS', '2026-11-22 03:41:21.434241+00', 109000);
INSERT INTO public.observation VALUES (32, '20261122-e76ee4a877', 'dro-20261122-e76ee4a877-shop-prod', 'CREATE_COMPLETE', '2026-11-22 03:42:27.467241+00', 66142000);
INSERT INTO public.observation VALUES (33, '20261122-e76ee4a877', 'dro-20261122-e76ee4a877-interim-sessions-prod', 'CREATING', '2026-11-22 03:42:33.490241+00', 72165000);
INSERT INTO public.observation VALUES (34, '20261122-e76ee4a877', 'dro-20261122-e76ee4a877-interim-sessions-prod', 'ACTIVE', '2026-11-22 03:51:39.763241+00', 618438000);
INSERT INTO public.observation VALUES (35, '20261122-f386c0336a', 'dro-20261122-f386c0336a-sessions-prod', 'CREATING', '2026-11-22 06:06:40.941241+00', 129000);
INSERT INTO public.observation VALUES (36, '20261122-f386c0336a', 'dro-20261122-f386c0336a-sessions-prod', 'ACTIVE', '2026-11-22 06:16:29.235241+00', 588423000);
INSERT INTO public.observation VALUES (37, '20261122-7ef3ed6390', 'dro-20261122-7ef3ed6390-orders-prod', 'creating', '2026-11-22 08:31:30.360241+00', 103000);
INSERT INTO public.observation VALUES (38, '20261122-7ef3ed6390', 'dro-20261122-7ef3ed6390-orders-prod', 'available', '2026-11-22 08:47:53.193652+00', 982936412);
INSERT INTO public.observation VALUES (39, '20261122-7ef3ed6390', 'dro-20261122-7ef3ed6390-orders-prod', 'deleting', '2026-11-22 08:47:59.276652+00', 989019412);
INSERT INTO public.observation VALUES (40, '20261122-7ef3ed6390', 'dro-20261122-7ef3ed6390-orders-prod', 'absent', '2026-11-22 08:51:17.375652+00', 1187118412);
INSERT INTO public.observation VALUES (41, '20261122-723a462a9a', 'dro-20261122-723a462a9a-sessions-prod', 'CREATING', '2026-11-22 08:51:17.540652+00', 139000);
INSERT INTO public.observation VALUES (42, '20261122-723a462a9a', 'dro-20261122-723a462a9a-sessions-prod', 'ACTIVE', '2026-11-22 09:01:35.849652+00', 618448000);
INSERT INTO public.observation VALUES (43, '20261122-723a462a9a', 'dro-20261122-723a462a9a-sessions-prod', 'DELETING', '2026-11-22 09:01:35.936652+00', 618535000);
INSERT INTO public.observation VALUES (44, '20261122-723a462a9a', 'dro-20261122-723a462a9a-sessions-prod', 'absent', '2026-11-22 09:02:11.954652+00', 654553000);
INSERT INTO public.observation VALUES (45, '20261122-4d93d08564', 'dro-20261122-4d93d08564-sessions-prod', 'CREATING', '2026-11-22 11:17:13.119652+00', 139000);
INSERT INTO public.observation VALUES (46, '20261122-4d93d08564', 'dro-20261122-4d93d08564-sessions-prod', 'ACTIVE', '2026-11-22 11:27:37.431652+00', 624451000);
INSERT INTO public.observation VALUES (47, '20261122-4d93d08564', 'dro-20261122-4d93d08564-sessions-prod', 'DELETING', '2026-11-22 11:27:37.524652+00', 624544000);
INSERT INTO public.observation VALUES (48, '20261122-4d93d08564', 'dro-20261122-4d93d08564-sessions-prod', 'absent', '2026-11-22 11:28:07.539652+00', 654559000);
INSERT INTO public.recovery_point VALUES (1, '20261120-ba680fce50', 'orders-by-hand', 'snapshot', '2026-11-20 11:00:00+00', 'SnapshotDatabaseTime', '2026-11-20 11:00:00+00', true, 100, NULL, NULL, NULL, 'orders-db');
INSERT INTO public.recovery_point VALUES (2, '20261120-fcccb02a2c', 'orders-1', 'snapshot', '2026-11-20 16:22:52.375932+00', 'SnapshotDatabaseTime', '2026-11-20 16:22:52.375932+00', true, 100, NULL, NULL, NULL, 'orders-db');
INSERT INTO public.recovery_point VALUES (3, '20261120-665fd31ca0', 'orders-prod@2026-11-20T19:06:56Z', 'continuous', '2026-11-20 19:06:56.101404+00', 'latest restorable time', NULL, NULL, NULL, '2026-11-20 09:06:57.572693+00', '2026-11-20 19:06:56.101404+00', NULL, 'orders-db');
INSERT INTO public.recovery_point VALUES (4, '20261120-a28bba84bc', 'sessions-prod@2026-11-20T21:41:32Z', 'continuous', '2026-11-20 21:41:32.219+00', 'latest restorable time', NULL, NULL, NULL, '2026-11-20 13:01:00+00', '2026-11-20 21:41:32.219+00', NULL, 'sessions');
INSERT INTO public.recovery_point VALUES (5, '20261121-ea8c3c0c59', 'sessions-prod@2026-11-21T00:06:45Z', 'continuous', '2026-11-21 00:06:45.746+00', 'latest restorable time', NULL, NULL, NULL, '2026-11-20 13:01:00+00', '2026-11-21 00:06:45.746+00', NULL, 'sessions');
INSERT INTO public.recovery_point VALUES (6, '20261121-6fb34acfba', 'sessions-prod@2026-11-21T02:34:29Z', 'continuous', '2026-11-21 02:34:29.451+00', 'latest restorable time', NULL, NULL, NULL, '2026-11-21 00:24:28.407+00', '2026-11-21 02:34:29.451+00', NULL, 'sessions');
INSERT INTO public.recovery_point VALUES (7, '20261121-dd4c7d9409', 'orders-prod@2026-11-21T04:50:30Z', 'continuous', '2026-11-21 04:50:30.571815+00', 'latest restorable time', NULL, NULL, NULL, '2026-11-20 09:06:57.572693+00', '2026-11-21 04:50:30.571815+00', NULL, 'orders-db');
INSERT INTO public.recovery_point VALUES (8, '20261121-d91d69635f', 'sessions-prod@2026-11-21T07:08:25Z', 'continuous', '2026-11-21 07:08:25.792+00', 'latest restorable time', NULL, NULL, NULL, '2026-11-21 00:24:28.407+00', '2026-11-21 07:08:25.792+00', NULL, 'sessions');
INSERT INTO public.recovery_point VALUES (9, '20261121-f9ef77909a', 'orders-8', 'snapshot', '2026-11-21 11:14:01.873815+00', 'SnapshotDatabaseTime', '2026-11-21 11:14:01.873815+00', true, 100, NULL, NULL, NULL, 'orders-db');
INSERT INTO public.recovery_point VALUES (10, '20261121-ab6d4f13d5', 'sessions-prod@2026-11-21T13:56:20Z', 'continuous', '2026-11-21 13:56:20.531+00', 'latest restorable time', NULL, NULL, NULL, '2026-11-21 00:24:28.407+00', '2026-11-21 13:56:20.531+00', NULL, 'sessions');
INSERT INTO public.recovery_point VALUES (11, '20261121-2f4c213611', 'orders-11', 'snapshot', '2026-11-21 18:26:15.968241+00', 'SnapshotDatabaseTime', '2026-11-21 18:26:15.968241+00', true, 100, NULL, NULL, NULL, 'orders-db');
INSERT INTO public.recovery_point VALUES (12, '20261121-7d8c7cd257', 'sessions-prod@2026-11-21T20:51:18Z', 'continuous', '2026-11-21 20:51:18.105+00', 'latest restorable time', NULL, NULL, NULL, '2026-11-21 00:24:28.407+00', '2026-11-21 20:51:18.105+00', NULL, 'sessions');
INSERT INTO public.recovery_point VALUES (13, '20261121-02d0f2f8ce', 'orders-prod@2026-11-21T23:06:19Z', 'continuous', '2026-11-21 23:06:19.190241+00', 'latest restorable time', NULL, NULL, NULL, '2026-11-20 09:06:57.572693+00', '2026-11-21 23:06:19.190241+00', NULL, 'orders-db');
INSERT INTO public.recovery_point VALUES (14, '20261122-6247258047', 'sessions-prod@2026-11-22T01:21:20Z', 'continuous', '2026-11-22 01:21:20.298+00', 'latest restorable time', NULL, NULL, NULL, '2026-11-21 00:24:28.407+00', '2026-11-22 01:21:20.298+00', NULL, 'sessions');
INSERT INTO public.recovery_point VALUES (15, '20261122-e76ee4a877', 'sessions-prod@2026-11-22T03:36:21Z', 'continuous', '2026-11-22 03:36:21.403+00', 'latest restorable time', NULL, NULL, NULL, '2026-11-21 00:24:28.407+00', '2026-11-22 03:36:21.403+00', NULL, 'sessions');
INSERT INTO public.recovery_point VALUES (16, '20261122-f386c0336a', 'sessions-prod@2026-11-22T06:01:40Z', 'continuous', '2026-11-22 06:01:40.907+00', 'latest restorable time', NULL, NULL, NULL, '2026-11-21 00:24:28.407+00', '2026-11-22 06:01:40.907+00', NULL, 'sessions');
INSERT INTO public.recovery_point VALUES (17, '20261122-7ef3ed6390', 'orders-prod@2026-11-22T08:26:30Z', 'continuous', '2026-11-22 08:26:30.320241+00', 'latest restorable time', NULL, NULL, NULL, '2026-11-20 09:06:57.572693+00', '2026-11-22 08:26:30.320241+00', NULL, 'orders-db');
INSERT INTO public.recovery_point VALUES (18, '20261122-723a462a9a', 'sessions-prod@2026-11-22T08:46:17Z', 'continuous', '2026-11-22 08:46:17.506+00', 'latest restorable time', NULL, NULL, NULL, '2026-11-21 00:24:28.407+00', '2026-11-22 08:46:17.506+00', NULL, 'sessions');
INSERT INTO public.recovery_point VALUES (19, '20261122-4d93d08564', 'sessions-prod@2026-11-22T11:12:13Z', 'continuous', '2026-11-22 11:12:13.085+00', 'latest restorable time', NULL, NULL, NULL, '2026-11-21 00:24:28.407+00', '2026-11-22 11:12:13.085+00', NULL, 'sessions');
INSERT INTO public.recovery_point VALUES (20, '20261122-c61e33d4c8', 'orders-19', 'snapshot', '2026-11-22 13:28:07.562652+00', 'SnapshotDatabaseTime', '2026-11-22 13:28:07.562652+00', true, 100, NULL, NULL, NULL, 'orders-db');
INSERT INTO public.recovery_point VALUES (21, '20261122-de3a939aea', 'orders-prod@2026-11-22T15:53:09Z', 'continuous', '2026-11-22 15:53:09.736652+00', 'latest restorable time', NULL, NULL, NULL, '2026-11-20 09:06:57.572693+00', '2026-11-22 15:53:09.736652+00', NULL, 'orders-db');
INSERT INTO public.run VALUES (1, '20261120-ba680fce50', 1, NULL, 'orders-snapshot', 'snapshot-restore', 'shop', 'The shop', 'Shop team', 1, 'orders-db', 'orders-prod', 'application', 'primary', 'latest', '["heartbeat"]', '2026-11-20 14:02:00.005+00', 2592000000000, '<', 3600000000, '<', 'tier 1', '2026-Q4', 'disruption', 600000000, 1200000000, '0.1.0', '6e4e87ae3705e0e7', '0f6ad4c680143a69', '123456789012', 'arn:aws:sts::123456789012:user/moto', 'us-east-1', 'http://127.0.0.1:38855', true, 120, 'local', 'ada', '2026-11-20 14:22:52.375932+00', 'FAILED', '["RPO missed: 3 h 02 m 01 s against < 1 h (tier 1)"]', 'CLEAN', '[]', 2866144932, 1066144932, 1066144932, 10920068000, 'A', 'newest instant in the copy, check ''heartbeat''', '2026-11-20 14:02:00.068+00', '2026-11-20 11:00:00+00', 12283238139, 'largest gap between 3 snapshots, 3 h 22 m 53 s, plus 1 m 51 s for the backup', 'missed', '2', 2866144932, NULL, 12172357932, 12172357932, 110880207, 2592000000000, 3600000000, '<', '<', 'tier 1', '2026-Q4', '2025-11-20 09:02:31.000042+00');
INSERT INTO public.run VALUES (2, '20261120-fcccb02a2c', 1, NULL, 'orders-snapshot', 'snapshot-restore', 'shop', 'The shop', 'Shop team', 1, 'orders-db', 'orders-prod', 'application', 'primary', 'latest', '["heartbeat"]', '2026-11-20 16:37:53.378932+00', 2592000000000, '<', 3600000000, '<', 'tier 1', '2026-Q4', 'disruption', 600000000, 1200000000, '0.1.0', '6e4e87ae3705e0e7', '0f6ad4c680143a69', '123456789012', 'arn:aws:sts::123456789012:user/moto', 'us-east-1', 'http://127.0.0.1:38855', true, 120, 'local', 'ada', '2026-11-20 16:56:55.036404+00', 'PASSED WITH FINDINGS', '["RTO met: 46 m 02 s against < 720 h", "RPO met: 15 m 02 s against < 1 h", "Recovery points cannot guarantee RPO < 1 h"]', 'CLEAN', '[]', 2761442472, 961442472, 961442472, 901058000, 'A', 'newest instant in the copy, check ''heartbeat''', '2026-11-20 16:37:53.433932+00', '2026-11-20 16:22:52.375932+00', 19483256139, 'largest gap between 4 snapshots, 5 h 22 m 53 s, plus 1 m 51 s for the backup', 'missed', '2', 2761442472, NULL, 19372375932, 19372375932, 110880207, 2592000000000, 3600000000, '<', '<', 'tier 1', '2026-Q4', '2025-11-20 09:03:48.944824+00');
INSERT INTO public.run VALUES (3, '20261120-665fd31ca0', 1, NULL, 'orders-pitr', 'pitr-restore', 'shop', 'The shop', 'Shop team', 1, 'orders-db', 'orders-prod', 'application', 'primary', 'latest', '["heartbeat"]', '2026-11-20 19:11:56.039404+00', 2592000000000, '<', 3600000000, '<', 'tier 1', '2026-Q4', 'disruption', 600000000, 1200000000, '0.1.0', '96df8b3b7865dc32', '0f6ad4c680143a69', '123456789012', 'arn:aws:sts::123456789012:user/moto', 'us-east-1', 'http://127.0.0.1:38855', true, 120, 'local', 'ada', '2026-11-20 19:31:31.173815+00', 'PASSED', '["RTO met: 46 m 29 s against < 720 h", "RPO met: 6 m against < 1 h"]', 'CLEAN', '[]', 2788928412, 988928412, 988928412, 360000000, 'A', 'newest instant in the copy, check ''heartbeat''', '2026-11-20 19:11:56.088404+00', '2026-11-20 19:05:56.088404+00', 299996000, 'lag of the latest restorable time', 'met', '2', 2788928412, NULL, NULL, NULL, NULL, 2592000000000, 3600000000, '<', '<', 'tier 1', '2026-Q4', '2025-11-20 09:05:05.966995+00');
INSERT INTO public.run VALUES (4, '20261120-a28bba84bc', 1, NULL, 'sessions-pitr', 'pitr-restore', 'shop', 'The shop', 'Shop team', 1, 'sessions', 'sessions-prod', 'application', 'primary', 'latest', '["heartbeat", "sessions are there"]', '2026-11-20 21:46:32.176815+00', 2592000000000, '<', 3600000000, '<', 'tier 1', '2026-Q4', 'disruption', 600000000, 1200000000, '0.1.0', '6229c62153058d82', '0f6ad4c680143a69', '123456789012', 'arn:aws:sts::123456789012:user/moto', 'us-east-1', 'http://127.0.0.1:38855', true, 120, 'local', 'ada', '2026-11-20 21:56:44.675815+00', 'PASSED', '["RTO met: 39 m 37 s against < 720 h", "RPO met: 5 m 02 s against < 1 h"]', 'CLEAN', '[]', 2376390000, 576390000, 576390000, 301033000, 'A', 'newest instant in the copy, check ''heartbeat''', '2026-11-20 21:46:32.206815+00', '2026-11-20 21:41:31.173815+00', 299996815, 'lag of the latest restorable time', 'met', '2', 2376390000, NULL, NULL, NULL, NULL, 2592000000000, 3600000000, '<', '<', 'tier 1', '2026-Q4', '2025-11-20 09:06:23.26814+00');
INSERT INTO public.run VALUES (5, '20261121-ea8c3c0c59', 1, NULL, 'shop-replica', 'replica-rebuild', 'shop', 'The shop', 'Shop team', 1, 'environment', 'shop-prod', 'infrastructure', 'primary', 'latest', '["heartbeat", "sessions are there"]', '2026-11-21 00:11:45.678815+00', 2592000000000, '<', 3600000000, '<', 'tier 1', '2026-Q4', 'disruption', 600000000, 1200000000, '0.1.0', '64cbbd1c0a7e2ea7', '0f6ad4c680143a69', '123456789012', 'arn:aws:sts::123456789012:user/moto', 'us-east-1', 'http://127.0.0.1:38855', true, 120, 'local', 'ada', '2026-11-21 00:24:28.376815+00', 'PASSED', '["RTO met: 40 m 31 s against < 720 h", "RPO met: 5 m 02 s against < 1 h"]', 'CLEAN', '[]', 2430478000, 630478000, 630478000, 301044000, 'A', 'newest instant in the copy, check ''heartbeat''', '2026-11-21 00:11:45.719815+00', '2026-11-21 00:06:44.675815+00', 299996815, 'lag of the latest restorable time', 'met', '2', 2430478000, NULL, NULL, NULL, NULL, 2592000000000, 3600000000, '<', '<', 'tier 1', '2026-Q4', '2025-11-20 09:07:35.880657+00');
INSERT INTO public.run VALUES (6, '20261121-960357e3de', 1, NULL, 'sessions-pitr', 'pitr-restore', 'shop', 'The shop', 'Shop team', 1, 'sessions', 'sessions-prod', 'application', 'primary', 'latest', '["heartbeat", "sessions are there"]', '2026-11-21 00:24:28.379815+00', 2592000000000, '<', 3600000000, '<', 'tier 1', '2026-Q4', 'disruption', 600000000, 1200000000, '0.1.0', '6229c62153058d82', '0f6ad4c680143a69', '123456789012', 'arn:aws:sts::123456789012:user/moto', 'us-east-1', 'http://127.0.0.1:38855', true, 120, 'local', 'ada', '2026-11-21 00:24:28.407815+00', 'FAILED', '["dynamodb:DescribeContinuousBackups: point-in-time recovery is switched off for table sessions-prod", "no mandatory check of the data ran", "RTA was not measured: the service was never verified", "RPA was not measured: no instant was read from the copy", "check ''heartbeat'' was not reached", "check ''sessions are there'' was not reached"]', 'CLEAN', '[]', NULL, NULL, NULL, NULL, '', '', NULL, NULL, NULL, '', 'not measured', '2', NULL, NULL, NULL, NULL, NULL, 2592000000000, 3600000000, '<', '<', 'tier 1', '2026-Q4', '2025-11-20 09:07:42.236498+00');
INSERT INTO public.run VALUES (7, '20261121-6fb34acfba', 1, NULL, 'sessions-pitr', 'pitr-restore', 'shop', 'The shop', 'Shop team', 1, 'sessions', 'sessions-prod', 'application', 'primary', 'latest', '["heartbeat", "sessions are there"]', '2026-11-21 02:39:29.410815+00', 2592000000000, '<', 3600000000, '<', 'tier 1', '2026-Q4', 'disruption', 600000000, 1200000000, '0.1.0', '6229c62153058d82', '0f6ad4c680143a69', '123456789012', 'arn:aws:sts::123456789012:user/moto', 'us-east-1', 'http://127.0.0.1:38855', true, 120, 'local', 'ada', '2026-11-21 02:40:29.506815+00', 'INCONCLUSIVE', '["dynamodb:RestoreTableToPointInTime: AccessDeniedException: User: arn:aws:iam::123456789012:user/lab is not authorized to perform this action: dynamodb:RestoreTableToPointInTime", "no mandatory check of the data ran", "RTA was not measured: the service was never verified", "RPA was not measured: no instant was read from the copy", "RPA has grade E, from the schedule: arithmetic is no evidence", "check ''heartbeat'' was not reached", "check ''sessions are there'' was not reached"]', 'CLEAN', '[]', NULL, NULL, NULL, 299996815, 'E', 'arithmetic: lag of the latest restorable time', '2026-11-21 02:39:29.438815+00', NULL, 299996815, 'lag of the latest restorable time', 'met', '2', NULL, NULL, NULL, NULL, NULL, 2592000000000, 3600000000, '<', '<', 'tier 1', '2026-Q4', '2025-11-20 09:08:49.74509+00');
INSERT INTO public.run VALUES (8, '20261121-dd4c7d9409', 1, NULL, 'orders-pitr', 'pitr-restore', 'shop', 'The shop', 'Shop team', 1, 'orders-db', 'orders-prod', 'application', 'primary', 'latest', '["heartbeat"]', '2026-11-21 04:55:30.509815+00', 2592000000000, '<', 3600000000, '<', 'tier 1', '2026-Q4', 'disruption', 600000000, 1200000000, '0.1.0', '96df8b3b7865dc32', '0f6ad4c680143a69', '123456789012', 'arn:aws:sts::123456789012:user/moto', 'us-east-1', 'http://127.0.0.1:38855', true, 120, 'local', 'ada', '2026-11-21 04:58:24.748815+00', 'ABORTED', '["stopped on request", "no mandatory check of the data ran", "RTA was not measured: the service was never verified", "RPA was not measured: no instant was read from the copy", "RPA has grade E, from the schedule: arithmetic is no evidence", "check ''heartbeat'' was not reached"]', 'CLEAN', '[]', NULL, NULL, NULL, 299996000, 'E', 'arithmetic: lag of the latest restorable time', '2026-11-21 04:55:30.558815+00', NULL, 299996000, 'lag of the latest restorable time', 'met', '2', NULL, NULL, NULL, NULL, NULL, 2592000000000, 3600000000, '<', '<', 'tier 1', '2026-Q4', '2025-11-20 09:09:57.754248+00');
INSERT INTO public.run VALUES (9, '20261121-d91d69635f', 1, NULL, 'sessions-pitr', 'pitr-restore', 'shop', 'The shop', 'Shop team', 1, 'sessions', 'sessions-prod', 'application', 'primary', 'latest', '["heartbeat", "sessions are there"]', '2026-11-21 07:13:25.751815+00', 2592000000000, '<', 3600000000, '<', 'tier 1', '2026-Q4', 'disruption', 600000000, 1200000000, '0.1.0', '6229c62153058d82', '0f6ad4c680143a69', '123456789012', 'arn:aws:sts::123456789012:user/moto', 'us-east-1', 'http://127.0.0.1:38855', true, 120, 'local', 'ada', '2026-11-21 09:14:01.873815+00', 'ABORTED', '["aborted by ada@drills-1: its process is gone, and its copies were taken down by `dro abort`", "no mandatory check of the data ran", "RTA was not measured: the service was never verified", "RPA was not measured: no instant was read from the copy", "check ''heartbeat'' was not reached", "check ''sessions are there'' was not reached"]', 'CLEAN', '[]', NULL, NULL, NULL, NULL, '', '', '2026-11-21 07:13:25.779815+00', NULL, NULL, '', 'not measured', '2', NULL, NULL, NULL, NULL, NULL, 2592000000000, 3600000000, '<', '<', 'tier 1', '2026-Q4', '2025-11-20 09:11:06.714598+00');
INSERT INTO public.run VALUES (10, '20261121-f9ef77909a', 1, NULL, 'orders-snapshot', 'snapshot-restore', 'shop', 'The shop', 'Shop team', 1, 'orders-db', 'orders-prod', 'application', 'primary', 'latest', '["heartbeat"]', '2026-11-21 11:29:02.876815+00', 2592000000000, '<', 3600000000, '<', 'tier 1', '2026-Q4', 'disruption', 600000000, 1200000000, '0.1.0', '6e4e87ae3705e0e7', '0f6ad4c680143a69', '123456789012', 'arn:aws:sts::123456789012:user/moto', 'us-east-1', 'http://127.0.0.1:38855', true, 120, 'local', 'ada', '2026-11-21 11:46:19.487241+00', 'PASSED WITH FINDINGS', '["RTO met: 47 m 17 s against < 720 h", "RPO met: 15 m 02 s against < 1 h", "A copy may still exist", "Recovery points cannot guarantee RPO < 1 h"]', 'LEFTOVERS', '["rds-instance dro-20261121-f9ef77909a-orders-prod in us-east-1: rds:DeleteDBInstance: AccessDenied: User: arn:aws:iam::123456789012:user/lab is not authorized to perform this action: rds:DeleteDBInstance"]', 2836501425, 1036501425, 1036501425, 901058000, 'A', 'newest instant in the copy, check ''heartbeat''', '2026-11-21 11:29:02.931815+00', '2026-11-21 11:14:01.873815+00', 19483256139, 'largest gap between 11 snapshots, 5 h 22 m 53 s, plus 1 m 51 s for the backup', 'missed', '2', 2836501425, NULL, 19372375932, 19372375932, 110880207, 2592000000000, 3600000000, '<', '<', 'tier 1', '2026-Q4', '2025-11-20 09:13:14.523973+00');
INSERT INTO public.run VALUES (11, '20261121-ab6d4f13d5', 1, NULL, 'sessions-pitr', 'pitr-restore', 'shop', 'The shop', 'Shop team', 1, 'sessions', 'sessions-prod', 'application', 'primary', 'latest', '["heartbeat", "sessions are there"]', '2026-11-21 14:01:20.490241+00', 2592000000000, '<', 3600000000, '<', 'tier 1', '2026-Q4', 'disruption', 600000000, 1200000000, '0.1.0', '6229c62153058d82', '0f6ad4c680143a69', '123456789012', 'arn:aws:sts::123456789012:user/moto', 'us-east-1', 'http://127.0.0.1:38855', true, 120, 'local', 'ada', '2026-11-21 14:11:14.962241+00', 'PASSED WITH FINDINGS', '["RTO met: 39 m 55 s against < 720 h", "RPO met: 5 m 02 s against < 1 h", "A copy may still exist"]', 'LEFTOVERS', '["dynamodb-table dro-20261121-ab6d4f13d5-sessions-prod in us-east-1: dynamodb:DeleteTable: AccessDeniedException: User: arn:aws:iam::123456789012:user/lab is not authorized to perform this action: dynamodb:DeleteTable"]', 2394399000, 594399000, 594399000, 301031000, 'A', 'newest instant in the copy, check ''heartbeat''', '2026-11-21 14:01:20.518241+00', '2026-11-21 13:56:19.487241+00', 299996241, 'lag of the latest restorable time', 'met', '2', 2394399000, NULL, NULL, NULL, NULL, 2592000000000, 3600000000, '<', '<', 'tier 1', '2026-Q4', '2025-11-20 09:14:30.670752+00');
INSERT INTO public.run VALUES (12, '20261121-2d782a3ae0', 1, NULL, 'sessions-pitr', 'pitr-restore', 'shop', 'The shop', 'Shop team', 1, 'sessions', 'sessions-prod', 'application', 'primary', 'latest', '["heartbeat", "sessions are there"]', '2026-11-21 16:26:15.965241+00', 2592000000000, '<', 3600000000, '<', 'tier 1', '2026-Q4', 'disruption', 600000000, 1200000000, '0.1.0', '6229c62153058d82', '0f6ad4c680143a69', '123456789012', 'arn:aws:sts::123456789012:user/moto', 'us-east-1', 'http://127.0.0.1:38855', true, 120, 'local', 'ada', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 2592000000000, 3600000000, '<', '<', 'tier 1', '2026-Q4', '2025-11-20 09:15:43.133044+00');
INSERT INTO public.run VALUES (13, '20261121-2f4c213611', 1, NULL, 'orders-snapshot', 'snapshot-restore', 'shop', 'The shop', 'Shop team', 1, 'orders-db', 'orders-prod', 'application', 'primary', 'latest', '["heartbeat"]', '2026-11-21 18:41:16.971241+00', 2592000000000, '<', 3600000000, '<', 'tier 1', '2026-Q4', 'disruption', 600000000, 1200000000, '0.1.0', '6e4e87ae3705e0e7', '0f6ad4c680143a69', '123456789012', 'arn:aws:sts::123456789012:user/moto', 'us-east-1', 'http://127.0.0.1:38855', true, 120, 'local', 'ada', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 2592000000000, 3600000000, '<', '<', 'tier 1', '2026-Q4', '2025-11-20 09:16:50.641427+00');
INSERT INTO public.run VALUES (14, '20261121-7d8c7cd257', 1, NULL, 'sessions-pitr', 'pitr-restore', 'shop', 'The shop', 'Shop team', 1, 'sessions', 'sessions-prod', 'application', 'primary', 'latest', '["heartbeat", "sessions are there"]', '2026-11-21 20:56:18.055241+00', 2592000000000, '<', 3600000000, '<', 'tier 1', '2026-Q4', 'disruption', 600000000, 1200000000, '0.1.0', '6229c62153058d82', '0f6ad4c680143a69', '123456789012', 'arn:aws:sts::123456789012:user/moto', 'us-east-1', 'http://127.0.0.1:38855', true, 120, 'local', 'ada', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 2592000000000, 3600000000, '<', '<', 'tier 1', '2026-Q4', '2025-11-20 09:17:58.15046+00');
INSERT INTO public.run VALUES (15, '20261121-02d0f2f8ce', 1, NULL, 'orders-pitr', 'pitr-restore', 'shop', 'The shop', 'Shop team', 1, 'orders-db', 'orders-prod', 'application', 'primary', 'latest', '["heartbeat"]', '2026-11-21 23:11:19.128241+00', 2592000000000, '<', 3600000000, '<', 'tier 1', '2026-Q4', 'disruption', 600000000, 1200000000, '0.1.0', '96df8b3b7865dc32', '0f6ad4c680143a69', '123456789012', 'arn:aws:sts::123456789012:user/moto', 'us-east-1', 'http://127.0.0.1:38855', true, 120, 'local', 'ada', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 2592000000000, 3600000000, '<', '<', 'tier 1', '2026-Q4', '2025-11-20 09:19:05.659402+00');
INSERT INTO public.run VALUES (16, '20261122-6247258047', 1, NULL, 'shop-replica', 'replica-rebuild', 'shop', 'The shop', 'Shop team', 1, 'environment', 'shop-prod', 'infrastructure', 'primary', 'latest', '["heartbeat", "sessions are there"]', '2026-11-22 01:26:20.226241+00', 2592000000000, '<', 3600000000, '<', 'tier 1', '2026-Q4', 'disruption', 600000000, 1200000000, '0.1.0', '64cbbd1c0a7e2ea7', '0f6ad4c680143a69', '123456789012', 'arn:aws:sts::123456789012:user/moto', 'us-east-1', 'http://127.0.0.1:38855', true, 120, 'local', 'ada', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 2592000000000, 3600000000, '<', '<', 'tier 1', '2026-Q4', '2025-11-20 09:20:13.168552+00');
INSERT INTO public.run VALUES (17, '20261122-e76ee4a877', 1, NULL, 'shop-replica', 'replica-rebuild', 'shop', 'The shop', 'Shop team', 1, 'environment', 'shop-prod', 'infrastructure', 'primary', 'latest', '["heartbeat", "sessions are there"]', '2026-11-22 03:41:21.325241+00', 2592000000000, '<', 3600000000, '<', 'tier 1', '2026-Q4', 'disruption', 600000000, 1200000000, '0.1.0', '64cbbd1c0a7e2ea7', '0f6ad4c680143a69', '123456789012', 'arn:aws:sts::123456789012:user/moto', 'us-east-1', 'http://127.0.0.1:38855', true, 120, 'local', 'ada', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 2592000000000, 3600000000, '<', '<', 'tier 1', '2026-Q4', '2025-11-20 09:21:20.67771+00');
INSERT INTO public.run VALUES (18, '20261122-f386c0336a', 1, NULL, 'sessions-pitr', 'pitr-restore', 'shop', 'The shop', 'Shop team', 1, 'sessions', 'sessions-prod', 'application', 'primary', 'latest', '["heartbeat", "sessions are there"]', '2026-11-22 06:06:40.812241+00', 2592000000000, '<', 3600000000, '<', 'tier 1', '2026-Q4', 'disruption', 600000000, 1200000000, '0.1.0', '6229c62153058d82', '0f6ad4c680143a69', '123456789012', 'arn:aws:sts::123456789012:user/moto', 'us-east-1', 'http://127.0.0.1:38855', true, 120, 'local', 'ada', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 2592000000000, 3600000000, '<', '<', 'tier 1', '2026-Q4', '2025-11-20 09:22:33.340102+00');
INSERT INTO public.run VALUES (19, '20261122-7ef3ed6390', 1, '2026-q4-e195', 'orders-pitr', 'pitr-restore', 'shop', 'The shop', 'Shop team', 1, 'orders-db', 'orders-prod', 'application', 'primary', 'latest', '["heartbeat"]', '2026-11-22 08:31:30.257241+00', 2592000000000, '<', 3600000000, '<', 'tier 1', '2026-Q4', 'disruption', 600000000, 1200000000, '0.1.0', '96df8b3b7865dc32', '0f6ad4c680143a69', '123456789012', 'arn:aws:sts::123456789012:user/moto', 'us-east-1', 'http://127.0.0.1:38855', true, 120, 'local', 'ada', '2026-11-22 08:51:17.398652+00', 'PASSED', '["RTO met: 46 m 29 s against < 720 h", "RPO met: 6 m against < 1 h"]', 'CLEAN', '[]', 2788928412, 988928412, 988928412, 360000000, 'A', 'newest instant in the copy, check ''heartbeat''', '2026-11-22 08:31:30.307241+00', '2026-11-22 08:25:30.307241+00', 299996000, 'lag of the latest restorable time', 'met', '2', 2788928412, NULL, NULL, NULL, NULL, 2592000000000, 3600000000, '<', '<', 'tier 1', '2026-Q4', '2025-11-20 09:23:45.752144+00');
INSERT INTO public.run VALUES (20, '20261122-723a462a9a', 1, '2026-q4-e195', 'sessions-pitr', 'pitr-restore', 'shop', 'The shop', 'Shop team', 1, 'sessions', 'sessions-prod', 'application', 'primary', 'latest', '["heartbeat", "sessions are there"]', '2026-11-22 08:51:17.401652+00', 2592000000000, '<', 3600000000, '<', 'tier 1', '2026-Q4', 'disruption', 600000000, 1200000000, '0.1.0', '6229c62153058d82', '0f6ad4c680143a69', '123456789012', 'arn:aws:sts::123456789012:user/moto', 'us-east-1', 'http://127.0.0.1:38855', true, 120, 'local', 'ada', '2026-11-22 09:02:11.977652+00', 'FAILED', '["check ''heartbeat: the asked instant'' failed: expected newest heartbeat within 2 m before 2026-11-22 08:46:17 UTC, observed 2026-11-22 08:26:29 UTC, 19 m 49 s before it", "RTA was not measured: the service was never verified"]', 'CLEAN', '[]', NULL, NULL, NULL, 1488239411, 'A', 'newest instant in the copy, check ''heartbeat''', '2026-11-22 08:51:17.493652+00', '2026-11-22 08:26:29.254241+00', 299996652, 'lag of the latest restorable time', 'met', '2', NULL, NULL, NULL, NULL, NULL, 2592000000000, 3600000000, '<', '<', 'tier 1', '2026-Q4', '2025-11-20 09:23:55.645014+00');
INSERT INTO public.run VALUES (21, '20261122-4d93d08564', 1, '2026-q4-2085', 'sessions-pitr', 'pitr-restore', 'shop', 'The shop', 'Shop team', 1, 'sessions', 'sessions-prod', 'application', 'primary', 'latest', '["heartbeat", "sessions are there"]', '2026-11-22 11:17:12.980652+00', 2592000000000, '<', 3600000000, '<', 'tier 1', '2026-Q4', 'disruption', 600000000, 1200000000, '0.1.0', '6229c62153058d82', '0f6ad4c680143a69', '123456789012', 'arn:aws:sts::123456789012:user/moto', 'us-east-1', 'http://127.0.0.1:38855', true, 120, 'local', 'ada', '2026-11-22 11:28:07.562652+00', 'PASSED', '["RTO met: 40 m 25 s against < 720 h", "RPO met: 5 m 02 s against < 1 h"]', 'CLEAN', '[]', 2424414000, 624414000, 624414000, 301095000, 'A', 'newest instant in the copy, check ''heartbeat''', '2026-11-22 11:17:13.072652+00', '2026-11-22 11:12:11.977652+00', 299996652, 'lag of the latest restorable time', 'met', '2', 2424414000, NULL, NULL, NULL, NULL, 2592000000000, 3600000000, '<', '<', 'tier 1', '2026-Q4', '2025-11-20 09:25:08.608172+00');
INSERT INTO public.run VALUES (22, '20261122-c61e33d4c8', 1, '2026-q4-d7cd', 'orders-snapshot', 'snapshot-restore', 'shop', 'The shop', 'Shop team', 1, 'orders-db', 'orders-prod', 'application', 'primary', 'latest', '["heartbeat"]', '2026-11-22 13:43:08.565652+00', 2592000000000, '<', 3600000000, '<', 'tier 1', '2026-Q4', 'disruption', 600000000, 1200000000, '0.1.0', '6e4e87ae3705e0e7', '0f6ad4c680143a69', '123456789012', 'arn:aws:sts::123456789012:user/moto', 'us-east-1', 'http://127.0.0.1:38855', true, 120, 'local', 'ada', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 2592000000000, 3600000000, '<', '<', 'tier 1', '2026-Q4', '2025-11-20 09:26:21.57138+00');
INSERT INTO public.run VALUES (23, '20261122-de3a939aea', 1, NULL, 'orders-pitr', 'pitr-restore', 'shop', 'The shop', 'Shop team', 1, 'orders-db', 'orders-prod', 'application', 'primary', 'latest', '["heartbeat"]', '2026-11-22 15:58:09.674652+00', 2592000000000, '<', 3600000000, '<', 'tier 1', '2026-Q4', 'disruption', 600000000, 1200000000, '0.1.0', '96df8b3b7865dc32', '0f6ad4c680143a69', '123456789012', 'arn:aws:sts::123456789012:user/moto', 'us-east-1', 'http://127.0.0.1:38855', true, 120, 'local', 'ada', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 2592000000000, 3600000000, '<', '<', 'tier 1', '2026-Q4', '2025-11-20 09:27:29.080622+00');
INSERT INTO public.segment VALUES (1, '20261122-7ef3ed6390', 'queueing', 'until its turn in the exercise: 1 drills at a time', '2026-11-22 08:31:30.254241+00', -3000, 4000);
INSERT INTO public.segment VALUES (2, '20261122-723a462a9a', 'queueing', 'until its turn in the exercise: 1 drills at a time', '2026-11-22 08:31:30.254241+00', -1187147411, 1187148411);
INSERT INTO public.segment VALUES (3, '20261122-4d93d08564', 'queueing', 'until its turn in the exercise: 1 drills at a time', '2026-11-22 11:17:12.977652+00', -3000, 4000);
INSERT INTO public.segment VALUES (4, '20261122-c61e33d4c8', 'queueing', 'until its turn in the exercise: 1 drills at a time', '2026-11-22 13:43:08.562652+00', -3000, 4000);
INSERT INTO public.server_time VALUES (1, '20261120-ba680fce50', 'dro-20261120-ba680fce50-orders-prod', 'available', '2026-11-20 14:19:38.692102+00', 'rds:DescribeEvents: DB instance created');
INSERT INTO public.server_time VALUES (2, '20261120-fcccb02a2c', 'dro-20261120-fcccb02a2c-orders-prod', 'available', '2026-11-20 16:53:46.054349+00', 'rds:DescribeEvents: DB instance created');
INSERT INTO public.server_time VALUES (3, '20261120-665fd31ca0', 'dro-20261120-665fd31ca0-orders-prod', 'available', '2026-11-20 19:28:10.202121+00', 'rds:DescribeEvents: DB instance created');
INSERT INTO public.server_time VALUES (4, '20261120-a28bba84bc', 'dro-20261120-a28bba84bc-sessions-prod', 'CREATING', '2026-11-20 21:46:32.232+00', 'dynamodb:DescribeTable: CreationDateTime');
INSERT INTO public.server_time VALUES (5, '20261121-ea8c3c0c59', 'dro-20261121-ea8c3c0c59-shop-prod', 'CREATE_IN_PROGRESS', '2026-11-21 00:11:45.732815+00', 'cloudformation:DescribeStackEvents: CREATE_IN_PROGRESS User Initiated');
INSERT INTO public.server_time VALUES (6, '20261121-ea8c3c0c59', 'dro-20261121-ea8c3c0c59-shop-prod', 'CREATE_COMPLETE', '2026-11-21 00:12:53.618331+00', 'cloudformation:DescribeStackEvents: CREATE_COMPLETE');
INSERT INTO public.server_time VALUES (7, '20261121-ea8c3c0c59', 'dro-20261121-ea8c3c0c59-interim-sessions-prod', 'CREATING', '2026-11-21 00:11:45.759+00', 'dynamodb:DescribeTable: CreationDateTime');
INSERT INTO public.server_time VALUES (8, '20261121-f9ef77909a', 'dro-20261121-f9ef77909a-orders-prod', 'available', '2026-11-21 11:46:08.87624+00', 'rds:DescribeEvents: DB instance created');
INSERT INTO public.server_time VALUES (9, '20261121-ab6d4f13d5', 'dro-20261121-ab6d4f13d5-sessions-prod', 'CREATING', '2026-11-21 14:01:20.544+00', 'dynamodb:DescribeTable: CreationDateTime');
INSERT INTO public.server_time VALUES (10, '20261122-7ef3ed6390', 'dro-20261122-7ef3ed6390-orders-prod', 'available', '2026-11-22 08:47:52.310022+00', 'rds:DescribeEvents: DB instance created');
INSERT INTO public.server_time VALUES (11, '20261122-723a462a9a', 'dro-20261122-723a462a9a-sessions-prod', 'CREATING', '2026-11-22 08:51:17.519+00', 'dynamodb:DescribeTable: CreationDateTime');
INSERT INTO public.server_time VALUES (12, '20261122-4d93d08564', 'dro-20261122-4d93d08564-sessions-prod', 'CREATING', '2026-11-22 11:17:13.098+00', 'dynamodb:DescribeTable: CreationDateTime');
INSERT INTO public.step VALUES ('20261120-ba680fce50', 1, 'look before starting', 'prepare', '2026-11-20 14:02:00.006+00', 1000, '2026-11-20 14:02:00.066+00', 59000, 'passed', 'identity: passed, account 123456789012, arn:aws:sts::123456789012:user/moto;
source: passed, arn:aws:rds:us-east-1:123456789012:db:orders-prod, postgres 16.4;
name of the copy: passed, dro-20261120-ba680fce50-orders-prod is free;
key: passed, key arn:aws:kms:us-east-1:123456789012:key/28b04a06-213c-4299-ac71-b3cbac75d437 is enabled;
subnet group: passed, dro-isolated is in vpc-3e7c5a58f0f30a25a, the source''s own VPC;
security groups: passed, sg-dc24bb04a5f5baf46: nothing out, not open to the world;
secret: passed, prod/orders holds the login of orders;
other runs: passed, no other run of this drill is open;
credentials: passed, lasting credentials by env;
permissions: not applicable, not simulated: arn:aws:sts::123456789012:user/moto is no user or role of IAM;
recovery point: passed, orders-by-hand, data 3 h 02 m 01 s old (SnapshotDatabaseTime);
quota: passed, 1 of 40 RDS instances in use, 1 more for drills, 2 kept free for production;
strays: passed, no copy of orders-prod is left over;
expected time: inconclusive, not known: it never ran; its RTO allows 720 h;
cost: inconclusive, not known: tiers.yaml declares no `costs`', 1);
INSERT INTO public.step VALUES ('20261120-ba680fce50', 2, 'choose snapshot', 'recover', '2026-11-20 14:02:00.077+00', 72000, '2026-11-20 14:02:00.087+00', 9000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261120-ba680fce50', 3, 'restore snapshot', 'recover', '2026-11-20 14:02:00.093+00', 88000, '2026-11-20 14:02:00.105+00', 11000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261120-ba680fce50', 4, 'wait until ready', 'recover', '2026-11-20 14:02:00.11+00', 105000, '2026-11-20 14:19:46.179932+00', 1066068932, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261120-ba680fce50', 5, 'prove the copy''s isolation', 'verify', '2026-11-20 14:19:46.184932+00', 1066179932, '2026-11-20 14:19:46.194932+00', 9000, 'passed', 'in us-east-1 of account 123456789012, not public, in dro-isolated and sg-dc24bb04a5f5baf46 alone, encrypted with arn:aws:kms:us-east-1:123456789012:key/28b04a06-213c-4299-ac71-b3cbac75d437', 1);
INSERT INTO public.step VALUES ('20261120-ba680fce50', 6, 'verify', 'verify', '2026-11-20 14:19:46.199932+00', 1066194932, '2026-11-20 14:19:46.207932+00', 7000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261120-ba680fce50', 7, 'try to reach production from the copy', 'teardown', '2026-11-20 14:19:46.215932+00', 1066210932, '2026-11-20 14:19:46.219932+00', 3000, 'passed', 'not probed: the lab has no network', 1);
INSERT INTO public.step VALUES ('20261120-ba680fce50', 8, 'ask AWS for its own times', 'teardown', '2026-11-20 14:19:46.221932+00', 1066216932, '2026-11-20 14:19:46.228932+00', 6000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261120-ba680fce50', 9, 'destroy copy', 'teardown', '2026-11-20 14:19:46.230932+00', 1066225932, '2026-11-20 14:22:52.352932+00', 186121000, 'passed', 'deleted', 1);
INSERT INTO public.step VALUES ('20261120-ba680fce50', 10, 'look back at the recovery points', 'teardown', '2026-11-20 14:22:52.357932+00', 1252352932, '2026-11-20 14:22:52.373932+00', 15000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261120-fcccb02a2c', 1, 'look before starting', 'prepare', '2026-11-20 16:37:53.379932+00', 1000, '2026-11-20 16:37:53.431932+00', 51000, 'passed', 'identity: passed, account 123456789012, arn:aws:sts::123456789012:user/moto;
source: passed, arn:aws:rds:us-east-1:123456789012:db:orders-prod, postgres 16.4;
name of the copy: passed, dro-20261120-fcccb02a2c-orders-prod is free;
key: passed, key arn:aws:kms:us-east-1:123456789012:key/28b04a06-213c-4299-ac71-b3cbac75d437 is enabled;
subnet group: passed, dro-isolated is in vpc-3e7c5a58f0f30a25a, the source''s own VPC;
security groups: passed, sg-dc24bb04a5f5baf46: nothing out, not open to the world;
secret: passed, prod/orders holds the login of orders;
other runs: passed, no other run of this drill is open;
credentials: passed, lasting credentials by env;
permissions: not applicable, not simulated: arn:aws:sts::123456789012:user/moto is no user or role of IAM;
recovery point: passed, orders-1, data 15 m 02 s old (SnapshotDatabaseTime);
quota: passed, 1 of 40 RDS instances in use, 1 more for drills, 2 kept free for production;
strays: passed, no copy of orders-prod is left over;
expected time: passed, 20 m 53 s, as the last run took;
cost: inconclusive, not known: tiers.yaml declares no `costs`', 1);
INSERT INTO public.step VALUES ('20261120-fcccb02a2c', 2, 'choose snapshot', 'recover', '2026-11-20 16:37:53.442932+00', 64000, '2026-11-20 16:37:53.452932+00', 9000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261120-fcccb02a2c', 3, 'restore snapshot', 'recover', '2026-11-20 16:37:53.458932+00', 80000, '2026-11-20 16:37:53.470932+00', 11000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261120-fcccb02a2c', 4, 'wait until ready', 'recover', '2026-11-20 16:37:53.475932+00', 97000, '2026-11-20 16:53:54.843404+00', 961366472, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261120-fcccb02a2c', 5, 'prove the copy''s isolation', 'verify', '2026-11-20 16:53:54.848404+00', 961469472, '2026-11-20 16:53:54.858404+00', 9000, 'passed', 'in us-east-1 of account 123456789012, not public, in dro-isolated and sg-dc24bb04a5f5baf46 alone, encrypted with arn:aws:kms:us-east-1:123456789012:key/28b04a06-213c-4299-ac71-b3cbac75d437', 1);
INSERT INTO public.step VALUES ('20261120-fcccb02a2c', 6, 'verify', 'verify', '2026-11-20 16:53:54.863404+00', 961484472, '2026-11-20 16:53:54.871404+00', 7000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261120-fcccb02a2c', 7, 'try to reach production from the copy', 'teardown', '2026-11-20 16:53:54.879404+00', 961500472, '2026-11-20 16:53:54.883404+00', 3000, 'passed', 'not probed: the lab has no network', 1);
INSERT INTO public.step VALUES ('20261120-fcccb02a2c', 8, 'ask AWS for its own times', 'teardown', '2026-11-20 16:53:54.885404+00', 961506472, '2026-11-20 16:53:54.892404+00', 6000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261120-fcccb02a2c', 9, 'destroy copy', 'teardown', '2026-11-20 16:53:54.894404+00', 961515472, '2026-11-20 16:56:55.013404+00', 180118000, 'passed', 'deleted', 1);
INSERT INTO public.step VALUES ('20261120-fcccb02a2c', 10, 'look back at the recovery points', 'teardown', '2026-11-20 16:56:55.018404+00', 1141639472, '2026-11-20 16:56:55.034404+00', 15000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261120-665fd31ca0', 1, 'look before starting', 'prepare', '2026-11-20 19:11:56.040404+00', 1000, '2026-11-20 19:11:56.086404+00', 45000, 'passed', 'identity: passed, account 123456789012, arn:aws:sts::123456789012:user/moto;
source: passed, arn:aws:rds:us-east-1:123456789012:db:orders-prod, postgres 16.4;
name of the copy: passed, dro-20261120-665fd31ca0-orders-prod is free;
key: passed, key arn:aws:kms:us-east-1:123456789012:key/28b04a06-213c-4299-ac71-b3cbac75d437 is enabled;
subnet group: passed, dro-isolated is in vpc-3e7c5a58f0f30a25a, the source''s own VPC;
security groups: passed, sg-dc24bb04a5f5baf46: nothing out, not open to the world;
secret: passed, prod/orders holds the login of orders;
other runs: passed, no other run of this drill is open;
credentials: passed, lasting credentials by env;
permissions: not applicable, not simulated: arn:aws:sts::123456789012:user/moto is no user or role of IAM;
recovery point: passed, orders-prod@2026-11-20T19:06:56Z, data 5 m 01 s old (latest restorable time);
quota: passed, 1 of 40 RDS instances in use, 1 more for drills, 2 kept free for production;
strays: passed, no copy of orders-prod is left over;
expected time: inconclusive, not known: it never ran; its RTO allows 720 h;
cost: inconclusive, not known: tiers.yaml declares no `costs`', 1);
INSERT INTO public.step VALUES ('20261120-665fd31ca0', 2, 'choose instant', 'recover', '2026-11-20 19:11:56.097404+00', 58000, '2026-11-20 19:11:56.107404+00', 9000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261120-665fd31ca0', 3, 'restore to the instant', 'recover', '2026-11-20 19:11:56.113404+00', 74000, '2026-11-20 19:11:56.125404+00', 11000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261120-665fd31ca0', 4, 'wait until ready', 'recover', '2026-11-20 19:11:56.130404+00', 91000, '2026-11-20 19:28:24.981815+00', 988850412, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261120-665fd31ca0', 5, 'prove the copy''s isolation', 'verify', '2026-11-20 19:28:24.986815+00', 988947412, '2026-11-20 19:28:24.996815+00', 9000, 'passed', 'in us-east-1 of account 123456789012, not public, in dro-isolated and sg-dc24bb04a5f5baf46 alone, encrypted with arn:aws:kms:us-east-1:123456789012:key/28b04a06-213c-4299-ac71-b3cbac75d437', 1);
INSERT INTO public.step VALUES ('20261120-665fd31ca0', 6, 'verify', 'verify', '2026-11-20 19:28:25.001815+00', 988962412, '2026-11-20 19:28:25.011815+00', 9000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261120-665fd31ca0', 7, 'try to reach production from the copy', 'teardown', '2026-11-20 19:28:25.019815+00', 988980412, '2026-11-20 19:28:25.023815+00', 3000, 'passed', 'not probed: the lab has no network', 1);
INSERT INTO public.step VALUES ('20261120-665fd31ca0', 8, 'ask AWS for its own times', 'teardown', '2026-11-20 19:28:25.025815+00', 988986412, '2026-11-20 19:28:25.032815+00', 6000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261120-665fd31ca0', 9, 'destroy copy', 'teardown', '2026-11-20 19:28:25.034815+00', 988995412, '2026-11-20 19:31:31.156815+00', 186121000, 'passed', 'deleted', 1);
INSERT INTO public.step VALUES ('20261120-665fd31ca0', 10, 'look back at the recovery points', 'teardown', '2026-11-20 19:31:31.161815+00', 1175122412, '2026-11-20 19:31:31.171815+00', 9000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261120-a28bba84bc', 1, 'look before starting', 'prepare', '2026-11-20 21:46:32.177815+00', 1000, '2026-11-20 21:46:32.204815+00', 26000, 'passed', 'identity: passed, account 123456789012, arn:aws:sts::123456789012:user/moto;
source: passed, table arn:aws:dynamodb:us-east-1:123456789012:table/sessions-prod;
name of the copy: passed, dro-20261120-a28bba84bc-sessions-prod is free;
key: not applicable, the table is encrypted with a key of AWS''s own;
other runs: passed, no other run of this drill is open;
credentials: passed, lasting credentials by env;
permissions: not applicable, not simulated: arn:aws:sts::123456789012:user/moto is no user or role of IAM;
recovery point: passed, sessions-prod@2026-11-20T21:41:32Z, data 5 m 01 s old (latest restorable time);
quota: passed, 0 of 50 restores of tables (those by drills) in use, 1 more for drills, 2 kept free for production;
strays: passed, no copy of sessions-prod is left over;
expected time: inconclusive, not known: it never ran; its RTO allows 720 h;
cost: inconclusive, not known: tiers.yaml declares no `costs`', 1);
INSERT INTO public.step VALUES ('20261120-a28bba84bc', 2, 'choose instant', 'recover', '2026-11-20 21:46:32.215815+00', 39000, '2026-11-20 21:46:32.222815+00', 6000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261120-a28bba84bc', 3, 'restore to the instant', 'recover', '2026-11-20 21:46:32.228815+00', 52000, '2026-11-20 21:46:32.237815+00', 8000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261120-a28bba84bc', 4, 'wait until ready', 'recover', '2026-11-20 21:46:32.242815+00', 66000, '2026-11-20 21:56:08.551815+00', 576308000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261120-a28bba84bc', 5, 'prove the copy''s isolation', 'verify', '2026-11-20 21:56:08.556815+00', 576380000, '2026-11-20 21:56:08.566815+00', 9000, 'passed', 'in us-east-1 of account 123456789012, encrypted with a key of AWS, as its source', 1);
INSERT INTO public.step VALUES ('20261120-a28bba84bc', 6, 'verify', 'verify', '2026-11-20 21:56:08.571815+00', 576395000, '2026-11-20 21:56:08.591815+00', 19000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261120-a28bba84bc', 7, 'ask AWS for its own times', 'teardown', '2026-11-20 21:56:08.599815+00', 576423000, '2026-11-20 21:56:08.606815+00', 6000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261120-a28bba84bc', 8, 'destroy copy', 'teardown', '2026-11-20 21:56:08.608815+00', 576432000, '2026-11-20 21:56:44.658815+00', 36049000, 'passed', 'deleted', 1);
INSERT INTO public.step VALUES ('20261120-a28bba84bc', 9, 'look back at the recovery points', 'teardown', '2026-11-20 21:56:44.663815+00', 612487000, '2026-11-20 21:56:44.673815+00', 9000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-ea8c3c0c59', 1, 'look before starting', 'prepare', '2026-11-21 00:11:45.679815+00', 1000, '2026-11-21 00:11:45.715815+00', 35000, 'passed', 'identity: passed, account 123456789012, arn:aws:sts::123456789012:user/moto;
template: passed, 2 resources: AWS::DynamoDB::Table, AWS::SQS::Queue;
name of the copy: passed, dro-20261121-ea8c3c0c59-shop-prod is free;
source of sessions: passed, table arn:aws:dynamodb:us-east-1:123456789012:table/sessions-prod;
name of the copy of sessions: passed, dro-20261121-ea8c3c0c59-interim-sessions-prod is free;
key of sessions: not applicable, the table is encrypted with a key of AWS''s own;
other runs: passed, no other run of this drill is open;
credentials: passed, lasting credentials by env;
permissions: not applicable, not simulated: arn:aws:sts::123456789012:user/moto is no user or role of IAM;
recovery point of sessions: passed, sessions-prod@2026-11-21T00:06:45Z, data 5 m 01 s old (latest restorable time);
quota: passed, 0 of 2000 CloudFormation stacks in use, 1 more for drills, 2 kept free for production;
quota of the stores: passed, 0 of 50 restores of tables (those by drills) in use, 1 more for drills, 2 kept free for production;
strays: passed, no copy of shop-prod is left over;
expected time: inconclusive, not known: it never ran; its RTO allows 720 h;
cost: inconclusive, not known: tiers.yaml declares no `costs`', 1);
INSERT INTO public.step VALUES ('20261121-ea8c3c0c59', 2, 'create environment', 'recover', '2026-11-21 00:11:45.728815+00', 50000, '2026-11-21 00:11:45.737815+00', 8000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-ea8c3c0c59', 3, 'choose backup of sessions', 'recover', '2026-11-21 00:11:45.742815+00', 64000, '2026-11-21 00:11:45.749815+00', 6000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-ea8c3c0c59', 4, 'restore sessions', 'recover', '2026-11-21 00:11:45.755815+00', 77000, '2026-11-21 00:11:45.764815+00', 8000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-ea8c3c0c59', 5, 'wait until built', 'recover', '2026-11-21 00:11:45.766815+00', 88000, '2026-11-21 00:13:03.820815+00', 78053000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-ea8c3c0c59', 6, 'wait for sessions', 'recover', '2026-11-21 00:13:03.825815+00', 78147000, '2026-11-21 00:22:16.122815+00', 552296000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-ea8c3c0c59', 7, 'fill Config', 'recover', '2026-11-21 00:22:16.124815+00', 630446000, '2026-11-21 00:22:16.152815+00', 27000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-ea8c3c0c59', 8, 'prove the copy''s isolation', 'verify', '2026-11-21 00:22:16.154815+00', 630476000, '2026-11-21 00:22:16.161815+00', 6000, 'passed', 'in us-east-1 of account 123456789012', 1);
INSERT INTO public.step VALUES ('20261121-ea8c3c0c59', 9, 'verify', 'verify', '2026-11-21 00:22:16.166815+00', 630488000, '2026-11-21 00:22:16.192815+00', 25000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-ea8c3c0c59', 10, 'ask AWS for its own times', 'teardown', '2026-11-21 00:22:16.200815+00', 630522000, '2026-11-21 00:22:16.207815+00', 6000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-ea8c3c0c59', 11, 'ask AWS for its own times', 'teardown', '2026-11-21 00:22:16.209815+00', 630531000, '2026-11-21 00:22:16.216815+00', 6000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-ea8c3c0c59', 12, 'destroy interim copy of sessions', 'teardown', '2026-11-21 00:22:16.218815+00', 630540000, '2026-11-21 00:22:46.265815+00', 30046000, 'passed', 'deleted', 1);
INSERT INTO public.step VALUES ('20261121-ea8c3c0c59', 13, 'destroy environment', 'teardown', '2026-11-21 00:22:46.267815+00', 660589000, '2026-11-21 00:24:28.359815+00', 102091000, 'passed', 'deleted', 1);
INSERT INTO public.step VALUES ('20261121-ea8c3c0c59', 14, 'look back at the recovery points', 'teardown', '2026-11-21 00:24:28.364815+00', 762686000, '2026-11-21 00:24:28.374815+00', 9000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-960357e3de', 1, 'look before starting', 'prepare', '2026-11-21 00:24:28.380815+00', 1000, '2026-11-21 00:24:28.405815+00', 24000, 'failed', 'identity: passed, account 123456789012, arn:aws:sts::123456789012:user/moto;
source: passed, table arn:aws:dynamodb:us-east-1:123456789012:table/sessions-prod;
name of the copy: passed, dro-20261121-960357e3de-sessions-prod is free;
key: not applicable, the table is encrypted with a key of AWS''s own;
other runs: passed, no other run of this drill is open;
credentials: passed, lasting credentials by env;
permissions: not applicable, not simulated: arn:aws:sts::123456789012:user/moto is no user or role of IAM;
recovery point: failed, dynamodb:DescribeContinuousBackups: point-in-time recovery is switched off for table sessions-prod;
quota: passed, 0 of 50 restores of tables (those by drills) in use, 1 more for drills, 2 kept free for production;
strays: passed, no copy of sessions-prod is left over;
expected time: passed, 10 m 13 s, as the last run took;
cost: inconclusive, not known: tiers.yaml declares no `costs`', 1);
INSERT INTO public.step VALUES ('20261121-6fb34acfba', 1, 'look before starting', 'prepare', '2026-11-21 02:39:29.411815+00', 1000, '2026-11-21 02:39:29.436815+00', 24000, 'passed', 'identity: passed, account 123456789012, arn:aws:sts::123456789012:user/moto;
source: passed, table arn:aws:dynamodb:us-east-1:123456789012:table/sessions-prod;
name of the copy: passed, dro-20261121-6fb34acfba-sessions-prod is free;
key: not applicable, the table is encrypted with a key of AWS''s own;
other runs: passed, no other run of this drill is open;
credentials: passed, lasting credentials by env;
permissions: not applicable, not simulated: arn:aws:sts::123456789012:user/moto is no user or role of IAM;
recovery point: passed, sessions-prod@2026-11-21T02:34:29Z, data 5 m 01 s old (latest restorable time);
quota: passed, 0 of 50 restores of tables (those by drills) in use, 1 more for drills, 2 kept free for production;
strays: passed, no copy of sessions-prod is left over;
expected time: passed, 10 m 13 s, as the last run took;
cost: inconclusive, not known: tiers.yaml declares no `costs`', 1);
INSERT INTO public.step VALUES ('20261121-6fb34acfba', 2, 'choose instant', 'recover', '2026-11-21 02:39:29.447815+00', 37000, '2026-11-21 02:39:29.454815+00', 6000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-6fb34acfba', 3, 'restore to the instant', 'recover', '2026-11-21 02:39:29.460815+00', 50000, '2026-11-21 02:39:29.467815+00', 6000, 'inconclusive', 'dynamodb:RestoreTableToPointInTime: AccessDeniedException: User: arn:aws:iam::123456789012:user/lab is not authorized to perform this action: dynamodb:RestoreTableToPointInTime', 1);
INSERT INTO public.step VALUES ('20261121-6fb34acfba', 4, 'destroy copy', 'teardown', '2026-11-21 02:39:29.469815+00', 59000, '2026-11-21 02:40:29.489815+00', 60019000, 'passed', 'never created', 1);
INSERT INTO public.step VALUES ('20261121-6fb34acfba', 5, 'look back at the recovery points', 'teardown', '2026-11-21 02:40:29.494815+00', 60084000, '2026-11-21 02:40:29.504815+00', 9000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-dd4c7d9409', 1, 'look before starting', 'prepare', '2026-11-21 04:55:30.510815+00', 1000, '2026-11-21 04:55:30.556815+00', 45000, 'passed', 'identity: passed, account 123456789012, arn:aws:sts::123456789012:user/moto;
source: passed, arn:aws:rds:us-east-1:123456789012:db:orders-prod, postgres 16.4;
name of the copy: passed, dro-20261121-dd4c7d9409-orders-prod is free;
key: passed, key arn:aws:kms:us-east-1:123456789012:key/28b04a06-213c-4299-ac71-b3cbac75d437 is enabled;
subnet group: passed, dro-isolated is in vpc-3e7c5a58f0f30a25a, the source''s own VPC;
security groups: passed, sg-dc24bb04a5f5baf46: nothing out, not open to the world;
secret: passed, prod/orders holds the login of orders;
other runs: passed, no other run of this drill is open;
credentials: passed, lasting credentials by env;
permissions: not applicable, not simulated: arn:aws:sts::123456789012:user/moto is no user or role of IAM;
recovery point: passed, orders-prod@2026-11-21T04:50:30Z, data 5 m 01 s old (latest restorable time);
quota: passed, 1 of 40 RDS instances in use, 1 more for drills, 2 kept free for production;
strays: passed, no copy of orders-prod is left over;
expected time: passed, 19 m 36 s, as the last run took;
cost: inconclusive, not known: tiers.yaml declares no `costs`', 1);
INSERT INTO public.step VALUES ('20261121-dd4c7d9409', 2, 'choose instant', 'recover', '2026-11-21 04:55:30.567815+00', 58000, '2026-11-21 04:55:30.577815+00', 9000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-dd4c7d9409', 3, 'restore to the instant', 'recover', '2026-11-21 04:55:30.583815+00', 74000, '2026-11-21 04:55:30.595815+00', 11000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-dd4c7d9409', 4, 'wait until ready', 'recover', '2026-11-21 04:55:30.600815+00', 91000, '2026-11-21 04:55:30.604815+00', 3000, 'aborted', 'stopped on request', 1);
INSERT INTO public.step VALUES ('20261121-dd4c7d9409', 5, 'ask AWS for its own times', 'teardown', '2026-11-21 04:55:30.606815+00', 97000, '2026-11-21 04:55:30.613815+00', 6000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-dd4c7d9409', 6, 'destroy copy', 'teardown', '2026-11-21 04:55:30.615815+00', 106000, '2026-11-21 04:58:24.731815+00', 174115000, 'passed', 'deleted', 1);
INSERT INTO public.step VALUES ('20261121-dd4c7d9409', 7, 'look back at the recovery points', 'teardown', '2026-11-21 04:58:24.736815+00', 174227000, '2026-11-21 04:58:24.746815+00', 9000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-d91d69635f', 1, 'look before starting', 'prepare', '2026-11-21 07:13:25.752815+00', 1000, '2026-11-21 07:13:25.777815+00', 24000, 'passed', 'identity: passed, account 123456789012, arn:aws:sts::123456789012:user/moto;
source: passed, table arn:aws:dynamodb:us-east-1:123456789012:table/sessions-prod;
name of the copy: passed, dro-20261121-d91d69635f-sessions-prod is free;
key: not applicable, the table is encrypted with a key of AWS''s own;
other runs: passed, no other run of this drill is open;
credentials: passed, lasting credentials by env;
permissions: not applicable, not simulated: arn:aws:sts::123456789012:user/moto is no user or role of IAM;
recovery point: passed, sessions-prod@2026-11-21T07:08:25Z, data 5 m 01 s old (latest restorable time);
quota: passed, 0 of 50 restores of tables (those by drills) in use, 1 more for drills, 2 kept free for production;
strays: passed, no copy of sessions-prod is left over;
expected time: passed, 10 m 13 s, as the last run took;
cost: inconclusive, not known: tiers.yaml declares no `costs`', 1);
INSERT INTO public.step VALUES ('20261121-d91d69635f', 2, 'choose instant', 'recover', '2026-11-21 07:13:25.788815+00', 37000, '2026-11-21 07:13:25.795815+00', 6000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-d91d69635f', 3, 'restore to the instant', 'recover', '2026-11-21 07:13:25.801815+00', 50000, '2026-11-21 07:13:25.810815+00', 8000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-d91d69635f', 4, 'wait until ready', 'recover', '2026-11-21 07:13:25.815815+00', 64000, '2026-11-21 09:14:01.871815+00', 7236056000, 'aborted', 'its process died in this step; gone on 2 h 00 m 37 s after it began', 1);
INSERT INTO public.step VALUES ('20261121-f9ef77909a', 1, 'look before starting', 'prepare', '2026-11-21 11:29:02.877815+00', 1000, '2026-11-21 11:29:02.929815+00', 51000, 'passed', 'identity: passed, account 123456789012, arn:aws:sts::123456789012:user/moto;
source: passed, arn:aws:rds:us-east-1:123456789012:db:orders-prod, postgres 16.4;
name of the copy: passed, dro-20261121-f9ef77909a-orders-prod is free;
key: passed, key arn:aws:kms:us-east-1:123456789012:key/28b04a06-213c-4299-ac71-b3cbac75d437 is enabled;
subnet group: passed, dro-isolated is in vpc-3e7c5a58f0f30a25a, the source''s own VPC;
security groups: passed, sg-dc24bb04a5f5baf46: nothing out, not open to the world;
secret: passed, prod/orders holds the login of orders;
other runs: passed, no other run of this drill is open;
credentials: passed, lasting credentials by env;
permissions: not applicable, not simulated: arn:aws:sts::123456789012:user/moto is no user or role of IAM;
recovery point: passed, orders-8, data 15 m 02 s old (SnapshotDatabaseTime);
quota: passed, 1 of 40 RDS instances in use, 1 more for drills, 2 kept free for production;
strays: passed, no copy of orders-prod is left over;
expected time: passed, 19 m 58 s, the median of the last 2 runs;
cost: inconclusive, not known: tiers.yaml declares no `costs`', 1);
INSERT INTO public.step VALUES ('20261121-f9ef77909a', 2, 'choose snapshot', 'recover', '2026-11-21 11:29:02.940815+00', 64000, '2026-11-21 11:29:02.950815+00', 9000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-f9ef77909a', 3, 'restore snapshot', 'recover', '2026-11-21 11:29:02.956815+00', 80000, '2026-11-21 11:29:02.968815+00', 11000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-f9ef77909a', 4, 'wait until ready', 'recover', '2026-11-21 11:29:02.973815+00', 97000, '2026-11-21 11:46:19.400241+00', 1036425425, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-f9ef77909a', 5, 'prove the copy''s isolation', 'verify', '2026-11-21 11:46:19.405241+00', 1036528425, '2026-11-21 11:46:19.415241+00', 9000, 'passed', 'in us-east-1 of account 123456789012, not public, in dro-isolated and sg-dc24bb04a5f5baf46 alone, encrypted with arn:aws:kms:us-east-1:123456789012:key/28b04a06-213c-4299-ac71-b3cbac75d437', 1);
INSERT INTO public.step VALUES ('20261121-f9ef77909a', 6, 'verify', 'verify', '2026-11-21 11:46:19.420241+00', 1036543425, '2026-11-21 11:46:19.428241+00', 7000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-f9ef77909a', 7, 'try to reach production from the copy', 'teardown', '2026-11-21 11:46:19.436241+00', 1036559425, '2026-11-21 11:46:19.440241+00', 3000, 'passed', 'not probed: the lab has no network', 1);
INSERT INTO public.step VALUES ('20261121-f9ef77909a', 8, 'ask AWS for its own times', 'teardown', '2026-11-21 11:46:19.442241+00', 1036565425, '2026-11-21 11:46:19.449241+00', 6000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-f9ef77909a', 9, 'destroy copy', 'teardown', '2026-11-21 11:46:19.451241+00', 1036574425, '2026-11-21 11:46:19.467241+00', 15000, 'inconclusive', 'rds:DeleteDBInstance: AccessDenied: User: arn:aws:iam::123456789012:user/lab is not authorized to perform this action: rds:DeleteDBInstance', 1);
INSERT INTO public.step VALUES ('20261121-f9ef77909a', 10, 'look back at the recovery points', 'teardown', '2026-11-21 11:46:19.469241+00', 1036592425, '2026-11-21 11:46:19.485241+00', 15000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-ab6d4f13d5', 1, 'look before starting', 'prepare', '2026-11-21 14:01:20.491241+00', 1000, '2026-11-21 14:01:20.516241+00', 24000, 'passed', 'identity: passed, account 123456789012, arn:aws:sts::123456789012:user/moto;
source: passed, table arn:aws:dynamodb:us-east-1:123456789012:table/sessions-prod;
name of the copy: passed, dro-20261121-ab6d4f13d5-sessions-prod is free;
key: not applicable, the table is encrypted with a key of AWS''s own;
other runs: passed, no other run of this drill is open;
credentials: passed, lasting credentials by env;
permissions: not applicable, not simulated: arn:aws:sts::123456789012:user/moto is no user or role of IAM;
recovery point: passed, sessions-prod@2026-11-21T13:56:20Z, data 5 m 01 s old (latest restorable time);
quota: passed, 0 of 50 restores of tables (those by drills) in use, 1 more for drills, 2 kept free for production;
strays: passed, no copy of sessions-prod is left over;
expected time: passed, 10 m 13 s, as the last run took;
cost: inconclusive, not known: tiers.yaml declares no `costs`', 1);
INSERT INTO public.step VALUES ('20261121-ab6d4f13d5', 2, 'choose instant', 'recover', '2026-11-21 14:01:20.527241+00', 37000, '2026-11-21 14:01:20.534241+00', 6000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-ab6d4f13d5', 3, 'restore to the instant', 'recover', '2026-11-21 14:01:20.540241+00', 50000, '2026-11-21 14:01:20.549241+00', 8000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-ab6d4f13d5', 4, 'wait until ready', 'recover', '2026-11-21 14:01:20.554241+00', 64000, '2026-11-21 14:11:14.872241+00', 594317000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-de3a939aea', 2, 'choose instant', 'recover', '2026-11-22 15:58:09.732652+00', 58000, '2026-11-22 15:58:09.742652+00', 9000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-ab6d4f13d5', 5, 'prove the copy''s isolation', 'verify', '2026-11-21 14:11:14.877241+00', 594387000, '2026-11-21 14:11:14.887241+00', 9000, 'passed', 'in us-east-1 of account 123456789012, encrypted with a key of AWS, as its source', 1);
INSERT INTO public.step VALUES ('20261121-ab6d4f13d5', 6, 'verify', 'verify', '2026-11-21 14:11:14.892241+00', 594402000, '2026-11-21 14:11:14.912241+00', 19000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-ab6d4f13d5', 7, 'ask AWS for its own times', 'teardown', '2026-11-21 14:11:14.920241+00', 594430000, '2026-11-21 14:11:14.927241+00', 6000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-ab6d4f13d5', 8, 'destroy copy', 'teardown', '2026-11-21 14:11:14.929241+00', 594439000, '2026-11-21 14:11:14.948241+00', 18000, 'inconclusive', 'dynamodb:DeleteTable: AccessDeniedException: User: arn:aws:iam::123456789012:user/lab is not authorized to perform this action: dynamodb:DeleteTable', 1);
INSERT INTO public.step VALUES ('20261121-ab6d4f13d5', 9, 'look back at the recovery points', 'teardown', '2026-11-21 14:11:14.950241+00', 594460000, '2026-11-21 14:11:14.960241+00', 9000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-2d782a3ae0', 1, 'look before starting', 'prepare', '2026-11-21 16:26:15.966241+00', 1000, NULL, NULL, NULL, '', 1);
INSERT INTO public.step VALUES ('20261121-2f4c213611', 1, 'look before starting', 'prepare', '2026-11-21 18:41:16.972241+00', 1000, '2026-11-21 18:41:17.024241+00', 51000, 'passed', 'identity: passed, account 123456789012, arn:aws:sts::123456789012:user/moto;
source: passed, arn:aws:rds:us-east-1:123456789012:db:orders-prod, postgres 16.4;
name of the copy: passed, dro-20261121-2f4c213611-orders-prod is free;
key: passed, key arn:aws:kms:us-east-1:123456789012:key/28b04a06-213c-4299-ac71-b3cbac75d437 is enabled;
subnet group: passed, dro-isolated is in vpc-3e7c5a58f0f30a25a, the source''s own VPC;
security groups: passed, sg-dc24bb04a5f5baf46: nothing out, not open to the world;
secret: passed, prod/orders holds the login of orders;
other runs: passed, no other run of this drill is open;
credentials: passed, lasting credentials by env;
permissions: not applicable, not simulated: arn:aws:sts::123456789012:user/moto is no user or role of IAM;
recovery point: passed, orders-11, data 15 m 02 s old (SnapshotDatabaseTime);
quota: passed, 2 of 40 RDS instances in use, 1 more for drills, 2 kept free for production;
strays: passed, no copy of orders-prod is left over;
expected time: passed, 19 m 02 s, the median of the last 3 runs;
cost: inconclusive, not known: tiers.yaml declares no `costs`', 1);
INSERT INTO public.step VALUES ('20261121-2f4c213611', 2, 'choose snapshot', 'recover', '2026-11-21 18:41:17.035241+00', 64000, '2026-11-21 18:41:17.045241+00', 9000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-7d8c7cd257', 1, 'look before starting', 'prepare', '2026-11-21 20:56:18.056241+00', 1000, '2026-11-21 20:56:18.090241+00', 33000, 'passed', 'identity: passed, account 123456789012, arn:aws:sts::123456789012:user/moto;
source: passed, table arn:aws:dynamodb:us-east-1:123456789012:table/sessions-prod;
name of the copy: passed, dro-20261121-7d8c7cd257-sessions-prod is free;
key: not applicable, the table is encrypted with a key of AWS''s own;
other runs: inconclusive, run 20261121-2d782a3ae0 of this drill died: `dro resume 20261121-2d782a3ae0` goes on with it, `dro sweep` ends it;
credentials: passed, lasting credentials by env;
permissions: not applicable, not simulated: arn:aws:sts::123456789012:user/moto is no user or role of IAM;
recovery point: passed, sessions-prod@2026-11-21T20:51:18Z, data 5 m 01 s old (latest restorable time);
quota: passed, 0 of 50 restores of tables (those by drills) in use, 1 more for drills, 2 kept free for production;
strays: passed, no copy of sessions-prod is left over;
expected time: passed, 10 m 04 s, the median of the last 2 runs;
cost: inconclusive, not known: tiers.yaml declares no `costs`', 1);
INSERT INTO public.step VALUES ('20261121-7d8c7cd257', 2, 'choose instant', 'recover', '2026-11-21 20:56:18.101241+00', 46000, '2026-11-21 20:56:18.108241+00', 6000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-7d8c7cd257', 3, 'restore to the instant', 'recover', '2026-11-21 20:56:18.114241+00', 59000, NULL, NULL, NULL, '', 1);
INSERT INTO public.step VALUES ('20261121-02d0f2f8ce', 1, 'look before starting', 'prepare', '2026-11-21 23:11:19.129241+00', 1000, '2026-11-21 23:11:19.175241+00', 45000, 'passed', 'identity: passed, account 123456789012, arn:aws:sts::123456789012:user/moto;
source: passed, arn:aws:rds:us-east-1:123456789012:db:orders-prod, postgres 16.4;
name of the copy: passed, dro-20261121-02d0f2f8ce-orders-prod is free;
key: passed, key arn:aws:kms:us-east-1:123456789012:key/28b04a06-213c-4299-ac71-b3cbac75d437 is enabled;
subnet group: passed, dro-isolated is in vpc-3e7c5a58f0f30a25a, the source''s own VPC;
security groups: passed, sg-dc24bb04a5f5baf46: nothing out, not open to the world;
secret: passed, prod/orders holds the login of orders;
other runs: passed, no other run of this drill is open;
credentials: passed, lasting credentials by env;
permissions: not applicable, not simulated: arn:aws:sts::123456789012:user/moto is no user or role of IAM;
recovery point: passed, orders-prod@2026-11-21T23:06:19Z, data 5 m 01 s old (latest restorable time);
quota: passed, 2 of 40 RDS instances in use, 2 more for drills, 2 kept free for production;
strays: passed, no copy of orders-prod is left over;
expected time: passed, 19 m 36 s, as the last run took;
cost: inconclusive, not known: tiers.yaml declares no `costs`', 1);
INSERT INTO public.step VALUES ('20261121-02d0f2f8ce', 2, 'choose instant', 'recover', '2026-11-21 23:11:19.186241+00', 58000, '2026-11-21 23:11:19.196241+00', 9000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-02d0f2f8ce', 3, 'restore to the instant', 'recover', '2026-11-21 23:11:19.202241+00', 74000, '2026-11-21 23:11:19.214241+00', 11000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261121-02d0f2f8ce', 4, 'wait until ready', 'recover', '2026-11-21 23:11:19.219241+00', 91000, NULL, NULL, NULL, '', 1);
INSERT INTO public.step VALUES ('20261122-6247258047', 1, 'look before starting', 'prepare', '2026-11-22 01:26:20.227241+00', 1000, '2026-11-22 01:26:20.267241+00', 39000, 'passed', 'identity: passed, account 123456789012, arn:aws:sts::123456789012:user/moto;
template: passed, 2 resources: AWS::DynamoDB::Table, AWS::SQS::Queue;
name of the copy: passed, dro-20261122-6247258047-shop-prod is free;
source of sessions: passed, table arn:aws:dynamodb:us-east-1:123456789012:table/sessions-prod;
name of the copy of sessions: passed, dro-20261122-6247258047-interim-sessions-prod is free;
key of sessions: not applicable, the table is encrypted with a key of AWS''s own;
other runs: passed, no other run of this drill is open;
credentials: passed, lasting credentials by env;
permissions: not applicable, not simulated: arn:aws:sts::123456789012:user/moto is no user or role of IAM;
recovery point of sessions: passed, sessions-prod@2026-11-22T01:21:20Z, data 5 m 01 s old (latest restorable time);
quota: passed, 0 of 2000 CloudFormation stacks in use, 1 more for drills, 2 kept free for production;
quota of the stores: passed, 0 of 50 restores of tables (those by drills) in use, 2 more for drills, 2 kept free for production;
strays: passed, no copy of shop-prod is left over;
expected time: passed, 12 m 43 s, as the last run took;
cost: inconclusive, not known: tiers.yaml declares no `costs`', 1);
INSERT INTO public.step VALUES ('20261122-6247258047', 2, 'create environment', 'recover', '2026-11-22 01:26:20.280241+00', 54000, '2026-11-22 01:26:20.289241+00', 8000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-6247258047', 3, 'choose backup of sessions', 'recover', '2026-11-22 01:26:20.294241+00', 68000, '2026-11-22 01:26:20.301241+00', 6000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-6247258047', 4, 'restore sessions', 'recover', '2026-11-22 01:26:20.307241+00', 81000, '2026-11-22 01:26:20.316241+00', 8000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-6247258047', 5, 'wait until built', 'recover', '2026-11-22 01:26:20.318241+00', 92000, NULL, NULL, NULL, '', 1);
INSERT INTO public.step VALUES ('20261122-de3a939aea', 3, 'restore to the instant', 'recover', '2026-11-22 15:58:09.748652+00', 74000, '2026-11-22 15:58:09.760652+00', 11000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-de3a939aea', 4, 'wait until ready', 'recover', '2026-11-22 15:58:09.765652+00', 91000, NULL, NULL, NULL, '', 1);
INSERT INTO public.step VALUES ('20261122-e76ee4a877', 1, 'look before starting', 'prepare', '2026-11-22 03:41:21.326241+00', 1000, '2026-11-22 03:41:21.372241+00', 45000, 'passed', 'identity: passed, account 123456789012, arn:aws:sts::123456789012:user/moto;
template: passed, 2 resources: AWS::DynamoDB::Table, AWS::SQS::Queue;
name of the copy: passed, dro-20261122-e76ee4a877-shop-prod is free;
source of sessions: passed, table arn:aws:dynamodb:us-east-1:123456789012:table/sessions-prod;
name of the copy of sessions: passed, dro-20261122-e76ee4a877-interim-sessions-prod is free;
key of sessions: not applicable, the table is encrypted with a key of AWS''s own;
other runs: inconclusive, run 20261122-6247258047 of this drill died: `dro resume 20261122-6247258047` goes on with it, `dro sweep` ends it;
credentials: passed, lasting credentials by env;
permissions: not applicable, not simulated: arn:aws:sts::123456789012:user/moto is no user or role of IAM;
recovery point of sessions: passed, sessions-prod@2026-11-22T03:36:21Z, data 5 m 01 s old (latest restorable time);
quota: passed, 1 of 2000 CloudFormation stacks in use, 1 more for drills, 2 kept free for production;
quota of the stores: passed, 0 of 50 restores of tables (those by drills) in use, 2 more for drills, 2 kept free for production;
strays: passed, no copy of shop-prod is left over;
expected time: passed, 12 m 43 s, as the last run took;
cost: inconclusive, not known: tiers.yaml declares no `costs`', 1);
INSERT INTO public.step VALUES ('20261122-e76ee4a877', 2, 'create environment', 'recover', '2026-11-22 03:41:21.385241+00', 60000, '2026-11-22 03:41:21.394241+00', 8000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-e76ee4a877', 3, 'choose backup of sessions', 'recover', '2026-11-22 03:41:21.399241+00', 74000, '2026-11-22 03:41:21.406241+00', 6000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-e76ee4a877', 4, 'restore sessions', 'recover', '2026-11-22 03:41:21.412241+00', 87000, '2026-11-22 03:41:21.421241+00', 8000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-e76ee4a877', 5, 'wait until built', 'recover', '2026-11-22 03:41:21.423241+00', 98000, '2026-11-22 03:42:33.474241+00', 72050000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-e76ee4a877', 6, 'wait for sessions', 'recover', '2026-11-22 03:42:33.479241+00', 72154000, '2026-11-22 03:51:39.773241+00', 546293000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-e76ee4a877', 7, 'fill Config', 'recover', '2026-11-22 03:51:39.775241+00', 618450000, '2026-11-22 03:51:39.803241+00', 27000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-e76ee4a877', 8, 'prove the copy''s isolation', 'verify', '2026-11-22 03:51:39.805241+00', 618480000, NULL, NULL, NULL, '', 1);
INSERT INTO public.step VALUES ('20261122-f386c0336a', 1, 'look before starting', 'prepare', '2026-11-22 06:06:40.813241+00', 1000, '2026-11-22 06:06:40.892241+00', 78000, 'passed', 'identity: passed, account 123456789012, arn:aws:sts::123456789012:user/moto;
source: passed, table arn:aws:dynamodb:us-east-1:123456789012:table/sessions-prod;
name of the copy: passed, dro-20261122-f386c0336a-sessions-prod is free;
key: not applicable, the table is encrypted with a key of AWS''s own;
other runs: inconclusive, run 20261121-7d8c7cd257 of this drill died: `dro resume 20261121-7d8c7cd257` goes on with it, `dro sweep` ends it; run 20261121-2d782a3ae0 of this drill died: `dro resume 20261121-2d782a3ae0` goes on with it, `dro sweep` ends it;
credentials: passed, lasting credentials by env;
permissions: not applicable, not simulated: arn:aws:sts::123456789012:user/moto is no user or role of IAM;
recovery point: passed, sessions-prod@2026-11-22T06:01:40Z, data 5 m 01 s old (latest restorable time);
quota: passed, 0 of 50 restores of tables (those by drills) in use, 2 more for drills, 2 kept free for production;
strays: passed, no copy of sessions-prod is left over;
expected time: passed, 10 m 04 s, the median of the last 2 runs;
cost: inconclusive, not known: tiers.yaml declares no `costs`', 1);
INSERT INTO public.step VALUES ('20261122-f386c0336a', 2, 'choose instant', 'recover', '2026-11-22 06:06:40.903241+00', 91000, '2026-11-22 06:06:40.910241+00', 6000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-f386c0336a', 3, 'restore to the instant', 'recover', '2026-11-22 06:06:40.916241+00', 104000, '2026-11-22 06:06:40.925241+00', 8000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-f386c0336a', 4, 'wait until ready', 'recover', '2026-11-22 06:06:40.930241+00', 118000, '2026-11-22 06:16:29.245241+00', 588314000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-f386c0336a', 5, 'prove the copy''s isolation', 'verify', '2026-11-22 06:16:29.250241+00', 588438000, NULL, NULL, NULL, '', 1);
INSERT INTO public.step VALUES ('20261122-7ef3ed6390', 1, 'look before starting', 'prepare', '2026-11-22 08:31:30.259241+00', 2000, '2026-11-22 08:31:30.305241+00', 45000, 'passed', 'identity: passed, account 123456789012, arn:aws:sts::123456789012:user/moto;
source: passed, arn:aws:rds:us-east-1:123456789012:db:orders-prod, postgres 16.4;
name of the copy: passed, dro-20261122-7ef3ed6390-orders-prod is free;
key: passed, key arn:aws:kms:us-east-1:123456789012:key/28b04a06-213c-4299-ac71-b3cbac75d437 is enabled;
subnet group: passed, dro-isolated is in vpc-3e7c5a58f0f30a25a, the source''s own VPC;
security groups: passed, sg-dc24bb04a5f5baf46: nothing out, not open to the world;
secret: passed, prod/orders holds the login of orders;
other runs: inconclusive, run 20261121-02d0f2f8ce of this drill died: `dro resume 20261121-02d0f2f8ce` goes on with it, `dro sweep` ends it;
credentials: passed, lasting credentials by env;
permissions: not applicable, not simulated: arn:aws:sts::123456789012:user/moto is no user or role of IAM;
recovery point: passed, orders-prod@2026-11-22T08:26:30Z, data 5 m 01 s old (latest restorable time);
quota: passed, 3 of 40 RDS instances in use, 2 more for drills, 2 kept free for production;
strays: passed, no copy of orders-prod is left over;
expected time: passed, 19 m 36 s, as the last run took;
cost: inconclusive, not known: tiers.yaml declares no `costs`', 1);
INSERT INTO public.step VALUES ('20261122-7ef3ed6390', 2, 'choose instant', 'recover', '2026-11-22 08:31:30.316241+00', 59000, '2026-11-22 08:31:30.326241+00', 9000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-7ef3ed6390', 3, 'restore to the instant', 'recover', '2026-11-22 08:31:30.332241+00', 75000, '2026-11-22 08:31:30.344241+00', 11000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-7ef3ed6390', 4, 'wait until ready', 'recover', '2026-11-22 08:31:30.349241+00', 92000, '2026-11-22 08:47:59.200652+00', 988850412, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-7ef3ed6390', 5, 'prove the copy''s isolation', 'verify', '2026-11-22 08:47:59.205652+00', 988948412, '2026-11-22 08:47:59.215652+00', 9000, 'passed', 'in us-east-1 of account 123456789012, not public, in dro-isolated and sg-dc24bb04a5f5baf46 alone, encrypted with arn:aws:kms:us-east-1:123456789012:key/28b04a06-213c-4299-ac71-b3cbac75d437', 1);
INSERT INTO public.step VALUES ('20261122-7ef3ed6390', 6, 'verify', 'verify', '2026-11-22 08:47:59.220652+00', 988963412, '2026-11-22 08:47:59.230652+00', 9000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-7ef3ed6390', 7, 'try to reach production from the copy', 'teardown', '2026-11-22 08:47:59.238652+00', 988981412, '2026-11-22 08:47:59.242652+00', 3000, 'passed', 'not probed: the lab has no network', 1);
INSERT INTO public.step VALUES ('20261122-7ef3ed6390', 8, 'ask AWS for its own times', 'teardown', '2026-11-22 08:47:59.244652+00', 988987412, '2026-11-22 08:47:59.251652+00', 6000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-7ef3ed6390', 9, 'destroy copy', 'teardown', '2026-11-22 08:47:59.253652+00', 988996412, '2026-11-22 08:51:17.381652+00', 198127000, 'passed', 'deleted', 1);
INSERT INTO public.step VALUES ('20261122-7ef3ed6390', 10, 'look back at the recovery points', 'teardown', '2026-11-22 08:51:17.386652+00', 1187129412, '2026-11-22 08:51:17.396652+00', 9000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-723a462a9a', 1, 'look before starting', 'prepare', '2026-11-22 08:51:17.403652+00', 2000, '2026-11-22 08:51:17.491652+00', 87000, 'passed', 'identity: passed, account 123456789012, arn:aws:sts::123456789012:user/moto;
source: passed, table arn:aws:dynamodb:us-east-1:123456789012:table/sessions-prod;
name of the copy: passed, dro-20261122-723a462a9a-sessions-prod is free;
key: not applicable, the table is encrypted with a key of AWS''s own;
other runs: inconclusive, run 20261122-f386c0336a of this drill died: `dro resume 20261122-f386c0336a` goes on with it, `dro sweep` ends it; run 20261121-7d8c7cd257 of this drill died: `dro resume 20261121-7d8c7cd257` goes on with it, `dro sweep` ends it; run 20261121-2d782a3ae0 of this drill died: `dro resume 20261121-2d782a3ae0` goes on with it, `dro sweep` ends it;
credentials: passed, lasting credentials by env;
permissions: not applicable, not simulated: arn:aws:sts::123456789012:user/moto is no user or role of IAM;
recovery point: passed, sessions-prod@2026-11-22T08:46:17Z, data 5 m 01 s old (latest restorable time);
quota: passed, 0 of 50 restores of tables (those by drills) in use, 2 more for drills, 2 kept free for production;
strays: passed, no copy of sessions-prod is left over;
expected time: passed, 9 m 55 s, as the last run took;
cost: inconclusive, not known: tiers.yaml declares no `costs`', 1);
INSERT INTO public.step VALUES ('20261122-723a462a9a', 2, 'choose instant', 'recover', '2026-11-22 08:51:17.502652+00', 101000, '2026-11-22 08:51:17.509652+00', 6000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-723a462a9a', 3, 'restore to the instant', 'recover', '2026-11-22 08:51:17.515652+00', 114000, '2026-11-22 08:51:17.524652+00', 8000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-723a462a9a', 4, 'wait until ready', 'recover', '2026-11-22 08:51:17.529652+00', 128000, '2026-11-22 09:01:35.859652+00', 618329000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-723a462a9a', 5, 'prove the copy''s isolation', 'verify', '2026-11-22 09:01:35.864652+00', 618463000, '2026-11-22 09:01:35.874652+00', 9000, 'passed', 'in us-east-1 of account 123456789012, encrypted with a key of AWS, as its source', 1);
INSERT INTO public.step VALUES ('20261122-723a462a9a', 6, 'verify', 'verify', '2026-11-22 09:01:35.879652+00', 618478000, '2026-11-22 09:01:35.899652+00', 19000, 'failed', 'did not pass: heartbeat: the asked instant', 1);
INSERT INTO public.step VALUES ('20261122-723a462a9a', 7, 'ask AWS for its own times', 'teardown', '2026-11-22 09:01:35.901652+00', 618500000, '2026-11-22 09:01:35.908652+00', 6000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-723a462a9a', 8, 'destroy copy', 'teardown', '2026-11-22 09:01:35.910652+00', 618509000, '2026-11-22 09:02:11.960652+00', 36049000, 'passed', 'deleted', 1);
INSERT INTO public.step VALUES ('20261122-723a462a9a', 9, 'look back at the recovery points', 'teardown', '2026-11-22 09:02:11.965652+00', 654564000, '2026-11-22 09:02:11.975652+00', 9000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-4d93d08564', 1, 'look before starting', 'prepare', '2026-11-22 11:17:12.982652+00', 2000, '2026-11-22 11:17:13.070652+00', 87000, 'passed', 'identity: passed, account 123456789012, arn:aws:sts::123456789012:user/moto;
source: passed, table arn:aws:dynamodb:us-east-1:123456789012:table/sessions-prod;
name of the copy: passed, dro-20261122-4d93d08564-sessions-prod is free;
key: not applicable, the table is encrypted with a key of AWS''s own;
other runs: inconclusive, run 20261122-f386c0336a of this drill died: `dro resume 20261122-f386c0336a` goes on with it, `dro sweep` ends it; run 20261121-7d8c7cd257 of this drill died: `dro resume 20261121-7d8c7cd257` goes on with it, `dro sweep` ends it; run 20261121-2d782a3ae0 of this drill died: `dro resume 20261121-2d782a3ae0` goes on with it, `dro sweep` ends it;
credentials: passed, lasting credentials by env;
permissions: not applicable, not simulated: arn:aws:sts::123456789012:user/moto is no user or role of IAM;
recovery point: passed, sessions-prod@2026-11-22T11:12:12Z, data 5 m 01 s old (latest restorable time);
quota: passed, 0 of 50 restores of tables (those by drills) in use, 2 more for drills, 2 kept free for production;
strays: passed, no copy of sessions-prod is left over;
expected time: passed, 9 m 55 s, as the last run took;
cost: inconclusive, not known: tiers.yaml declares no `costs`', 1);
INSERT INTO public.step VALUES ('20261122-4d93d08564', 2, 'choose instant', 'recover', '2026-11-22 11:17:13.081652+00', 101000, '2026-11-22 11:17:13.088652+00', 6000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-4d93d08564', 3, 'restore to the instant', 'recover', '2026-11-22 11:17:13.094652+00', 114000, '2026-11-22 11:17:13.103652+00', 8000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-4d93d08564', 4, 'wait until ready', 'recover', '2026-11-22 11:17:13.108652+00', 128000, '2026-11-22 11:27:37.441652+00', 624332000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-4d93d08564', 5, 'prove the copy''s isolation', 'verify', '2026-11-22 11:27:37.446652+00', 624466000, '2026-11-22 11:27:37.456652+00', 9000, 'passed', 'in us-east-1 of account 123456789012, encrypted with a key of AWS, as its source', 1);
INSERT INTO public.step VALUES ('20261122-4d93d08564', 6, 'verify', 'verify', '2026-11-22 11:27:37.461652+00', 624481000, '2026-11-22 11:27:37.481652+00', 19000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-4d93d08564', 7, 'ask AWS for its own times', 'teardown', '2026-11-22 11:27:37.489652+00', 624509000, '2026-11-22 11:27:37.496652+00', 6000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-4d93d08564', 8, 'destroy copy', 'teardown', '2026-11-22 11:27:37.498652+00', 624518000, '2026-11-22 11:28:07.545652+00', 30046000, 'passed', 'deleted', 1);
INSERT INTO public.step VALUES ('20261122-4d93d08564', 9, 'look back at the recovery points', 'teardown', '2026-11-22 11:28:07.550652+00', 654570000, '2026-11-22 11:28:07.560652+00', 9000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-c61e33d4c8', 1, 'look before starting', 'prepare', '2026-11-22 13:43:08.567652+00', 2000, '2026-11-22 13:43:08.619652+00', 51000, 'passed', 'identity: passed, account 123456789012, arn:aws:sts::123456789012:user/moto;
source: passed, arn:aws:rds:us-east-1:123456789012:db:orders-prod, postgres 16.4;
name of the copy: passed, dro-20261122-c61e33d4c8-orders-prod is free;
key: passed, key arn:aws:kms:us-east-1:123456789012:key/28b04a06-213c-4299-ac71-b3cbac75d437 is enabled;
subnet group: passed, dro-isolated is in vpc-3e7c5a58f0f30a25a, the source''s own VPC;
security groups: passed, sg-dc24bb04a5f5baf46: nothing out, not open to the world;
secret: passed, prod/orders holds the login of orders;
other runs: inconclusive, run 20261121-2f4c213611 of this drill died: `dro resume 20261121-2f4c213611` goes on with it, `dro sweep` ends it;
credentials: passed, lasting credentials by env;
permissions: not applicable, not simulated: arn:aws:sts::123456789012:user/moto is no user or role of IAM;
recovery point: passed, orders-19, data 15 m 02 s old (SnapshotDatabaseTime);
quota: passed, 3 of 40 RDS instances in use, 2 more for drills, 2 kept free for production;
strays: passed, no copy of orders-prod is left over;
expected time: passed, 19 m 02 s, the median of the last 3 runs;
cost: inconclusive, not known: tiers.yaml declares no `costs`', 1);
INSERT INTO public.step VALUES ('20261122-c61e33d4c8', 2, 'choose snapshot', 'recover', '2026-11-22 13:43:08.630652+00', 65000, '2026-11-22 13:43:08.640652+00', 9000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-c61e33d4c8', 3, 'restore snapshot', 'recover', '2026-11-22 13:43:08.646652+00', 81000, '2026-11-22 13:43:08.658652+00', 11000, 'passed', '', 1);
INSERT INTO public.step VALUES ('20261122-c61e33d4c8', 4, 'wait until ready', 'recover', '2026-11-22 13:43:08.663652+00', 98000, NULL, NULL, NULL, '', 1);
INSERT INTO public.step VALUES ('20261122-de3a939aea', 1, 'look before starting', 'prepare', '2026-11-22 15:58:09.675652+00', 1000, '2026-11-22 15:58:09.721652+00', 45000, 'passed', 'identity: passed, account 123456789012, arn:aws:sts::123456789012:user/moto;
source: passed, arn:aws:rds:us-east-1:123456789012:db:orders-prod, postgres 16.4;
name of the copy: passed, dro-20261122-de3a939aea-orders-prod is free;
key: passed, key arn:aws:kms:us-east-1:123456789012:key/28b04a06-213c-4299-ac71-b3cbac75d437 is enabled;
subnet group: passed, dro-isolated is in vpc-3e7c5a58f0f30a25a, the source''s own VPC;
security groups: passed, sg-dc24bb04a5f5baf46: nothing out, not open to the world;
secret: passed, prod/orders holds the login of orders;
other runs: inconclusive, run 20261121-02d0f2f8ce of this drill died: `dro resume 20261121-02d0f2f8ce` goes on with it, `dro sweep` ends it;
credentials: passed, lasting credentials by env;
permissions: not applicable, not simulated: arn:aws:sts::123456789012:user/moto is no user or role of IAM;
recovery point: passed, orders-prod@2026-11-22T15:53:09Z, data 5 m 01 s old (latest restorable time);
quota: passed, 4 of 40 RDS instances in use, 2 more for drills, 2 kept free for production;
strays: passed, no copy of orders-prod is left over;
expected time: passed, 19 m 42 s, the median of the last 2 runs;
cost: inconclusive, not known: tiers.yaml declares no `costs`', 1);
SELECT pg_catalog.setval('public.check_result_number_seq', 22, true);
SELECT pg_catalog.setval('public.copy_number_seq', 26, true);
SELECT pg_catalog.setval('public.event_number_seq', 152, true);
SELECT pg_catalog.setval('public.exercise_number_seq', 3, true);
SELECT pg_catalog.setval('public.finding_number_seq', 8, true);
SELECT pg_catalog.setval('public.observation_number_seq', 48, true);
SELECT pg_catalog.setval('public.recovery_point_number_seq', 21, true);
SELECT pg_catalog.setval('public.run_number_seq', 23, true);
SELECT pg_catalog.setval('public.segment_number_seq', 4, true);
SELECT pg_catalog.setval('public.server_time_number_seq', 12, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.check_result
    ADD CONSTRAINT pk_check_result PRIMARY KEY (number);
ALTER TABLE ONLY public.copy
    ADD CONSTRAINT pk_copy PRIMARY KEY (number);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT pk_event PRIMARY KEY (number);
ALTER TABLE ONLY public.exercise
    ADD CONSTRAINT pk_exercise PRIMARY KEY (number);
ALTER TABLE ONLY public.exercise_lease
    ADD CONSTRAINT pk_exercise_lease PRIMARY KEY (exercise);
ALTER TABLE ONLY public.finding
    ADD CONSTRAINT pk_finding PRIMARY KEY (number);
ALTER TABLE ONLY public.lease
    ADD CONSTRAINT pk_lease PRIMARY KEY (run);
ALTER TABLE ONLY public.observation
    ADD CONSTRAINT pk_observation PRIMARY KEY (number);
ALTER TABLE ONLY public.recovery_point
    ADD CONSTRAINT pk_recovery_point PRIMARY KEY (number);
ALTER TABLE ONLY public.run
    ADD CONSTRAINT pk_run PRIMARY KEY (number);
ALTER TABLE ONLY public.segment
    ADD CONSTRAINT pk_segment PRIMARY KEY (number);
ALTER TABLE ONLY public.server_time
    ADD CONSTRAINT pk_server_time PRIMARY KEY (number);
ALTER TABLE ONLY public.step
    ADD CONSTRAINT pk_step PRIMARY KEY (run, seq);
ALTER TABLE ONLY public.copy
    ADD CONSTRAINT uq_copy_run_type_region_id UNIQUE (run, type, region, id);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT uq_event_run_moment UNIQUE (run, moment);
ALTER TABLE ONLY public.exercise
    ADD CONSTRAINT uq_exercise_id UNIQUE (id);
ALTER TABLE ONLY public.run
    ADD CONSTRAINT uq_run_id UNIQUE (id);
CREATE INDEX ix_check_result_run ON public.check_result USING btree (run);
CREATE INDEX ix_exercise_started_at ON public.exercise USING btree (started_at);
CREATE INDEX ix_finding_fingerprint ON public.finding USING btree (fingerprint);
CREATE INDEX ix_finding_run ON public.finding USING btree (run);
CREATE INDEX ix_observation_run ON public.observation USING btree (run);
CREATE INDEX ix_recovery_point_run ON public.recovery_point USING btree (run);
CREATE INDEX ix_run_drill ON public.run USING btree (drill);
CREATE INDEX ix_run_exercise ON public.run USING btree (exercise);
CREATE INDEX ix_run_service ON public.run USING btree (service);
CREATE INDEX ix_run_started_at ON public.run USING btree (started_at);
CREATE INDEX ix_segment_run ON public.segment USING btree (run);
CREATE INDEX ix_server_time_run ON public.server_time USING btree (run);
ALTER TABLE ONLY public.check_result
    ADD CONSTRAINT fk_check_result_run FOREIGN KEY (run) REFERENCES public.run(id);
ALTER TABLE ONLY public.copy
    ADD CONSTRAINT fk_copy_run FOREIGN KEY (run) REFERENCES public.run(id);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT fk_event_run FOREIGN KEY (run) REFERENCES public.run(id);
ALTER TABLE ONLY public.finding
    ADD CONSTRAINT fk_finding_run FOREIGN KEY (run) REFERENCES public.run(id);
ALTER TABLE ONLY public.lease
    ADD CONSTRAINT fk_lease_run FOREIGN KEY (run) REFERENCES public.run(id);
ALTER TABLE ONLY public.observation
    ADD CONSTRAINT fk_observation_run FOREIGN KEY (run) REFERENCES public.run(id);
ALTER TABLE ONLY public.recovery_point
    ADD CONSTRAINT fk_recovery_point_run FOREIGN KEY (run) REFERENCES public.run(id);
ALTER TABLE ONLY public.run
    ADD CONSTRAINT fk_run_exercise FOREIGN KEY (exercise) REFERENCES public.exercise(id);
ALTER TABLE ONLY public.segment
    ADD CONSTRAINT fk_segment_run FOREIGN KEY (run) REFERENCES public.run(id);
ALTER TABLE ONLY public.server_time
    ADD CONSTRAINT fk_server_time_run FOREIGN KEY (run) REFERENCES public.run(id);
ALTER TABLE ONLY public.step
    ADD CONSTRAINT fk_step_run FOREIGN KEY (run) REFERENCES public.run(id);
