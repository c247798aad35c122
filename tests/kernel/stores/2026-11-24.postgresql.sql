CREATE TABLE public.access_rules (
    id character varying NOT NULL,
    dataset character varying NOT NULL,
    rule bytea NOT NULL,
    given timestamp with time zone NOT NULL,
    withdrawn timestamp with time zone
);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.catalogue_documents (
    source character varying NOT NULL,
    name character varying NOT NULL,
    digest bytea NOT NULL,
    left_over bytea NOT NULL
);
CREATE TABLE public.catalogue_quarantine (
    source character varying NOT NULL,
    document character varying NOT NULL,
    part character varying NOT NULL,
    digest bytea NOT NULL,
    code character varying NOT NULL,
    reason text NOT NULL,
    content bytea NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone
);
CREATE TABLE public.catalogue_records (
    number integer NOT NULL,
    id character varying NOT NULL,
    source character varying NOT NULL,
    document character varying NOT NULL,
    part character varying NOT NULL,
    version integer NOT NULL,
    digest bytea NOT NULL,
    gone timestamp with time zone,
    title text NOT NULL,
    words text NOT NULL,
    facets bytea NOT NULL
);
CREATE SEQUENCE public.catalogue_records_number_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.catalogue_records_number_seq OWNED BY public.catalogue_records.number;
CREATE TABLE public.catalogue_sources (
    name character varying NOT NULL,
    location character varying NOT NULL,
    mapping bytea NOT NULL,
    changed timestamp with time zone NOT NULL
);
CREATE TABLE public.catalogue_versions (
    record character varying NOT NULL,
    version integer NOT NULL,
    at timestamp with time zone NOT NULL,
    content bytea NOT NULL
);
CREATE TABLE public.jobs (
    id character varying NOT NULL,
    ask bytea NOT NULL,
    night character varying NOT NULL,
    place bigint NOT NULL,
    state character varying NOT NULL,
    asked timestamp with time zone NOT NULL,
    due timestamp with time zone NOT NULL,
    began timestamp with time zone,
    ended timestamp with time zone,
    done bigint NOT NULL,
    total bigint NOT NULL,
    label character varying NOT NULL,
    attempts integer NOT NULL,
    unwanted boolean NOT NULL,
    problem bytea NOT NULL,
    bytes bigint NOT NULL
);
CREATE TABLE public.ledger_cosignatures (
    size bigint NOT NULL,
    key bytea NOT NULL,
    at character varying NOT NULL,
    signature bytea NOT NULL
);
CREATE TABLE public.ledger_edge (
    level integer NOT NULL,
    number bigint NOT NULL,
    hash bytea NOT NULL
);
CREATE TABLE public.ledger_entries (
    "position" bigint NOT NULL,
    key bytea,
    entry bytea NOT NULL
);
CREATE TABLE public.ledger_heads (
    size bigint NOT NULL,
    root bytea NOT NULL,
    at character varying NOT NULL,
    key bytea NOT NULL,
    signature bytea NOT NULL
);
CREATE TABLE public.ledger_payloads (
    "position" bigint NOT NULL,
    pseudonym character varying NOT NULL,
    salt bytea,
    content bytea,
    erased timestamp with time zone
);
CREATE TABLE public.ledger_pseudonyms (
    person character varying NOT NULL,
    pseudonym character varying NOT NULL
);
CREATE TABLE public.ledger_tiles (
    level integer NOT NULL,
    number bigint NOT NULL,
    hashes bytea NOT NULL
);
ALTER TABLE ONLY public.ledger_tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;
CREATE TABLE public.ledger_witnessed (
    key bytea NOT NULL,
    size bigint NOT NULL,
    root bytea NOT NULL,
    at character varying NOT NULL
);
CREATE TABLE public.nodes_evidence (
    digest character varying NOT NULL,
    node character varying NOT NULL,
    found timestamp with time zone NOT NULL,
    evidence bytea NOT NULL
);
CREATE TABLE public.nodes_figures (
    node character varying NOT NULL,
    figure character varying NOT NULL
);
CREATE TABLE public.nodes_heads (
    node character varying NOT NULL,
    head bytea NOT NULL
);
CREATE TABLE public.nodes_inbox (
    sender character varying NOT NULL,
    sequence bigint NOT NULL,
    kind character varying NOT NULL,
    digest character varying NOT NULL,
    acknowledgement bytea NOT NULL
);
CREATE TABLE public.nodes_known (
    id character varying NOT NULL,
    profile bytea NOT NULL,
    relation character varying NOT NULL,
    state character varying NOT NULL,
    parent character varying NOT NULL,
    heard timestamp with time zone
);
CREATE TABLE public.nodes_outbox (
    receiver character varying NOT NULL,
    sequence bigint NOT NULL,
    kind character varying NOT NULL,
    message bytea NOT NULL,
    attempts integer NOT NULL,
    due timestamp with time zone NOT NULL,
    trouble character varying NOT NULL,
    acknowledgement bytea
);
CREATE TABLE public.nodes_queries (
    requester character varying NOT NULL,
    number bigint NOT NULL,
    dataset character varying NOT NULL,
    plan bytea NOT NULL,
    snapshot character varying NOT NULL,
    rows bigint NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE public.people_approvals (
    key character varying NOT NULL,
    scope character varying NOT NULL,
    digest character varying NOT NULL,
    asked_by character varying NOT NULL,
    asked_for character varying NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    expires timestamp with time zone NOT NULL,
    confirmed_by character varying NOT NULL,
    confirmed_at timestamp with time zone,
    used_at timestamp with time zone
);
CREATE TABLE public.people_held (
    principal character varying NOT NULL,
    role character varying NOT NULL
);
CREATE TABLE public.people_organisations (
    id character varying NOT NULL,
    name_zh character varying NOT NULL,
    name_en character varying NOT NULL,
    kind character varying NOT NULL,
    level character varying NOT NULL,
    place character varying NOT NULL,
    parent character varying
);
CREATE TABLE public.people_principals (
    id character varying NOT NULL,
    organisation character varying NOT NULL
);
CREATE TABLE public.people_roles (
    code character varying NOT NULL,
    name_zh character varying NOT NULL,
    name_en character varying NOT NULL,
    scopes character varying NOT NULL
);
ALTER TABLE ONLY public.catalogue_records ALTER COLUMN number SET DEFAULT nextval('public.catalogue_records_number_seq'::regclass);
INSERT INTO public.access_rules VALUES ('G-1', 'births', '\x7b2274797065223a226772616e74222c226964223a22472d31222c227375626a656374223a7b226b696e64223a226f7267616e69736174696f6e222c226964223a226865616c7468227d2c22707572706f7365223a2264757479222c2264617461736574223a22626972746873222c22636f6c756d6e73223a7b22706c616365223a7b2274797065223a226578616374227d7d2c226261736973223a224f72646572203830392c206172742e203134222c226669727374223a22323032362d30312d3031222c226c617374223a22323032372d30312d3031222c22726f7773223a7b2274797065223a22616e64222c227061727473223a5b5d7d2c226578706f7274223a66616c73652c2273616c74223a22227d', '2026-11-24 00:00:00+00', NULL);
INSERT INTO public.alembic_version VALUES ('people_1');
INSERT INTO public.alembic_version VALUES ('nodes_1');
INSERT INTO public.alembic_version VALUES ('ledger_2');
INSERT INTO public.alembic_version VALUES ('jobs_1');
INSERT INTO public.alembic_version VALUES ('catalogue_1');
INSERT INTO public.catalogue_documents VALUES ('wells', 'a.yaml', '\x31', '\x');
INSERT INTO public.catalogue_documents VALUES ('wells', 'b.yaml', '\x32', '\x');
INSERT INTO public.catalogue_quarantine VALUES ('wells', 'b.yaml', '', '\x442a44457137672b3218c1007dc8f76a', 'no_title', 'no title', '\x78', '2026-11-24 00:00:00+00', NULL);
INSERT INTO public.catalogue_records VALUES (1, 'wells/a', 'wells', 'a.yaml', '', 1, '\xc4e322f1f9d9f2399636a7fa3a48093d', NULL, '水井登记', '水井 井登 登记 水 井 登 记 | 各村 村水 水井 各 村 水 井', '\x7b227075626c6973686572223a5b5d2c227468656d65223a5b5d2c22666f726d6174223a5b5d2c226c6963656e7365223a5b5d2c2273686172696e67223a5b5d2c22736f75726365223a5b2277656c6c73225d7d');
INSERT INTO public.catalogue_sources VALUES ('wells', 'wells', '\x7b224e616d65223a227469746c65227d', '2026-11-24 00:00:00+00');
INSERT INTO public.catalogue_versions VALUES ('wells/a', 1, '2026-11-24 00:00:00+00', '\x7b2261646472657373223a2275726e3a61222c227469746c65223a5b7b2274657874223a22e6b0b4e4ba95e799bbe8aeb0227d5d2c226465736372697074696f6e223a5b7b2274657874223a22e59084e69d91e6b0b4e4ba95227d5d7d');
INSERT INTO public.jobs VALUES ('J1', '\x7b22616374696f6e223a5b226576616c75617465225d2c22676976656e223a7b7d2c2266696c6573223a7b7d2c226c616e6775616765223a227a68222c226174223a22222c22736e617073686f7473223a7b7d7d', '', 1, 'waiting', '2026-11-24 00:00:00+00', '2026-11-24 00:00:00+00', NULL, NULL, 0, 0, '', 0, false, '\x7b7d', 0);
INSERT INTO public.ledger_edge VALUES (1, 0, '\x0ed0d839d0496c467d8c491c3d74482dbb9bcb60bea2df3083c7c90628142587');
INSERT INTO public.ledger_edge VALUES (0, 256, '\x74a9293694f6d7ed146923cf3a3f33448cd8be59824ee88547e901853846927d');
INSERT INTO public.ledger_edge VALUES (0, 257, '\x1042e8f40c15706594184ab30bab51d1329698189dbc27aca4af7d0e67468fc6');
INSERT INTO public.ledger_edge VALUES (0, 258, '\x5d467b560d97289c607ef36c366121724b30d083ffb14f1ba18b8323306d9b57');
INSERT INTO public.ledger_edge VALUES (0, 259, '\xe5468164a928648a970bbb602ef5febdcb4c17484d69da8f817c8ca231fb7b3f');
INSERT INTO public.ledger_edge VALUES (0, 260, '\x11e047fdcfdfbb92ca19fdf66e8cb8da9df7c04b64705b5a194d85f9f85a8d8a');
INSERT INTO public.ledger_edge VALUES (0, 261, '\xdbdeb0c0d0c3f44a24e260a27100f353bd0163fff58c99f03d6a0c54f88a87db');
INSERT INTO public.ledger_edge VALUES (0, 262, '\x3334cb966c5dd2a67c9ce19f633a3c69bd7d8ab5b0db7263e791e33009f07fa4');
INSERT INTO public.ledger_edge VALUES (0, 263, '\xd6141eb5bb086bc26cc407ed8b1232177116b69249c77f55a62277e284197fc8');
INSERT INTO public.ledger_entries VALUES (0, NULL, '\x7b226163746f72223a22702d3561393135336434653064353663386532646439383437303534663035306539222c226174223a22323032362d31312d32345430383a30303a30302b30383a3030222c226661637473223a7b226e656564223a226e31227d2c226b696e64223a226e6565642e6465636c61726564222c2270726976617465223a7b22702d3939363536306232373836306333383162336234303163316235613037336538223a2262356462346131613334346237313438393664623765653531356466396462343165316537333930626462663432663663643163346633366335363232643464227d7d');
INSERT INTO public.ledger_entries VALUES (1, NULL, '\x7b226163746f72223a22702d3939363536306232373836306333383162336234303163316235613037336538222c226174223a22323032362d31312d32345430383a30303a30302b30383a3030222c226661637473223a7b226e656564223a226e32227d2c226b696e64223a226e6565642e6465636c61726564222c2270726976617465223a7b22702d3364393966326162356330343032303030616461316562303465353761303835223a2234393862336461643934326262646130633565333932633330383239633165386335393537613531353231636537336362656662636639373064356462353362227d7d');
INSERT INTO public.ledger_entries VALUES (2, '\x30', '\x7b226e223a307d');
INSERT INTO public.ledger_entries VALUES (3, '\x31', '\x7b226e223a317d');
INSERT INTO public.ledger_entries VALUES (4, '\x32', '\x7b226e223a327d');
INSERT INTO public.ledger_entries VALUES (5, '\x33', '\x7b226e223a337d');
INSERT INTO public.ledger_entries VALUES (6, '\x34', '\x7b226e223a347d');
INSERT INTO public.ledger_entries VALUES (7, '\x35', '\x7b226e223a357d');
INSERT INTO public.ledger_entries VALUES (8, '\x36', '\x7b226e223a367d');
INSERT INTO public.ledger_entries VALUES (9, '\x37', '\x7b226e223a377d');
INSERT INTO public.ledger_entries VALUES (10, '\x38', '\x7b226e223a387d');
INSERT INTO public.ledger_entries VALUES (11, '\x39', '\x7b226e223a397d');
INSERT INTO public.ledger_entries VALUES (12, '\x3130', '\x7b226e223a31307d');
INSERT INTO public.ledger_entries VALUES (13, '\x3131', '\x7b226e223a31317d');
INSERT INTO public.ledger_entries VALUES (14, '\x3132', '\x7b226e223a31327d');
INSERT INTO public.ledger_entries VALUES (15, '\x3133', '\x7b226e223a31337d');
INSERT INTO public.ledger_entries VALUES (16, '\x3134', '\x7b226e223a31347d');
INSERT INTO public.ledger_entries VALUES (17, '\x3135', '\x7b226e223a31357d');
INSERT INTO public.ledger_entries VALUES (18, '\x3136', '\x7b226e223a31367d');
INSERT INTO public.ledger_entries VALUES (19, '\x3137', '\x7b226e223a31377d');
INSERT INTO public.ledger_entries VALUES (20, '\x3138', '\x7b226e223a31387d');
INSERT INTO public.ledger_entries VALUES (21, '\x3139', '\x7b226e223a31397d');
INSERT INTO public.ledger_entries VALUES (22, '\x3230', '\x7b226e223a32307d');
INSERT INTO public.ledger_entries VALUES (23, '\x3231', '\x7b226e223a32317d');
INSERT INTO public.ledger_entries VALUES (24, '\x3232', '\x7b226e223a32327d');
INSERT INTO public.ledger_entries VALUES (25, '\x3233', '\x7b226e223a32337d');
INSERT INTO public.ledger_entries VALUES (26, '\x3234', '\x7b226e223a32347d');
INSERT INTO public.ledger_entries VALUES (27, '\x3235', '\x7b226e223a32357d');
INSERT INTO public.ledger_entries VALUES (28, '\x3236', '\x7b226e223a32367d');
INSERT INTO public.ledger_entries VALUES (29, '\x3237', '\x7b226e223a32377d');
INSERT INTO public.ledger_entries VALUES (30, '\x3238', '\x7b226e223a32387d');
INSERT INTO public.ledger_entries VALUES (31, '\x3239', '\x7b226e223a32397d');
INSERT INTO public.ledger_entries VALUES (32, '\x3330', '\x7b226e223a33307d');
INSERT INTO public.ledger_entries VALUES (33, '\x3331', '\x7b226e223a33317d');
INSERT INTO public.ledger_entries VALUES (34, '\x3332', '\x7b226e223a33327d');
INSERT INTO public.ledger_entries VALUES (35, '\x3333', '\x7b226e223a33337d');
INSERT INTO public.ledger_entries VALUES (36, '\x3334', '\x7b226e223a33347d');
INSERT INTO public.ledger_entries VALUES (37, '\x3335', '\x7b226e223a33357d');
INSERT INTO public.ledger_entries VALUES (38, '\x3336', '\x7b226e223a33367d');
INSERT INTO public.ledger_entries VALUES (39, '\x3337', '\x7b226e223a33377d');
INSERT INTO public.ledger_entries VALUES (40, '\x3338', '\x7b226e223a33387d');
INSERT INTO public.ledger_entries VALUES (41, '\x3339', '\x7b226e223a33397d');
INSERT INTO public.ledger_entries VALUES (42, '\x3430', '\x7b226e223a34307d');
INSERT INTO public.ledger_entries VALUES (43, '\x3431', '\x7b226e223a34317d');
INSERT INTO public.ledger_entries VALUES (44, '\x3432', '\x7b226e223a34327d');
INSERT INTO public.ledger_entries VALUES (45, '\x3433', '\x7b226e223a34337d');
INSERT INTO public.ledger_entries VALUES (46, '\x3434', '\x7b226e223a34347d');
INSERT INTO public.ledger_entries VALUES (47, '\x3435', '\x7b226e223a34357d');
INSERT INTO public.ledger_entries VALUES (48, '\x3436', '\x7b226e223a34367d');
INSERT INTO public.ledger_entries VALUES (49, '\x3437', '\x7b226e223a34377d');
INSERT INTO public.ledger_entries VALUES (50, '\x3438', '\x7b226e223a34387d');
INSERT INTO public.ledger_entries VALUES (51, '\x3439', '\x7b226e223a34397d');
INSERT INTO public.ledger_entries VALUES (52, '\x3530', '\x7b226e223a35307d');
INSERT INTO public.ledger_entries VALUES (53, '\x3531', '\x7b226e223a35317d');
INSERT INTO public.ledger_entries VALUES (54, '\x3532', '\x7b226e223a35327d');
INSERT INTO public.ledger_entries VALUES (55, '\x3533', '\x7b226e223a35337d');
INSERT INTO public.ledger_entries VALUES (56, '\x3534', '\x7b226e223a35347d');
INSERT INTO public.ledger_entries VALUES (57, '\x3535', '\x7b226e223a35357d');
INSERT INTO public.ledger_entries VALUES (58, '\x3536', '\x7b226e223a35367d');
INSERT INTO public.ledger_entries VALUES (59, '\x3537', '\x7b226e223a35377d');
INSERT INTO public.ledger_entries VALUES (60, '\x3538', '\x7b226e223a35387d');
INSERT INTO public.ledger_entries VALUES (61, '\x3539', '\x7b226e223a35397d');
INSERT INTO public.ledger_entries VALUES (62, '\x3630', '\x7b226e223a36307d');
INSERT INTO public.ledger_entries VALUES (63, '\x3631', '\x7b226e223a36317d');
INSERT INTO public.ledger_entries VALUES (64, '\x3632', '\x7b226e223a36327d');
INSERT INTO public.ledger_entries VALUES (65, '\x3633', '\x7b226e223a36337d');
INSERT INTO public.ledger_entries VALUES (66, '\x3634', '\x7b226e223a36347d');
INSERT INTO public.ledger_entries VALUES (67, '\x3635', '\x7b226e223a36357d');
INSERT INTO public.ledger_entries VALUES (68, '\x3636', '\x7b226e223a36367d');
INSERT INTO public.ledger_entries VALUES (69, '\x3637', '\x7b226e223a36377d');
INSERT INTO public.ledger_entries VALUES (70, '\x3638', '\x7b226e223a36387d');
INSERT INTO public.ledger_entries VALUES (71, '\x3639', '\x7b226e223a36397d');
INSERT INTO public.ledger_entries VALUES (72, '\x3730', '\x7b226e223a37307d');
INSERT INTO public.ledger_entries VALUES (73, '\x3731', '\x7b226e223a37317d');
INSERT INTO public.ledger_entries VALUES (74, '\x3732', '\x7b226e223a37327d');
INSERT INTO public.ledger_entries VALUES (75, '\x3733', '\x7b226e223a37337d');
INSERT INTO public.ledger_entries VALUES (76, '\x3734', '\x7b226e223a37347d');
INSERT INTO public.ledger_entries VALUES (77, '\x3735', '\x7b226e223a37357d');
INSERT INTO public.ledger_entries VALUES (78, '\x3736', '\x7b226e223a37367d');
INSERT INTO public.ledger_entries VALUES (79, '\x3737', '\x7b226e223a37377d');
INSERT INTO public.ledger_entries VALUES (80, '\x3738', '\x7b226e223a37387d');
INSERT INTO public.ledger_entries VALUES (81, '\x3739', '\x7b226e223a37397d');
INSERT INTO public.ledger_entries VALUES (82, '\x3830', '\x7b226e223a38307d');
INSERT INTO public.ledger_entries VALUES (83, '\x3831', '\x7b226e223a38317d');
INSERT INTO public.ledger_entries VALUES (84, '\x3832', '\x7b226e223a38327d');
INSERT INTO public.ledger_entries VALUES (85, '\x3833', '\x7b226e223a38337d');
INSERT INTO public.ledger_entries VALUES (86, '\x3834', '\x7b226e223a38347d');
INSERT INTO public.ledger_entries VALUES (87, '\x3835', '\x7b226e223a38357d');
INSERT INTO public.ledger_entries VALUES (88, '\x3836', '\x7b226e223a38367d');
INSERT INTO public.ledger_entries VALUES (89, '\x3837', '\x7b226e223a38377d');
INSERT INTO public.ledger_entries VALUES (90, '\x3838', '\x7b226e223a38387d');
INSERT INTO public.ledger_entries VALUES (91, '\x3839', '\x7b226e223a38397d');
INSERT INTO public.ledger_entries VALUES (92, '\x3930', '\x7b226e223a39307d');
INSERT INTO public.ledger_entries VALUES (93, '\x3931', '\x7b226e223a39317d');
INSERT INTO public.ledger_entries VALUES (94, '\x3932', '\x7b226e223a39327d');
INSERT INTO public.ledger_entries VALUES (95, '\x3933', '\x7b226e223a39337d');
INSERT INTO public.ledger_entries VALUES (96, '\x3934', '\x7b226e223a39347d');
INSERT INTO public.ledger_entries VALUES (97, '\x3935', '\x7b226e223a39357d');
INSERT INTO public.ledger_entries VALUES (98, '\x3936', '\x7b226e223a39367d');
INSERT INTO public.ledger_entries VALUES (99, '\x3937', '\x7b226e223a39377d');
INSERT INTO public.ledger_entries VALUES (100, '\x3938', '\x7b226e223a39387d');
INSERT INTO public.ledger_entries VALUES (101, '\x3939', '\x7b226e223a39397d');
INSERT INTO public.ledger_entries VALUES (102, '\x313030', '\x7b226e223a3130307d');
INSERT INTO public.ledger_entries VALUES (103, '\x313031', '\x7b226e223a3130317d');
INSERT INTO public.ledger_entries VALUES (104, '\x313032', '\x7b226e223a3130327d');
INSERT INTO public.ledger_entries VALUES (105, '\x313033', '\x7b226e223a3130337d');
INSERT INTO public.ledger_entries VALUES (106, '\x313034', '\x7b226e223a3130347d');
INSERT INTO public.ledger_entries VALUES (107, '\x313035', '\x7b226e223a3130357d');
INSERT INTO public.ledger_entries VALUES (108, '\x313036', '\x7b226e223a3130367d');
INSERT INTO public.ledger_entries VALUES (109, '\x313037', '\x7b226e223a3130377d');
INSERT INTO public.ledger_entries VALUES (110, '\x313038', '\x7b226e223a3130387d');
INSERT INTO public.ledger_entries VALUES (111, '\x313039', '\x7b226e223a3130397d');
INSERT INTO public.ledger_entries VALUES (112, '\x313130', '\x7b226e223a3131307d');
INSERT INTO public.ledger_entries VALUES (113, '\x313131', '\x7b226e223a3131317d');
INSERT INTO public.ledger_entries VALUES (114, '\x313132', '\x7b226e223a3131327d');
INSERT INTO public.ledger_entries VALUES (115, '\x313133', '\x7b226e223a3131337d');
INSERT INTO public.ledger_entries VALUES (116, '\x313134', '\x7b226e223a3131347d');
INSERT INTO public.ledger_entries VALUES (117, '\x313135', '\x7b226e223a3131357d');
INSERT INTO public.ledger_entries VALUES (118, '\x313136', '\x7b226e223a3131367d');
INSERT INTO public.ledger_entries VALUES (119, '\x313137', '\x7b226e223a3131377d');
INSERT INTO public.ledger_entries VALUES (120, '\x313138', '\x7b226e223a3131387d');
INSERT INTO public.ledger_entries VALUES (121, '\x313139', '\x7b226e223a3131397d');
INSERT INTO public.ledger_entries VALUES (122, '\x313230', '\x7b226e223a3132307d');
INSERT INTO public.ledger_entries VALUES (123, '\x313231', '\x7b226e223a3132317d');
INSERT INTO public.ledger_entries VALUES (124, '\x313232', '\x7b226e223a3132327d');
INSERT INTO public.ledger_entries VALUES (125, '\x313233', '\x7b226e223a3132337d');
INSERT INTO public.ledger_entries VALUES (126, '\x313234', '\x7b226e223a3132347d');
INSERT INTO public.ledger_entries VALUES (127, '\x313235', '\x7b226e223a3132357d');
INSERT INTO public.ledger_entries VALUES (128, '\x313236', '\x7b226e223a3132367d');
INSERT INTO public.ledger_entries VALUES (129, '\x313237', '\x7b226e223a3132377d');
INSERT INTO public.ledger_entries VALUES (130, '\x313238', '\x7b226e223a3132387d');
INSERT INTO public.ledger_entries VALUES (131, '\x313239', '\x7b226e223a3132397d');
INSERT INTO public.ledger_entries VALUES (132, '\x313330', '\x7b226e223a3133307d');
INSERT INTO public.ledger_entries VALUES (133, '\x313331', '\x7b226e223a3133317d');
INSERT INTO public.ledger_entries VALUES (134, '\x313332', '\x7b226e223a3133327d');
INSERT INTO public.ledger_entries VALUES (135, '\x313333', '\x7b226e223a3133337d');
INSERT INTO public.ledger_entries VALUES (136, '\x313334', '\x7b226e223a3133347d');
INSERT INTO public.ledger_entries VALUES (137, '\x313335', '\x7b226e223a3133357d');
INSERT INTO public.ledger_entries VALUES (138, '\x313336', '\x7b226e223a3133367d');
INSERT INTO public.ledger_entries VALUES (139, '\x313337', '\x7b226e223a3133377d');
INSERT INTO public.ledger_entries VALUES (140, '\x313338', '\x7b226e223a3133387d');
INSERT INTO public.ledger_entries VALUES (141, '\x313339', '\x7b226e223a3133397d');
INSERT INTO public.ledger_entries VALUES (142, '\x313430', '\x7b226e223a3134307d');
INSERT INTO public.ledger_entries VALUES (143, '\x313431', '\x7b226e223a3134317d');
INSERT INTO public.ledger_entries VALUES (144, '\x313432', '\x7b226e223a3134327d');
INSERT INTO public.ledger_entries VALUES (145, '\x313433', '\x7b226e223a3134337d');
INSERT INTO public.ledger_entries VALUES (146, '\x313434', '\x7b226e223a3134347d');
INSERT INTO public.ledger_entries VALUES (147, '\x313435', '\x7b226e223a3134357d');
INSERT INTO public.ledger_entries VALUES (148, '\x313436', '\x7b226e223a3134367d');
INSERT INTO public.ledger_entries VALUES (149, '\x313437', '\x7b226e223a3134377d');
INSERT INTO public.ledger_entries VALUES (150, '\x313438', '\x7b226e223a3134387d');
INSERT INTO public.ledger_entries VALUES (151, '\x313439', '\x7b226e223a3134397d');
INSERT INTO public.ledger_entries VALUES (152, '\x313530', '\x7b226e223a3135307d');
INSERT INTO public.ledger_entries VALUES (153, '\x313531', '\x7b226e223a3135317d');
INSERT INTO public.ledger_entries VALUES (154, '\x313532', '\x7b226e223a3135327d');
INSERT INTO public.ledger_entries VALUES (155, '\x313533', '\x7b226e223a3135337d');
INSERT INTO public.ledger_entries VALUES (156, '\x313534', '\x7b226e223a3135347d');
INSERT INTO public.ledger_entries VALUES (157, '\x313535', '\x7b226e223a3135357d');
INSERT INTO public.ledger_entries VALUES (158, '\x313536', '\x7b226e223a3135367d');
INSERT INTO public.ledger_entries VALUES (159, '\x313537', '\x7b226e223a3135377d');
INSERT INTO public.ledger_entries VALUES (160, '\x313538', '\x7b226e223a3135387d');
INSERT INTO public.ledger_entries VALUES (161, '\x313539', '\x7b226e223a3135397d');
INSERT INTO public.ledger_entries VALUES (162, '\x313630', '\x7b226e223a3136307d');
INSERT INTO public.ledger_entries VALUES (163, '\x313631', '\x7b226e223a3136317d');
INSERT INTO public.ledger_entries VALUES (164, '\x313632', '\x7b226e223a3136327d');
INSERT INTO public.ledger_entries VALUES (165, '\x313633', '\x7b226e223a3136337d');
INSERT INTO public.ledger_entries VALUES (166, '\x313634', '\x7b226e223a3136347d');
INSERT INTO public.ledger_entries VALUES (167, '\x313635', '\x7b226e223a3136357d');
INSERT INTO public.ledger_entries VALUES (168, '\x313636', '\x7b226e223a3136367d');
INSERT INTO public.ledger_entries VALUES (169, '\x313637', '\x7b226e223a3136377d');
INSERT INTO public.ledger_entries VALUES (170, '\x313638', '\x7b226e223a3136387d');
INSERT INTO public.ledger_entries VALUES (171, '\x313639', '\x7b226e223a3136397d');
INSERT INTO public.ledger_entries VALUES (172, '\x313730', '\x7b226e223a3137307d');
INSERT INTO public.ledger_entries VALUES (173, '\x313731', '\x7b226e223a3137317d');
INSERT INTO public.ledger_entries VALUES (174, '\x313732', '\x7b226e223a3137327d');
INSERT INTO public.ledger_entries VALUES (175, '\x313733', '\x7b226e223a3137337d');
INSERT INTO public.ledger_entries VALUES (176, '\x313734', '\x7b226e223a3137347d');
INSERT INTO public.ledger_entries VALUES (177, '\x313735', '\x7b226e223a3137357d');
INSERT INTO public.ledger_entries VALUES (178, '\x313736', '\x7b226e223a3137367d');
INSERT INTO public.ledger_entries VALUES (179, '\x313737', '\x7b226e223a3137377d');
INSERT INTO public.ledger_entries VALUES (180, '\x313738', '\x7b226e223a3137387d');
INSERT INTO public.ledger_entries VALUES (181, '\x313739', '\x7b226e223a3137397d');
INSERT INTO public.ledger_entries VALUES (182, '\x313830', '\x7b226e223a3138307d');
INSERT INTO public.ledger_entries VALUES (183, '\x313831', '\x7b226e223a3138317d');
INSERT INTO public.ledger_entries VALUES (184, '\x313832', '\x7b226e223a3138327d');
INSERT INTO public.ledger_entries VALUES (185, '\x313833', '\x7b226e223a3138337d');
INSERT INTO public.ledger_entries VALUES (186, '\x313834', '\x7b226e223a3138347d');
INSERT INTO public.ledger_entries VALUES (187, '\x313835', '\x7b226e223a3138357d');
INSERT INTO public.ledger_entries VALUES (188, '\x313836', '\x7b226e223a3138367d');
INSERT INTO public.ledger_entries VALUES (189, '\x313837', '\x7b226e223a3138377d');
INSERT INTO public.ledger_entries VALUES (190, '\x313838', '\x7b226e223a3138387d');
INSERT INTO public.ledger_entries VALUES (191, '\x313839', '\x7b226e223a3138397d');
INSERT INTO public.ledger_entries VALUES (192, '\x313930', '\x7b226e223a3139307d');
INSERT INTO public.ledger_entries VALUES (193, '\x313931', '\x7b226e223a3139317d');
INSERT INTO public.ledger_entries VALUES (194, '\x313932', '\x7b226e223a3139327d');
INSERT INTO public.ledger_entries VALUES (195, '\x313933', '\x7b226e223a3139337d');
INSERT INTO public.ledger_entries VALUES (196, '\x313934', '\x7b226e223a3139347d');
INSERT INTO public.ledger_entries VALUES (197, '\x313935', '\x7b226e223a3139357d');
INSERT INTO public.ledger_entries VALUES (198, '\x313936', '\x7b226e223a3139367d');
INSERT INTO public.ledger_entries VALUES (199, '\x313937', '\x7b226e223a3139377d');
INSERT INTO public.ledger_entries VALUES (200, '\x313938', '\x7b226e223a3139387d');
INSERT INTO public.ledger_entries VALUES (201, '\x313939', '\x7b226e223a3139397d');
INSERT INTO public.ledger_entries VALUES (202, '\x323030', '\x7b226e223a3230307d');
INSERT INTO public.ledger_entries VALUES (203, '\x323031', '\x7b226e223a3230317d');
INSERT INTO public.ledger_entries VALUES (204, '\x323032', '\x7b226e223a3230327d');
INSERT INTO public.ledger_entries VALUES (205, '\x323033', '\x7b226e223a3230337d');
INSERT INTO public.ledger_entries VALUES (206, '\x323034', '\x7b226e223a3230347d');
INSERT INTO public.ledger_entries VALUES (207, '\x323035', '\x7b226e223a3230357d');
INSERT INTO public.ledger_entries VALUES (208, '\x323036', '\x7b226e223a3230367d');
INSERT INTO public.ledger_entries VALUES (209, '\x323037', '\x7b226e223a3230377d');
INSERT INTO public.ledger_entries VALUES (210, '\x323038', '\x7b226e223a3230387d');
INSERT INTO public.ledger_entries VALUES (211, '\x323039', '\x7b226e223a3230397d');
INSERT INTO public.ledger_entries VALUES (212, '\x323130', '\x7b226e223a3231307d');
INSERT INTO public.ledger_entries VALUES (213, '\x323131', '\x7b226e223a3231317d');
INSERT INTO public.ledger_entries VALUES (214, '\x323132', '\x7b226e223a3231327d');
INSERT INTO public.ledger_entries VALUES (215, '\x323133', '\x7b226e223a3231337d');
INSERT INTO public.ledger_entries VALUES (216, '\x323134', '\x7b226e223a3231347d');
INSERT INTO public.ledger_entries VALUES (217, '\x323135', '\x7b226e223a3231357d');
INSERT INTO public.ledger_entries VALUES (218, '\x323136', '\x7b226e223a3231367d');
INSERT INTO public.ledger_entries VALUES (219, '\x323137', '\x7b226e223a3231377d');
INSERT INTO public.ledger_entries VALUES (220, '\x323138', '\x7b226e223a3231387d');
INSERT INTO public.ledger_entries VALUES (221, '\x323139', '\x7b226e223a3231397d');
INSERT INTO public.ledger_entries VALUES (222, '\x323230', '\x7b226e223a3232307d');
INSERT INTO public.ledger_entries VALUES (223, '\x323231', '\x7b226e223a3232317d');
INSERT INTO public.ledger_entries VALUES (224, '\x323232', '\x7b226e223a3232327d');
INSERT INTO public.ledger_entries VALUES (225, '\x323233', '\x7b226e223a3232337d');
INSERT INTO public.ledger_entries VALUES (226, '\x323234', '\x7b226e223a3232347d');
INSERT INTO public.ledger_entries VALUES (227, '\x323235', '\x7b226e223a3232357d');
INSERT INTO public.ledger_entries VALUES (228, '\x323236', '\x7b226e223a3232367d');
INSERT INTO public.ledger_entries VALUES (229, '\x323237', '\x7b226e223a3232377d');
INSERT INTO public.ledger_entries VALUES (230, '\x323238', '\x7b226e223a3232387d');
INSERT INTO public.ledger_entries VALUES (231, '\x323239', '\x7b226e223a3232397d');
INSERT INTO public.ledger_entries VALUES (232, '\x323330', '\x7b226e223a3233307d');
INSERT INTO public.ledger_entries VALUES (233, '\x323331', '\x7b226e223a3233317d');
INSERT INTO public.ledger_entries VALUES (234, '\x323332', '\x7b226e223a3233327d');
INSERT INTO public.ledger_entries VALUES (235, '\x323333', '\x7b226e223a3233337d');
INSERT INTO public.ledger_entries VALUES (236, '\x323334', '\x7b226e223a3233347d');
INSERT INTO public.ledger_entries VALUES (237, '\x323335', '\x7b226e223a3233357d');
INSERT INTO public.ledger_entries VALUES (238, '\x323336', '\x7b226e223a3233367d');
INSERT INTO public.ledger_entries VALUES (239, '\x323337', '\x7b226e223a3233377d');
INSERT INTO public.ledger_entries VALUES (240, '\x323338', '\x7b226e223a3233387d');
INSERT INTO public.ledger_entries VALUES (241, '\x323339', '\x7b226e223a3233397d');
INSERT INTO public.ledger_entries VALUES (242, '\x323430', '\x7b226e223a3234307d');
INSERT INTO public.ledger_entries VALUES (243, '\x323431', '\x7b226e223a3234317d');
INSERT INTO public.ledger_entries VALUES (244, '\x323432', '\x7b226e223a3234327d');
INSERT INTO public.ledger_entries VALUES (245, '\x323433', '\x7b226e223a3234337d');
INSERT INTO public.ledger_entries VALUES (246, '\x323434', '\x7b226e223a3234347d');
INSERT INTO public.ledger_entries VALUES (247, '\x323435', '\x7b226e223a3234357d');
INSERT INTO public.ledger_entries VALUES (248, '\x323436', '\x7b226e223a3234367d');
INSERT INTO public.ledger_entries VALUES (249, '\x323437', '\x7b226e223a3234377d');
INSERT INTO public.ledger_entries VALUES (250, '\x323438', '\x7b226e223a3234387d');
INSERT INTO public.ledger_entries VALUES (251, '\x323439', '\x7b226e223a3234397d');
INSERT INTO public.ledger_entries VALUES (252, '\x323530', '\x7b226e223a3235307d');
INSERT INTO public.ledger_entries VALUES (253, '\x323531', '\x7b226e223a3235317d');
INSERT INTO public.ledger_entries VALUES (254, '\x323532', '\x7b226e223a3235327d');
INSERT INTO public.ledger_entries VALUES (255, '\x323533', '\x7b226e223a3235337d');
INSERT INTO public.ledger_entries VALUES (256, '\x323534', '\x7b226e223a3235347d');
INSERT INTO public.ledger_entries VALUES (257, '\x323535', '\x7b226e223a3235357d');
INSERT INTO public.ledger_entries VALUES (258, '\x323536', '\x7b226e223a3235367d');
INSERT INTO public.ledger_entries VALUES (259, '\x323537', '\x7b226e223a3235377d');
INSERT INTO public.ledger_entries VALUES (260, '\x323538', '\x7b226e223a3235387d');
INSERT INTO public.ledger_entries VALUES (261, '\x323539', '\x7b226e223a3235397d');
INSERT INTO public.ledger_entries VALUES (262, '\x323630', '\x7b226e223a3236307d');
INSERT INTO public.ledger_entries VALUES (263, NULL, '\x7b226163746f72223a22702d3561393135336434653064353663386532646439383437303534663035306539222c226174223a22323032362d31312d32345430383a30303a30302b30383a3030222c226661637473223a7b227061796c6f616473223a312c22706572736f6e223a22702d3939363536306232373836306333383162336234303163316235613037336538227d2c226b696e64223a22706572736f6e2e657261736564227d');
INSERT INTO public.ledger_heads VALUES (2, '\x61b468adf38b3966ee33f523a0c72d965553b308e072268111ecf35d66fd54b2', '2026-11-24T08:00:00+08:00', '\xdd3eb9c2e01bcfa96a88d4b78fe6600800cee3338219fe4e74168e930a472fc6', '\xd08da1ac7c29d7db4fee743b1304c9d9714ef02f818716591e07c581270eb30db6cbc42125b7ea5330c299a0d5013ea3f0da6d8abcda8becdbd337f497a85d03');
INSERT INTO public.ledger_heads VALUES (263, '\x5185b376724d596978ab5f517e722fb54f26888fe0b695a88cfaffa040c59601', '2026-11-24T08:00:00+08:00', '\xdd3eb9c2e01bcfa96a88d4b78fe6600800cee3338219fe4e74168e930a472fc6', '\x4a46f77ac8049538581fdf33a8bf61b01625a57ba4c47ecb488eee7fcc8e4ebc138c97d37a14ae3780bed9c3e68a9a46b38ef6bcbf08e4b07f49c90aa765210a');
INSERT INTO public.ledger_payloads VALUES (1, 'p-3d99f2ab5c0402000ada1eb04e57a085', '\xf5385fcd723f487b52c506d30002d80bba9b511bf940be4a39e6926f4c5a7f63', '\x7b22726561736f6e223a22e6a0b8e9aa8c227d', NULL);
INSERT INTO public.ledger_payloads VALUES (0, 'p-996560b27860c381b3b401c1b5a073e8', NULL, NULL, '2026-11-24 00:00:00+00');
INSERT INTO public.ledger_pseudonyms VALUES ('张三', 'p-5a9153d4e0d56c8e2dd9847054f050e9');
INSERT INTO public.ledger_pseudonyms VALUES ('王五', 'p-3d99f2ab5c0402000ada1eb04e57a085');
INSERT INTO public.ledger_tiles VALUES (0, 0, '\x68fc2d1be84ad68660f5442043ede78a7646465e9ef5d20e242c930371074200288f5575ca66ce5649681d9aacd59179d6d828899742442c8f81585d73c5bc05f94070abfd2da0bf72902eb13a808e794f954d9e2745c682a158f6ed0d4ac036fb5d93e6cf90bc9470cd9ea9d9e12348993db3e854ab2b7660e3594767045f6c3d1de776df086c1ae9f7049d2bb0c0475ad14185f987e064e8d10dcb2db4a322d74a2d1f2af1c1cad6c5e8a86fc869162e7d1ea01e729abff17851d10948f99467cbf349d6b4e4caf430a96751ca532214414c2f8c9f7c567abbc3e52f2df39106414f1ba4aaa2cd88d9523c2aa059c6686e62883284e3356a9fad97dfb5e619b707747e8b09dfaac67d2c485e122fd7f64a377942f95f9db077dfd3cea312730f0bf60167777c39ca5b27d4b0fb1dcd37b843775d8a5a1737126b1c4947db534668d49c63cd012d20d6c41ac551a94b275cb04a678e664331fa73ea45b86588938b932034b66d9e5307761d0e9ce9d8d38f805b59c13ce443920e92c49b30beb5d9c006108068faa9d53c58808b0ff27a378f9f11e61ad8e5ac6332394368bf7a8160cdccbe25945dc85531f0756f84da4f9c768a7f8820baffbad771f2d1743a27658a06b8c183ef29ab599633a561642146d9d842985494ec2b2a4b89a1b1b502e3d2652bbeea4491b313a79162d0db0f0be8c344496e75a9c760300422f458f79c792e38673f9d709f13a2d9d094fdabe6923ae743af76b5346544c162665a95e8be29f9b101b60ff2c42eee231f3fb36974801e098fd284f0a99261d40b8b46e99c62f27cc08a956eb1517572a30b2f37fb9caa6428b9fe90a385273ee15bca97fc71f62ada4f2a63f427fffc02cffdcbdc52312d90aaab48c6d82cc77ab856e3a5b4b338ec7e8fb12ab25e2cdacd1ce576ed753d31ae406a8be06082e6ea697e1f6fadde0895de74deeaa6ec1d41f0c22917bd8968a4ed5bf6102793559ebbec695da6d1a428826fda3a2ae2995188ae31c80ee8a46bb08b9c18c03d42a7f4d4affe0050385beb97e30b1c188648c88219351ad206f9b47430ed9861490e9e5bf1a20398adec6971c6c2843c1c129547284b5d586749428cd7f3744ee0fb6b186b8280258032f4a05f4e9a4c0d210751ff0f16606dd1049265ff5bee6113ce3e4634bd6c509f10171ff4ebc2f32f56af87c22ff3074d788c616dbdf542f7ea4fd9b830423f0b7e5313b1f8686b7461670406f5f4b3a27bbddf991354f8ef2bf179b5a75bffaf4b397d68d38e6fc648c234a568e24df65a1d62e7cbe04a3def48f60d61f2aae7564c189b046ab037b2720d1d7b9cf723bfe8c63c626e13b2392b8c78794d18508cf6a9b116948a53bdec2f366362e761615cf237026c2a30aa897074726ce9d1f17250e8728b8c81f663f8511fba8a8e71a315d2249e40ea01d3ff9659e3ce473f34a6b98b917859c5902eeb61b4268c33e5c6ad9e29cccb3126fb7ce17df5dfe97f535d2d1c67fa7207982af13ea76d075625768a8c8c00ea2e93dd3f5f8885015c72a36413b2c3862c9e3f815d38fd3e7233eeaeb6c857d6b9e3d5c379c13fd9e1149628fe6d0b158aa49ec17c9c40f502684d49175d158a83bfdc20682bff0ed95746bb7a49853d945677fdfea7e2c0d4477ec745b80e341b60561a107bb15761414ffc958feacdb5f7ac979fc54957e45854721000fdd0d78ae8f103e227ff1286759421cf891c31e970dea8160217bb960acf0d550f0cecec068c028a52017956cc53391ec9a1e7a224f7c3963d5612e1413f358df6ea79c91217bf154efc7d9d7b1b446d5bef89350c65fcbe5f9ed833d29d772c32419103c259fdd01f689a642600713dbbb806a77403cfc7eef0bf7b1949b3f843b7f49c7cf16f6b5189580b7dea3abf0c193331ceec323f59d355d2819b81f1c23230f866cfdd5b757a0e573257d260ea1a7000e3ea4eca679dd37cb221030d9fc9fd2e13837966673ff7f60acac41ac60ba4e03a386229070296bca96eb2f94b5f09e6769ab6fdf38ee37ff43ddd53d1f5745d2296effa553fa44a30a4d942d4695aad9e7b64e087e0aeff0946f25ea25b290b8bb2bbc369486fa36f8ef66fc704d4cffa48ce274836e4095acf83e7ee27af9e4d1fdf9a75322239eaa895dc61a63addd07e61980fd9641a1cfb566db3bc0faa4f8938f99a611cace94582ac52540a95015405f9a440bcf6c823568df7347a28355a221a7b6c4e128b41cc5771c28a9d0eb54feb86ce632b73104a7469e774afdb79c73cd509a861bd1c53f274e9b9ad5639032869a1726f76fb04e79dc5250f620cdc15a5fe9df99d62838d6ab0a840d9a033886e60625d69ca15a74d44f6bac3bbe43b918503a57618c1e99a0ae5acd557affbafe0d080ff9604f82ef9087f4fa5b3b8c6d8807ef34c8bb0ed55deba08399a2c7eb2a9ce753713b99a507f25fbc229dcfb219d4e992beb6a307dced500ff79b5761c48674ce925b47490860bedd159ac912aaca46ec6363c5e3267cb7532899cf6b27376dae90027dd1bd31f6fc8fa64fe4723d22bd98f02d7372c00dcc578c44ab1617ef67d7df38e2fe235d29992421f8f5716d1dd31a2072f6e2f287f1a4f8e03af1589dcec85e15d7b5e3ce78e8619c025debd5db10bcc45f3ebd2ffe375ef6d638fe941e5d4fb6dfd9cc82384474bde49377943d5e6d2f2c5feaeaa0e2c05551540ed675024aad7c4e0f927284dea8b01a65d7ef6dc634fc25fca223220462cef41e8286c9d7fdcfc11d7316728555b5a6c568d14f2eee6c84158af58526ff4a8947e85bc6d4939f07b321b93f75be37ec417dec94ffad8f2918330fb94502523a41c0369bb1c662651cf7d9766180772dad4676064c73088cba0fe7ec0eaabd02899610b24a62fe28c9658093c1d775f59eb69c6ae6363ef50bf778360b238635875a2b2e8509edbdb8e4909100fc20ee292188f9cc5a1e4b0fe288caa3d5fa0d34899a2f5323eeedb5bb5a7d08b6a952794386da550118e4f6c90aedd5ca2b80c8a2b4753f693fc86cf6f6bb5a8d94c1dfbf0fdb6049726f1992e66efd4c1f5246f4b8079370ee80c7651fa79446068fb4a9564fd35283f213cabb05a8f31cfd524708da88bf8aa57a754db267289a099689a3419a947d1e3c326390f0048d0611a6a48242c2c762f73fb893c59962a01b82e30a95243662a1106adbc8149e02a36053788c464689404259114f57d6e72b2faa2a4dcb415d54e569fe31c8d2205cb01cfc3221d1fad8707e4f7a585679a8ee16c04b7bf7918b8bbd0656fad089941f7deb9a5c56f5cf0191e92658e2ce90f51198cfd297c0a14e9dc154753e37899438f4c5f73b41d1d5a1f88e75733bd09abe3050b95c0516a3886f5cbdf7c40307fd9aacf3dc625d370649681016824c8a729d9448f0a12aeb5609420e2989df43d29593b5fcc19a0a8aacfac458549b274dd5729a7349fecccbc9469205587f1d2a0817fda414581831cd07b2fa3a36e36f90b0607eacb2e8dc5c8fe703d4b23ca1b20a73bf1b95eb218f4dd4f4f7475521f8e4ca0dc812dee6cee69236634f4e8a5b9c95baeed6e4f2f1fc096648cd276b8377d74caa31bb05b28a99dcc52b94d39a29b74766a93c37163572b912cc108705264f01b3741f4ff4ac90d6a83085e7fc17afae0dd84ae7815afa61a9751dd0b8526ed78c6a56fae92c2068f691bacaeda8251b1e1bd0556e3a47ccb6af81417d08a921c0f729132fad7fcfb2f4b25ce05638f9c55cb8dfaa652c3b06d1421dbf0adb046d736eba7a3f4763c8063573f1e7f152e0b5d03caf5a87dbf356c57fae4597fa5eb6a8a71da034b96f7f6aede2037aeeab08c6edfcef110482d7c83e377bfd4d45b60eb98f4f1e70258b7dae70d82549607b20597be0405874d75314f12745c739029b6177c578f22f34921f5f38e5ffddd0e709e5b6c41b2cb72bda574964c0c5a1bad559fa2429a92926e0c82a29918cd66135e8ca1b646c940c594468a3491b955e1dcd3c74f2de6ee5bc07e88da4684381b5e16f7ffde6673c6789fbffef8a473794c4806d302056315c4c95135196f138bc62d250b50775f6db4345dd783bc95899a290a5bf531cfd66e255ec4de84fdd193000f9faa14a0c81726e444813f0339ab199fce436af85b8f1f9923cea57af3f8debb7ce1826a25afdb66eb0c07ca7bbe11fb13ab1a756269285079f390b79b9f7045ac2b7043de46947b1c00771722c8ea8f174911bdd0d682b811b871bef5a405d0e360ea0a14f572bf2ea879de4e1f2fa80c86fdf38346c440f2a618678c0e38d8313e6a812b7e4b5943d4db0a69a793946c64412a3f6dd3f70ae93189414742299d01a758d1f4be939ce9841d968f6d8e530d8f028ede527faf812dd790a35f780a72edca5a86bcf39ee7f1b19809736dba4e9d24ac619c797a457d4951ea517cbf0fa4042fed0045fec4173325cd92837d7343a0589000c05b8b97ef2bea107698fbb798cb5e2eb26d3d834cd0c2b6a049724de173193d379a618b712378c03d3cccf38ed0c70e8aeb153148a57ca16db99d98bf00059029822c172d74e8f482e9cafa1affe89a1e3124ba7d09c383505e37a1d50374f3ec3db611e1cb4c93960c6e019a73b0e9ee4015eaad0d7c26ddf4940cc5335d96fc5363d28436b82a8ba3d880e2b31dd1fa7fb22e2b9cdc0ee4252752212e999de24aa74ddef52cbf0fc27af00983cfd91c1b8c66506d382ebd1a99679303b2a276849ec831eab9d2b0fcc19e91530683c1108e7cd90fec55975454c950277821e7cdd0092faed67e959fed881bce2a9aaeb3db24b7da7064b43678ea7625c97d0dc8b613a722c3bd43fef4cd079762949c2f396e46865bca41f2769b66e5d5184d1c24b08fad5cadadc8eb798b02642dea45babbefb781640e7b7ba85921764cd196ee1cd959985517dfef4eb227aaf284716e75e50055ae7fd15b39a1d0afde28b748ccce40ba80f4ce8f94037ab36d8f578ddc763bafe384053756ad2912414326500bf81abb1f205e49633acd9cfa4247b18e4ec2aba260b204f895cae413d18ef302482938c0f8d69494d33a349f6741a70fb96b2cbe863aee7b57594a672654545b4e32d40a780097640d029f8b01dbfb9182599493a108080468264a3d383e4ea738f22eafa68307e1fd16c53e1001701082289b26e97f3156957d1e74f8330c9e50ed56dd4eddb2fdcbdf05867a7112758e083aa7cd6f59fe9d816a5ea28ea906133380dba3f1e0ddeaf2724d131096bdfabba668a5c01ce5e75cc360e322d41cd34e0606b7aacb5c0bfaffb104966c8bf0506ae8d40700093f29a5b6c809f55ccee4294bca432db80a0f210d720d43bc2f610302bc80fee35ec042ea62cae567c23838be1ed865910ef9ddd615c2ea6dfae2525d77a38532d8a150988d77bbb643193f8d0a37dcdf7cacab1d9bd75cfdf4acfad69f5369d5ffdfd802fd8220692817167b23f1a00bf623e31669a39f3d0721e08b0f9f199c3b09a28335da46ceeec4ce9c4b53488370583e72c2ecfffd73dd0e6cadcd4940fdcebfaa94e480264efef5acb841fc7a3bed9808b241719ede9b9dc6da45d4c396d1420f16cd895da903753fe50708576b4b1490a1799f5d68adb0ca7a21c7e01ac2d5e555dcf095ded01f56eb15fa90faba5b68edf6b7cdc63e266ecf035978a9bfa22fb2c2023e9ae613f61f10af666e4ab9f966b6f3386511c19331cb663b8881d8108f4b4b2f6f7ba92a1879eb4737698f86c2985e8e3cb662934936863b6e230f4045bb3b8f0f21f029e892215d6cba6771121817446572399be9b09212999a4cbd5c63464cec484df8d83fa7f390d85aca1e4035e71df3c5701a8a7106bd7e1dbd7e1af87b88f6ee956c26e49e3f733c8442bfeddf5b927389db7e18235ffe48dc533782abae6a8a73f5d466440a4be466e8209f663cc242595b94be1affa81926fa8922a5f3ed3939e9167ec5915c1301f2036af8a0389d8ce28b6f9ef5373eb395cdf3e19869e297f5591b996e2ce25951e38931dfc12d6b50b8c1840bcb32b2db0b9643c80896e6a76a394011e7709ed0fb1082d185c5c599168a1b1921d989b029a5197aa564f402d15526e83acb71b5414b071cfe50d9a9bbb3e29f4a3c6ff9ce1ee4c17c392684f99a05697100d9185d758d86c70a75f500ddc6ac90f3921d047c7b06b7a6ed47c8b5a4a5f4660fe1862e236782f6797d27ae80743cee93bcc6021f949e5fe56bad6ece6d42ad160466f933eba3cdba6f64cfe0598b2c1d542a10bbe1319500958a55c7a1dc87823ad453a8e33d4fe5e23dc7d1aaea9633d54c135e674066c2ff07f684b1a8f48625d69775444c59a993279254346783fa0aba867384ff49e4e3c8fd6d26b1081aec911106196f513ebd27ba0dbf04bcfe4e2905e1912ced1a5d90a3bc7f641c6ee0a8583ac41d202233313cc04b155812a7284f47897f3b4f67ed30d39f90fbd07c07414711a183072c727137aad0c77d8f379c7e3add0795e9e65a813fbc83459fea9edbdd452ee20dccddce936d52e48e35d11f4e49bf40b3555c46c7949b7bc0c8db5e618e91df90e63abe7463dd6cd8c3a093e2558e5e808db8f7b56c85f619db13eb917abd21d8aadff84c5898fc4b61d53b889ffff8a97bb862e590c5400ce12f942c3099295790e29c02eb1310b99892e75438e10781e55c81b8d806005ac7447dfdc32dd2dbc91b17074dbb92f93e9977271e65e7a3eb9b7a929622a3864a80a50e4c5c3be00bdc209224b33d21eecbe6af86477a78db58dc508cd8e2cf0e4176582db2d59c4395a5d3cd56537a7e8366ea93f306156c2fa958be48819f499ffe9152d93b6596850f0c7eea092d8e1ece3d48dbf1dd3f9d8a093aaf1e4a9385ea6dc6b746702e94cbb04d7b5fe7948d824f595f2ba7eb060b8bf7e74d88a19b70264ac46dbb0fb93b48645dd7ed35dfb4ea68102a3eee26d8b269dbd6497e387bc64b5700947ddc380df035c77bcf77a48523106fe3e965f1fb0ae0a0b819a4c8e8a701449073b9d28b3f3fa9e213e46bb301972de740e07408ac68a9526190e673217398fefa7b714e93ecbf7ca5684f56eff9792950c36fb3c00add8af99e3a0a8111e67310877329b7d30c085bf9dd53d5a56e9f14cb8a567a25a719b1787e4cec6fd9698af5e5a2d7b0b7cf411377c216909f9fcd5c55465a6f073ef85fd4a4d2bec971d6defe8a61fa0844b7847f2caf7a835efba300ab6cd23f4539bf9447de9dee1a0f2628eb18cbfac561f6398d2449087e63e747ccc74f2290777f3c63de468c4dfdf81bd260c258968848b2eb33ebe81f07a4dfee0639cfbc3d762a38cd10c3fd0b30210b217c63590377be952214227481a6e6ac0fa6e04af5667f6d33bc7a371dbe65ecbfdc612d15d323f3c07f6fe81a10999a3bb51dbb5c9449c12a70763c9674ed583a28d9e78126e9636bb26875ad89b9199d46afcbab4b748db38a3bd4f83495c135578a6919cb3ea990b37849a0fa8863599b63b148c781be89f6279c48a7d524096189a39ae9a34e188f2957f598d37e7221a53a74e6863f1d60eda218b805a14973c5713c70643f6d85f3b573b14119b80c70ae417467375e02e88ed15c3b162ee880c32fc0d2d57d5211c7fcfa40b8cfc0db5d576989400510d2de9678ef0cd9427d90119453bdfab62692a0cd5de8a2835a19c8e2967ce855ac5eac651adc4358519e360649a1fba7034c1a030175fb4827017a1975d00b62415ba0b52e38ac10250646a1fb3e1bb752500800fcc2143da4edd20341adf227e19ac7ed0750b812596bda555d06c68e66dfd856b3fdaac270b857abfa7807bea80224d32de781f7c765f67f4f951db76f274513698938568e299f98b1aabdac51c99a4c067c76fcf99851d10ca2fe1d9d5a9b5b8dc9830a27f767b915efc1c8d39816000d57604aad4353ece32f56136a670657cf0c5b8b292cc4598b62af2ef83b7a2e2e2e58872fc66dc743281958bc83513bb0a2b046c7ad9f9cc6b3dcd802c7dc0c4a6f17ff2520dec48ad7d0b8787ec3fbb1e57e05af197be0722151864760e3e5e8437a331daa2832eaaf3c629ab3214c92062a7e4676dc4e06be3212341ddfeef4846827dad61138a936ce0b4cc4cfcf592dd0b7b0c531081243e1ee1527d197a95364b91837f9fa7ebd865c202671838faf66bdfb3bb01913029e32b28425ca82e116a14e7faf5c20721624c4a4554a592ef4ffdcbb6add69d4174952539cb6595a968ecaf10434b98495ff3c154d11e7b2d82e8e0ebbf9f19181188c30c57faeee232fad5a79c85ccc1b81dd37f1b3a737e717095e963da4f5f0addfe8e5d347f969251dd82cdc37422b1f0752fd7230fa9bdce71dc9d3be9c7e612b54606cf75130a2e2eeae62fb53666a0a373dd69624a46953ea426365b53b8c1cee1620c58e889649fc0ee8e9e14dce04644b4fb79d6da45ec11797654f47ab0db9fd3bdca9b5911c641a86b6f451ff7b3b924928a7e5b1c305af533e53ba49b9cc846ec3de77b010666931ce48e4fc9bd3d79c3ac1cf9aaae463301ee18216026c06e2444df3f710a4b57c313802cb09ca6c24aeb3a195dcddc89d68fc81d22e3b8763dda6ca7461ea8890d2064a5ff0864d209bb3bf016d8cce28761d40f41a740eeee8d160024743f914645f65cc505b377a1a18563b031cd8f62cf72b4e882a600e6df6b7c0dcae0e430186f369777281b445b081f7e45573a0331977c95e8823a8f76c65c457243264095e315067f7c744f07e1a4bd00755de1a80d3cfcea1dd1b94e03d3a75317ae92f529498e4e60810d81a69d2f3444d1c8af95954235848f993a5b6f85ba03f250d9e52d246fabd67943afc72168e5933230688930d5d1f4678a22987d72e8bdc41afa811b99f73ffb874d7fa93793bdeb66cdfc1564878053edd50ab2dae7f0f0019ddda9b292602a0755dcff9a7fea4b2df8a6d2776101addc7c816b7febe16bf452af3bac6bf80a2ab6626153fd610c5fe6f8466c05625c0d46cfacd348a11e027fe774584d005ac4d4cd865ba1ed7910f1a9cce6ee91547d20db760bc52ef17b108d07068a88e89fe898a2b12d9a871f523798837a52964482ae0103c9533a495a909c55bc8c850c7dbe6c844b631986582584d9fad3123bca55b43f4634bffaf0db830e23858c4d3e442f24b1cded25643d6264afd0bfb16f2277aedc68feff903c5c3e47babcbffc798f233cca560981259ed6cd39a2970a8bfda755e061d6c354cfd81dc5e88bde57fb5858d61135f058b83baf00694d2f0156c10da5718de17f02133c2a5228c0c06e715d0687ef7cb19dfef5e1760efe678e35f624a001584f12fff0a9705f919434b79c1d772853617b34032b281035a29f21ff6ceb0bd36bfcd7738038af1ad2bb7ff259c1390d05b3104220f43379caa4822e1803bae316ff5c129625351ab28efc186164cefb26b98357e4728ee01aba44d16054650f7a3298e10964495a5717f635ddacdb8acaf9b41ef52534b75d556942158e8ab2da5f08ff3a872bf64915eb0bc0469b7162a3a0d286d9b49a402e0b9899d4476ec22d4c2c9f12074c3c755e7f0c9f5a8b5ad5b43c0e1a6bace1df9569063f29bf73bfa75b94ef0f74406e35662d9b70a6354149532941dcd490ac7b6119eeace8e9432578bfe6a32f3e1aec64af472c0c5c6a3547f807a7adb9fe6b94fa8e44b73139d742d4a635cf8474d369af5300042ec01f642ca7202e581a317f4f00d5f9ddd9ef9b0335329b1f270a5d0ffcdb607b87fa03a8eaf03b73a06031536999c419c615447665a15ce8edd88bcbd2feb1126493db2acf07b5f59eaa69e4f1464f2ca49b180f588ef5066134d3d433ac910dcc013ad777adda15917c2ab4041e2b2400a4c69ae32ba16a1960a389a74fece8a280e5dd5d1bed98d4830056be4be7982dcae0044c2646968d62a591d0f4d50c2c848ae33d6a6f873c214af4f62185da636fab4a23efd000b949730d5ca41b44ecb2456cb39e5d9d179a943b71ede0b5c98b4312548a1844cd6d8d061385b05810c608c613663525e238aed838c0968c8c2611e9b0e6e3eff1b31efb49b47d6c64caaa08f95a4cd35c2161e607901a5a506f1a8a29c173ebe2f2d23f855b65e853d615c385e3be2bac09705ac9be01ca3f3ea4775160d5a003f9415d57ddf81dbeae307c3fcf771552e69dc5a1bcdff59d7a63a0c782fcbe0a8a36d482eeeb215c1e0acb8212b59e8d5b23f15d3a8a43bd1439729731085d3cc2876b5a56088e54e990d2ad2f070bba4c7f37176e521d8ddde68de93e6fac173d0367ffcfac6b4bbef061c389954e52e3c889c27345c721071d0131970e1af8cd4e604bef86e13312e9cdb8f1227b7e009a2ecce3c44055c530b3b1da418663fb19e33a39877626a33e44d50f4d5272df28a94a69de9b0b57ff3fdefde387a0670b00be778bd77db3c45c83b183ec97ae7ac06b8d41917748e583c0403c420fbe57e3efd298d0482492c9fc745cd4af42ab84a81813ded95cc85ebb377e79d863bb0bf9712108fb9185140027417f8ac27a6ca917f2ec81666bab884be15f90dc8f9b9962d7e41dfdc8ca665bfcfef551a2d8db08d1aea9bad627226b4be5f064304b13883276bba4d50b82f3fe49e7e91bf3c480257043caa6ef4c8f98bb07dde8e457a8e5a764dbbe286af4956d0c28613f6b7eaece4f6f3fec09d3ffe862581e8e14cda5d7f8cefc6059640de3748e78f160c2b4f7a7e2d1c65569851960b581f4ed5e1307056b9b3ce2370e956b034ec72e0b7a55e7fbc9a9963a29b6f52877877191c6fc0d77828d0e00495a75400a337bc61adb1f5f7ee4020598f767c3c6639824b41bf3e580e2d18ca302fd518840d6325024a77e428106ba8cb483c01d1a97fed61e3cddcfd338558911b79933061479f29e3b166f3cb950ac549d5916f5713d06f146dab9701924bde58daaa9512faaa5fcd320e989a43777c19f12f825998ee7ea5c77077738ef565bb0e9e83daf30099e4e380ad99b28960ca95257a008c233e803073a0495df5b0903932585c5d09032d1c83cdc68a213db25b7c6b8a8ce07982cf4d4a3adc1895b241d8b4104a84474b905125462144dc2ee23c9150974430ffa4328351502630c58bffc9eea45b75ed65c7e2e451f5702d28271198f725a98e712681065464faa4b8bc4faa015f5ccc937ee975f89056d2b9a149661008312d085d5b32bd5200dfa863d80f8565a82cd724f5de6211e6fa4ac9248da47495b7a560dd9a4bdde810099e63aedb8afba6f340f1fdc0a0779ff769015823c620d34505cb27b5d73a9ad4bd0a0e2a736c22b50628193ea08131d4f30b2537cf41090ade385f84558908c72312f24ab5e9271c5908c8b7711d57b73833995efcbed7be2ea9e41b5033d7cf3f9511a0284167d106f2764be5282891d10ff496fbd60f9ef74bb3c702d1b7065bfd2fc27ff9e13f6cd558d2858b6920e1657f7cc0ae2ea530d72b151f3d68f7458079a40fddaaf909a8a9f2f487937661b468adf38b3966ee33f523a0c72d965553b308e072268111ecf35d66fd54b23badc80537f029e1bb77280dc85203cf2ed9748dc8f571230fcba5c326c91068126052db7798240e63a58487a3bd039a77d605a6a218f9470b582ed1e490112149341fdcaff60bfdace7afb9c813751bb784d60ab565c2b5ff885357a0574e819417d9559ae54a2e8c30019162e6ef0b19e7a4fba231b24782a0f601e83900c02a8ac1ac0d3d7d548517ae55de0ca43c5adb484c63422ae2d89a42b3b97ddf77668b3286fbdc0f8e389a0c2cdbe84aea1b589780c65b8e2dfafcc32cc865873b7fa2e3b162f9c3463dd51c73108beada26abef4fa8c1dca7c83dc273bffb4d61c59d3a9f5726fd05811d14dd218e1c9bec37da2d8ad031bc7a1cfd27a108fe1a52d1471a087c00ad8ed614ae038390c44c2fb228b971987733bf40195fc8db7161200223bbc1241fc991f6e5c5e45004a48e76d85eb5e504b6449d39b5059b5b5c2f001e9346055274cae452e9ce8d00a68e7ce616ae67470d0f3b1b820442b16811d30a07135878db1d6064c162821a6be8e3ba6ddd7938e248b84297dfae8eea2039cfda2d5862dfac4d9e19333b738124e9d2246c803f549d5a3fa84e7ba1f7d9ed216080eab5d18b533dc0fb202230336f689fd0e7beb0cecb3a53112b8d3b1ecc677099a55409ce28c758d1e749d28292a495d4dec2174fdd9bf79caf0b2bf6963c55e215c271d7d4055b781a111f8059db9d0ab59960d66661a931ac8f297300f0bca173137ff1bb8b8c6063c6306eff17319a6ea14f2d37db4328dcee37c8c7bba0c4dea12101ec2f9b404d5cea7016f289579353c6fd8363fb6c56b542c04800f64323725e60289ab0da870574db12a4e7ce707224c522d1dede07e59f2736c234c6b89ef72a44e57af48f135d86515f4c04af564c1df85e1727dd7e6753428ed7c988ff69faaaa7b7321c7b8c3b2b3b18f886fc0c6cfed0b79a14de625a034a8cbaa3175b579aaf94f089b8f179183edfad38a3cb738debb510d749a8c41835ef323dfba018bfe56f4ef3bd9f9c043945b68636ff7b31c0298d42ee284703eb518e708fd1ebaf6997d762166b2d9ffbfbe075e65e7abc74e18e4e2a0975f904a790fc0ef3c3d4c58962bcca72a3249de55f901a2882a6d757af648268ea4bb6aa8fa464fe2959f604074cfa7d1051f65ea8448331700f2232e155cf289cb06fd1d82be70aeb1403d79304600d38f1e47e2f4e1da9a5b758cbb844bac379f647c3fa02ed1141ef1decb739ffad2858877b1b97468a8a3067849d16e4e1cd769bb41b9d3fe975590334c5110d88a5e0d671cb9f4c590d5fdfff6d124debe720319cbf5755d01567077857962477226dcdcfc75c01c59c6b04ccbd13b323ab7cefa6bba4c497ccfd49bfdf175b51920eca5c8494939d6996163f95b42acd6c2319722c996442912bdbd9dadcd9d620bcceff2d00b630aca789e78c8f40c4f2102e3b6811d60d6f67a57a95f2e252e97e087c3aced0bbb083ceef72c5bdb4217fb8de8131d07c662fa4c99db31ae7e9a68402fae5d89ea0567756c93aed0d44363234842a59bed1671e40953b9a6e3bccd87996b762377af5af66a830e68732aac9657c82e0d4b3147c229deac72bde5d43c0d974accfb06a44727541698262d089b8b1a21258b2e3d33333b364b8fac7d12dc649cf21c48a4055305f8a9d85db4e685ec08690b19f78c242911747d59e8e9a0256eb57c1f81c7d85ecbd9a5d1b1ae1164bbe7a00dc0299e3e8bcccf2d82c3050b2d867a188d45394a15bccdaffddc3b0ee26e6ac4e30e9bc3e3cae264961674ed6cd82aa72be604444cf7485d9e57b60613599bfce5e1f2bf7af710b8c3104338bd408225a6d72e5c195424b9e579104735bf9eab2cc016e8a82de6576bd2d44621f7f7db7d7cdad609fcb088c300948c8e1ac295831e889b6333aa900a903f9291a18fac9924814e2d778af0ab11a692abbda835b2133166417707683e57aaaf97f4bd52830a0af2e567f4fbbf68d673a9bb0c8200be88526f1519c985188993e37e7052550beeb1b3de446e540800754f9a05c84c075a8c018f2324f65a7d262186d8a8c4812a234b96862403dcec0dafb97ac3ff34815cb91f3f75a00aa4ca582590c67d713a2f90b0ab9512b553a48e3bb9de8d1b57f2dbea4b6968928ad0fc9aa3d3217c349481b08a18c2ee49a309dc9d99b2e03d74d554f782cca3bce4a7a4b81a879fbc802b66012b617ae5abdea3c6500ff928b3d4bdcff7c90ea2b3d8ca2114f29eab801734f4643de5a6fda9e9d984070499a20259220403073c2e89da97fed0bcb45cd94414da83dfc917d7a620251d6674727c09c8f4b6cd04b9be4d76def32a5118faff8cf6cda95ec0a292cdbcf6d65672a98e8aca09dc9e9fb122883ea70221578476fda58f831a27deb1b94d6540b3c8acdccbb5cbf31bc2e94bf8821b42276778a0d686beb7f5d43555ec5cc3f9bd0bc605dc2ddf87385b695e3356fd2af45a89a23149dfa6ac64883c4c90f5da9126d33d62396609bbf5d2648d57e5b48e4206aa841959301edf051acb1b79250010897439681984f67caf28ce5a255a05e85dcd5476c443af2f355768b8e0e91bf7f105bb3464a16217dd0d64ce12920ae680e9f79a228cddf8337382edb8980b41b247bf25d5a9174997f7addaf340e31bc78250a2392096a99433feb0c52640c80d77a674e8a384f94b5dc626a07cfa3fcd5f0913ed7b409efe20e35ae360225ab32c86d0d839e43182ec91e7680bf438c3f632ac584016f371cdc7bba51af4c71cb53f69f35845d66586695757be9c2ffa20c9ac67d565cbc45944f987248c5ba833e36d52539bef778191ad0538ce1162cb0c53ee8e569cf3f624a6ae76999859aef0d5a999fd8bf76c604c766f36db8603e43a3fb673998f3df0e93b9e8a867e97a605a003b630c97f3773a491fecc81c43f921f343f8ebc9e97f6479e7df12a9a03559971c3070248fb26036b9df49296fe4e24f3df157aed6cbd0ada9b70c882bf75a69650cfe50d3c3ec26a9c50326df80c97a968ef501ca0552ca95340fcf2a952c8aaf36adde82d0bf761f64a6c494238b96a372947438ee5b04d50f4790e42b183d026bc86bd4c05bb622f2e1560ca1915bf48ed37e5dda40a586f4e4321219a22d83c6efc6565d2f3e73c9728c3811dcbfda61288a37a7f635b64c0f5560b3b8b347cf78f6123f5acc572322bd852bd30b1a172afa1f68a05588866d7d93cc50c95b3d907acfc0a8de74c858a23a1bb072779d355036190bbd953c8a9869994c5343f23d638bf2a5c8b05cae2fb6e4c661475324e2b7fce70c044effef421179958c6b1faa5a21de951a35e7a9ff7224b8c9a72677c3e9ac5206d771ba1e8a041897c75b34e476c78539a525cce50e70d31a4f76fac51f4a639a7aecf66747d4dee663dc7b4eb69d8c80723be518a61b17171f4f1138c8fd652710c94a91bb3d1bdb477e946e2b5314b945e65fa8bb472dfbd778e4a9435725ca07026d7b44de32a52208666542ed581144e2b710c668b4ea8f6d4cb06c44f327f38c218c52c582b10b60a60866387001219a306e9c4976f01561de09e749799a30c1268a03ac3abcb62386c10ede376a6613a513ea9459b464623800ee3d7e173e4a1990b03ef8af4509b6d6e603567d1ead78cdb42ecbcc6969166e80cd8ccd29338c77c54871232af85bcb60f41bbeed3f85a374a580f5e92e02f70075a7faa9540a8348a5b73b1b331f46daa1147e7dee107935d3e3808d0084cbc3252bbf0647cb84f200dcffc7198a33a16bcd1f4ac0303980871e7f4d6534cd5ae92740d69f589d6c9cc3eb7a4089f3663cd21bc5352161e2fe7fd9fbfe7685cbb01468a98b7e5532e3065d123e8fc17d77eff48963a7175b862e60b1bae6679210140140316e0eeb8ccc79e1ca77f90e6cd5a0bb9c0dbce2baa88edbf7069f8328d122710c93ddfa0359c126af1c0c3be826e1da630d13ad934c2b839541e88ed507cd02cd372b66d5b0206f740f9c815333f75a81a8cbd11106f77d891cebc75faa1922007ec047b6fe1281246c35ae8a4006e3817c0e0ad819b50d40964787a722bd90900ad4f666569162713e77ae6e28b2073bca6aff603a131d0ab27a31ec4a97193e9f5954877c6d82db8a320f8156de0d3161de699feab458db4c39ff2aeb3e001952512b5748a843b728fc30a3128fd864e945d6079a317247d545b0158e5aa8588c49f26122b8ba0640d41c9a6cdd554a2e0f420f223625b7e13e4673a50a415d992ca8e904fb3bb519b30e817cee3f04f34f4c87f274e45d636b89033bd60720d2967abef8220c52a92f50a8b683072eeddcf126db64eee75fdfbcc51eb56b4358aeb294f3a9e12f2e9197ecd3d62a4b2ba21b17e4332b5afc90d8b2746fb248297c15758572996358dc271ad5b9d7445661db6ba38ab958b74a483c455536425fbd5b03c385a838cf578020c20deedc711bfa9b85c1fc1ad8f635a8a45eb9ed765f8f4f446ef317f840eec130edb624916f4cfd115ddc43840ad221f9a33ba80999677cacdef3e8a893116380931df708381bd6a4bd61fad9f718c64582c1721850b3e70097c86442512658e34299a2b19f49157eda8b99cb3db9f7c65733cac98aafc2352ea974f0f189bda26a26a6b432006dc0f46ac307b6ffadb3c70e9f6450f4a5b9458b9469cc678360743c3f0e622c11e8a9eded8bcd8e6e2b9683cb08a452615721cca98bff082d55665e52d38d68ad0d31cc950dd8b17753b2642a1e2067eafb7c219bb1e2b0bc3b86de05dcd6e8acb1f0b9da1a969aab95d530eea2510b35a33ebe94a246eba95b5b3cfc46b1167fcaaa06f04a04b7c7ecd919fda103b27a5583a5be7b637978316fc3d83a2907b45fb64e800f617b069d6399fb9a7b97dc9fea6911cea299665165d3188141807d9d80b48e4738efcc30aa4365212648b1de24ceb051b617fa8a4843bbc730b6eb7b6aa49fdbd00bc305bfb716fb12ccdd40f7126ea517252be46ca5e2569074fedf17ca956c79e42d3c2042c6c1927fb92d50f89ff5ebc1c1516e2166ebd6168106761c02f43bb14c3b162f8863a06a139370d5ca86d463794c107a0540a1df55717ad821764dbbbb1ddc8080859dd08806f299b36ff7d9cca99aa436ba672e26f6bd0f61c27cec8705c116cc766b71c03a42e133591454c2cef675b91867c5006cd8af0e75c7a463f85fe8e1bffddf30d3f483ba0de176a5af2308768831488eba41f4073d4edebb94c423a5e64eab72abc7f1e8a124aea4760c527dc3f1830ce8a69a50c24a3fd13122c8e34b8de43c7dd9f09359ec9f09c43fef9bc6ed33635c86a2cdaab958a1472074fddf205b0c2360f581de20c5e064f6a8d4daef9102aa1ef1fc0464f26e6ecb6afe04ce8362539d9c0e66a3dffb0ecafdbbbea1395e2b95fb9c0469d46e4bc7d89284e972a4c7d2fb1571931904300121aa55e7cd0bc61cba40caeae81cf7de9b2f28ab63d2e3ab188f5bcd96ac7602272addde80a1227bad042977e1db887714d6f6cd0b716ac03b970d04ae7066eaa259e3181027b3e0418552e946d46b908b6306f0a44c97e82df2d7b3796dba67a1cb9b7778dfc4b4fabfc8cb50d2901fa5d2b4bc87a643e4701c69be70e2fa3c1f451a946e813672b010f828cc38728dac26595f9a0481c633e8d4a457e7c1953faca7779f51e7c1cefa4941d24baa28e33ed8b16730b3e4ea6a975d5924c644480da70b04a750474866729b05b35ff5cc522430587cbf3e2d73116ff70c040eedf940de1eaeb29c5accde6d2e431141ed126d040367f3557b71a512b94eb90e779c244f98d6b7f8947031c18201b47aaa4cf44d82c2b00641e24a7239fd6df9567b46533a4551758c53187a5c595f087b842796e7e08354d25304470603efbf59af7dfc075aea12b435f128b3e649d522ea783827d8de7c1ca90b993f6350e74842565afd047c9a208a772d954cda8e16b099d51f899f1b65f49757929e11d1978b079ac40a28ab84a14ed8d3fe11202683f427d6574d006bc3cd5ec66efb8ad08ea07fab19931a25d1308d9f9e6f467f1a253cae441bf7eb7c43fdc206f73fa53fe6051a990d28c8400d0344aed1eadf4261f443f43918b6c88411e2dbbd6849c0484440c30e2af42ed7d46727af9af2ed5bfbb8027aca5d0901c5ff2d2d369c1f2fcf9d8443317633d11946b10e0767bdfbbe4af14bc368718f17c5a86a7a9b9fc65c8bef205e7fa931696740476c69d82e4cabbd07408c86edb3ed2cf3853e6b3fafca69a0f6e73be6d8e5ef1ce61edb57ad692e6427178cb615bd02b5c1b277e16534ffb94e2d46c95c64f935d56328ecc2ab457fd974aa8b8dbcab3fb2f6dd982ba6b6d88467ff890dd4f3b98c73c1fe64c64233a934bbc633b5559b36a0689442a676dd071d6426b0d29c8b27282db7f9081d4ef11d775fc3e9dad53c7029f1e0cbb332a64577c855b28d45700aabebdd0739b80a4361c3ca1f5d94c70d2b505d724d850c414df029f27b97b556dfbf509fed16296afa4f6975fc4cece791a279d209f784f430dff44a8a0b087177253ceb6b6b00a7de3e69f64415b37f93ef439ffd320dbd517fefd347f8669e34af58924536f0f6d05c64fdeaaa286d148cf31266a33e3815241fd162e4353ac63d37028150d974e7353b6407c4b1e4f6bfc579ee3f03accd048d1b37756df83421089612d2d43c92ffa8f1ae718e825302fee288e8e74081057832de3663a1542e5e6e95db1487e996fb575653cf2d9a90cc17280e5622b15c5e94647a5898c4d568c43f8588bc6786364d764aaa2a173f63fdf18a370b81d52813d05e5dd16e184d491292604e6f395b01d1c2b0befb72d5c443f2ff7315129e4c6d122cadefa39cf66f183d67017e38c91e405ab2c5653cbaa448b10aec5198ca2c689ac8a62043e366f357d66fa404b964193b10462c55d42768cc7d46e8ddfcc08ca7cefc666bdaf2b76d72ef51cccbbdfb17712d78d9905fde72e93ce8824202eba5626c6a4923365af28f370953326be2fb5c001fab387fe5d7a26aa99b5c4af61a31cdafe431f1032a38db6bcf8a0087ad43a3924a683c17b266816d070217daef5c4cdf1c7993f20d01d21af9e130ee7dbdd9310ccf528c40efd41e6821fd93fbc6dee7d87ee59b07d3cedde2cd85fb7fd21d05293c8ba9f6fdff566e924d83efdc0ff638a5466964d9b784aba2d8de8bd09c9adf3d28f0748a75d5b8b7eed63629cd091e2eac64604a8ceaf87b084cc364d008e7034cec032fadda8245411819fd435d62d264c598ea3131ffd97271874bb0ad8c2ca5482eb4c4b7446a9b36b0411f5c4759432f01750338ab8476b9de7853362b3dddb51c70a1ad052252a5734a2b450f5fb4d762d329809537aaa8b6208cb60d3d127f8ee5c67e110b32a9b450aa30a76e99a73ab499ce5dfda17583359e8204f74a14ab10d81930c937c7cfa6e90b24fcdf5cdfcb8886dc03805e82a55171851ed5d8c36f69af4e280f905efbe45b59387082a0e735202c89cb7927615a3d4838c8accaeac1cbc8b46a8be1dd6b3d387c8258d11c88ae1dbb545743c6f52d32fbac5c7b02bf0495e4948599ae1a4946e813e3b7fdd803604106fd1b6f19c6be5a9fd40486e5ad7292fecd8efbe61c6bcea6cf9abd65d04feb63a6564dd728b5feaa5d0b398c0592f9e1804fa0d91aa3f4c5f58684a77e778d7c47c213fa7cc0b0b250af5214cce61ff1a6aeddc61841ab9e0b50c2d2cb74e52becdc75366ca690725e5c5e51e8b99d4ef49eaa5e1250bdc5518c8da9f131b9c6da7477168d0ff7139d32c7368ee3f7d0412b50f1f5fc365ebe3e4f85c6a43aa36d4d4955aa63eb66a4edaf8de87c7f4fc00f38ac5bb5f01b1e62b934cb827390a59c6bd1b32bcf4936f2a3de84b0c90af408c3a98798984f54c71c0fa1f1668470cbd6f1b645c03f5d25762de95d03bd2a7bf96dc83d2b48828b6271339b4d2dbd588c559fe64a9fe9780e8ca7c22db91b7c7e9c9f0d66e8978f5e442acfb9282408e18f73287db2ea50e6dea852969f3d1bb0645edd62ff3e7d2f8fce07d7e4f1237dbe39839e110a0f346d562ee345674671484642b0c0a652ea58bdcb019dc7749053452cd5960697ef19bcf7c0357f23666a5912352561d23327b8dcacf7ce61470752315cb207c99b01e3f75e39adb684e53ea83bbba053a2422a48273e2e41e112730be0ca6e6b4702bb98941d6798c1b9ff31d3d446b70077bc9b298c5f8328388cdc6d0947e864732a272c49ac925b5bb43f53d146e300b1746424d2b854ee22c927b390d18b0c99aba5a489a50485cf5cb1879cbfe242d76f07efb2adef78688ffe0068a0beafba7b9ea340d8b2b3901d8ce59b90ee56df962dfeb7e8f9dca23805d4e6d2c457c375316c44aebb915a17165383ef36c787cd89bb91b0b467eceeb97e70070ffbc880a7e4837c73a8352bac08db8ed585bc408810a557ed29664d7300fcb14de8ed8aebe2b2514e6aeecbca102625839d18d544bcdddb8e9ca908cf8b6e38f5ecef6ffe58de0a300ed1f937d7ee9b01652e559d15fc05eb8adda65e4a5da3f807ceb38bd32359d0ff746dc43e48157c6aef8a0f5034f8435f7358197fc6ab4c8ac248469310b71b8e812dd7822ec9fd36249dae5c32b2f538a7ff60e5db00fb0fafb6d93c1ff1b19ca22cc7a4b8e628a9bc12d4f31cda6af613c87f22690029de90b013fb1c91fa5eb1824b4794913b64546c1465f30e1b65c0c2b6634fbfae7540ab3148b285f7e0e09d2e81fd5736bfdf88df708b82a29646ff898a9183fa02cc370cffd96ac7a921152b22eb7999b9ce50fa1239109748cabe070d984f155508fc8e2d7988008a6c6fda980745a8abe669cc6b36b8ffe46fad9981a8f224f9b9ad7810adb9ea2643dc16f6c4f108820157542e30c0e99dd7d03e701b60ba59475a555a1c936f937e989747dbd56e25e9c904d2a4a149300437e0440911799a2e0d84459f151c25692824896d8edbf7eac7cdb6e0fa2578ff8324916775f82487659f39add1f7ea3c723e3ffaff278078e03175a4c83c0e5ee4209c0fdacb8b181a8bfbaa318ea3b1cb397db06f76b844971ffdc490f316a21e665b1e04b386021ff79c046748b649b205a0d610e6ee45267ddcce3eace44704214ae6f7ca317694258806bd3013dbda235d3b05af41ca0002c00a483d7146147a8250533a507ab8f00a34d85a7f0dc0e9aa1ec8283be4456c33ff96eadd7599751a5af90c749feced9c9279a91d439e08d325f1d64945140f9fa56dca3baaa3a897d461fc576013efe8d2d5ea3919f32415d456d6efc554c18f39fa8ea7b3f6f32474e63b9415041d61cfbcd876fe7423b1b532cc4c3b9b1561b4c162b079866dcdc95a44132e89de5ab6db941de7d0cb272efae16d5344f0def5a73f9326ed7294c4d214c5e4684877d45efc9b374540e4e94d7ff572ae6c536954888f769217bb59803a058008dd1edef74e96db4fb5d47032a1f5ff44f28f35e90e85621cb00ee128cb1a35cabde10e0c85a58f47727a4b619ee7f0fd21915f62c08acfc8a341c36dbfc369e34b992543753bc282017d511e642872d6e5c9e63a947fccc31bab3b48c571ba70ae2743aba40d9e8539bc6c209a916e81460280bc71f84f10f8cdc733220c887e1bba0a3257698d92e46d98d071b9a25d1e7c866bafe9d58a0fafaa4f3af18b41f943be660eacf047e9a9b0dfa1246e677d4a64c604371d840d4c0ecf8ce776bfadb79319f108dfce845722465b2c447d1d4056950a8cf04c86dce77faa555c99fdc26424545a083d7455d973eeccaeb31a413603e8caeff7675ca9412fe02e6f7166d05eeaf9fc4c1924735780f809823aff0ed4225f3ee8a6013f00beed5478b9eb9e040b662405bf9cf67964e60e73cc0a3a1303b5c96169c6297f0a98ab38e6c8932db4347a1b6f49dd35956f488d3c6e9bd7263b0f86410e4a5aba81c3984914a2cebcd68e99dfd5690f2947ced6fe00d8a876f28683f3d73a55d42be68b32083fee991811335fd9b8cc141e5fc90b63d5277549f5ad66f10028782ba3e9d08eb568e3d5fcc1d3a24af6f7ca97bc8f08307cca397971497bdc0e345218edbb2fdb2192e87343eb422860278c3c13e471506cd874f9aecf775521ff64c79d147fc8c26a767effb91d050c881fd76828b18fffdfcbfd339c7365a9318292c7347048136a0f39394a161b3bff70364865292ebaba244be42936628fcbaba922fa7e42001561bb596e82b20f560d15b17500ddaf95a9e3a8d29338468a11a103e5513c6e0c16188d10cef2d3f171ad673877bc571a56170a9b24324e9f8ad7a5876938116267273a906904fb7efc7529fc72d87745f6cb760d1fa8f899c51f4e3a546a740d5527b5b86ba15d35c2b01e996be5b7598b5fef9badebd6b3d179da0f31c60399cee443404643ed4cc6aa2ea57a0b233143dbe68070387ed0cba8ce850717a28001eef96ff7ded8440fa57fc236b51eb0904c834b957a41b81a46bea5a4fcde6abe42466ea1e16bee43ce9ded0ec50c6e39d542d589e4fb692d86775b2c9166585ca333fa42f3726a07a7bce8683335209d3182dd9797acacf0cd4a9c101bdf4d7b507bce80187f0ea1aa6ae1fac8541aac4fab55d08025b0222e777ed075a14f3bb5cf9464ce29ae727457764d9a276c0b571f0ad56f7cfe452268d2b2fdd338ef0ee755708b76ece517ced0ccb2f842eb6643cd21a65e0a8346d5ddb5f535c8930901a81cf828170dfcfacf967aea3641fe35f5f189012b848b8c6bc6c4db275de8e2d5ef970802ee81eebca2fcd7a6882431faf1f1951ed5370b8a3b14a8137f3284937f36377fa0d1d0dda783bf685d9552de0b32e67d10cb649e393e256488a8655c6ea778238cbc38d457af7f2b4b6b0c93b9a61be20a34debfbd895ce220ff71fc4276beb44db4d2e733bb4838d7124cf5fad86010c340683066d6fedb5a88877c891065512be21a158f26a407aa663f0c978ed21a271b6197329dd2ec9b2d9bc6d23ef03b829fc66f1aab205a24f80fb22264f400126aa39cf98e4b2891eb9da3815ffceb091b35368919029913f7bfa3d28f5cb54dbe5725d83462c9ae30d2a1d3cb414f43cb3d32b1c91a6dab6ea0eaf62c6b86d5436991e00ac66ae26c88b3848c011029150591b4360bcb703a28918f01be71191a6eb15dd6a20a3a2708eafbdf405efad831e913553724461527a297802f7dc95f02c9cc61f6285b8c9b3384659ec494b58d2300ab4736e8ba49cc3dc80d039a9efa5cb37a9ba1e7fb88a89f239769f21d16e169efe401730bce5d70ce66f6e86c81cfb961b1dfdd1a2697a8b047119a6b8c6a547f3ecd4b5e2ffbebaa0a65c18817f1a58883bad1c945a19db60134f17694b8cde286f86bc1660ed0d839d0496c467d8c491c3d74482dbb9bcb60bea2df3083c7c90628142587');
INSERT INTO public.people_held VALUES ('p-abababababababababababababababab', 'steward');
INSERT INTO public.people_organisations VALUES ('health', '卫健委', 'Health', 'department', 'province', '440000', NULL);
INSERT INTO public.people_principals VALUES ('p-abababababababababababababababab', 'health');
INSERT INTO public.people_roles VALUES ('steward', '管数', 'Steward', 'catalogue.read');
ALTER TABLE ONLY public.access_rules
    ADD CONSTRAINT access_rules_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.catalogue_documents
    ADD CONSTRAINT catalogue_documents_pkey PRIMARY KEY (source, name);
ALTER TABLE ONLY public.catalogue_quarantine
    ADD CONSTRAINT catalogue_quarantine_pkey PRIMARY KEY (source, document, part, digest);
ALTER TABLE ONLY public.catalogue_records
    ADD CONSTRAINT catalogue_records_id_key UNIQUE (id);
ALTER TABLE ONLY public.catalogue_records
    ADD CONSTRAINT catalogue_records_pkey PRIMARY KEY (number);
ALTER TABLE ONLY public.catalogue_sources
    ADD CONSTRAINT catalogue_sources_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.catalogue_versions
    ADD CONSTRAINT catalogue_versions_pkey PRIMARY KEY (record, version);
ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.ledger_cosignatures
    ADD CONSTRAINT ledger_cosignatures_pkey PRIMARY KEY (size, key);
ALTER TABLE ONLY public.ledger_edge
    ADD CONSTRAINT ledger_edge_pkey PRIMARY KEY (level, number);
ALTER TABLE ONLY public.ledger_entries
    ADD CONSTRAINT ledger_entries_key_key UNIQUE (key);
ALTER TABLE ONLY public.ledger_entries
    ADD CONSTRAINT ledger_entries_pkey PRIMARY KEY ("position");
ALTER TABLE ONLY public.ledger_heads
    ADD CONSTRAINT ledger_heads_pkey PRIMARY KEY (size);
ALTER TABLE ONLY public.ledger_payloads
    ADD CONSTRAINT ledger_payloads_pkey PRIMARY KEY ("position", pseudonym);
ALTER TABLE ONLY public.ledger_pseudonyms
    ADD CONSTRAINT ledger_pseudonyms_pkey PRIMARY KEY (person);
ALTER TABLE ONLY public.ledger_pseudonyms
    ADD CONSTRAINT ledger_pseudonyms_pseudonym_key UNIQUE (pseudonym);
ALTER TABLE ONLY public.ledger_tiles
    ADD CONSTRAINT ledger_tiles_pkey PRIMARY KEY (level, number);
ALTER TABLE ONLY public.ledger_witnessed
    ADD CONSTRAINT ledger_witnessed_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.nodes_evidence
    ADD CONSTRAINT nodes_evidence_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY public.nodes_figures
    ADD CONSTRAINT nodes_figures_pkey PRIMARY KEY (node, figure);
ALTER TABLE ONLY public.nodes_heads
    ADD CONSTRAINT nodes_heads_pkey PRIMARY KEY (node);
ALTER TABLE ONLY public.nodes_inbox
    ADD CONSTRAINT nodes_inbox_pkey PRIMARY KEY (sender, sequence);
ALTER TABLE ONLY public.nodes_known
    ADD CONSTRAINT nodes_known_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.nodes_outbox
    ADD CONSTRAINT nodes_outbox_pkey PRIMARY KEY (receiver, sequence);
ALTER TABLE ONLY public.nodes_queries
    ADD CONSTRAINT nodes_queries_pkey PRIMARY KEY (requester, number);
ALTER TABLE ONLY public.people_approvals
    ADD CONSTRAINT people_approvals_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.people_held
    ADD CONSTRAINT people_held_pkey PRIMARY KEY (principal, role);
ALTER TABLE ONLY public.people_organisations
    ADD CONSTRAINT people_organisations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.people_principals
    ADD CONSTRAINT people_principals_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.people_roles
    ADD CONSTRAINT people_roles_pkey PRIMARY KEY (code);
CREATE INDEX catalogue_records_by_document ON public.catalogue_records USING btree (source, document);
CREATE INDEX catalogue_words ON public.catalogue_records USING gin (array_to_tsvector(string_to_array(words, ' '::text)));
CREATE INDEX ix_access_rules_dataset ON public.access_rules USING btree (dataset);
CREATE INDEX ix_jobs_night ON public.jobs USING btree (night);
CREATE INDEX ix_jobs_state ON public.jobs USING btree (state);
CREATE INDEX ix_ledger_payloads_pseudonym ON public.ledger_payloads USING btree (pseudonym);
CREATE INDEX ix_nodes_evidence_node ON public.nodes_evidence USING btree (node);
ALTER TABLE ONLY public.catalogue_documents
    ADD CONSTRAINT catalogue_documents_source_fkey FOREIGN KEY (source) REFERENCES public.catalogue_sources(name);
ALTER TABLE ONLY public.catalogue_quarantine
    ADD CONSTRAINT catalogue_quarantine_source_fkey FOREIGN KEY (source) REFERENCES public.catalogue_sources(name);
ALTER TABLE ONLY public.catalogue_records
    ADD CONSTRAINT catalogue_records_source_fkey FOREIGN KEY (source) REFERENCES public.catalogue_sources(name);
ALTER TABLE ONLY public.ledger_cosignatures
    ADD CONSTRAINT ledger_cosignatures_size_fkey FOREIGN KEY (size) REFERENCES public.ledger_heads(size);
ALTER TABLE ONLY public.ledger_payloads
    ADD CONSTRAINT ledger_payloads_position_fkey FOREIGN KEY ("position") REFERENCES public.ledger_entries("position");
ALTER TABLE ONLY public.people_held
    ADD CONSTRAINT people_held_principal_fkey FOREIGN KEY (principal) REFERENCES public.people_principals(id);
ALTER TABLE ONLY public.people_held
    ADD CONSTRAINT people_held_role_fkey FOREIGN KEY (role) REFERENCES public.people_roles(code);
ALTER TABLE ONLY public.people_organisations
    ADD CONSTRAINT people_organisations_parent_fkey FOREIGN KEY (parent) REFERENCES public.people_organisations(id);
ALTER TABLE ONLY public.people_principals
    ADD CONSTRAINT people_principals_organisation_fkey FOREIGN KEY (organisation) REFERENCES public.people_organisations(id);
