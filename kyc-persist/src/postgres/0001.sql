-- Only bigint, text and bytea; every statement may be repeated. Released migrations are never changed.

-- One chart of one session as it was last committed.
create table if not exists kyc_row (
    session text collate "C" not null,
    chart text collate "C" not null,
    version bigint not null,
    state bytea not null,
    snapshot bytea not null,
    head bytea not null,
    opened_at bigint not null,
    primary key (session, chart)
);
create index if not exists kyc_row_opened on kyc_row (chart, opened_at, session);
create index if not exists kyc_row_in_state on kyc_row (chart, state, opened_at, session);

-- The journal.
create table if not exists kyc_entry (
    session text collate "C" not null,
    chart text collate "C" not null,
    version bigint not null,
    key text collate "C" not null,
    entry text not null,
    primary key (session, chart, version)
);
-- What makes a repeated request the same request.
create unique index if not exists kyc_entry_key on kyc_entry (session, chart, key);

-- Work that waits. available_at is the later of due_at and leased_until.
create table if not exists kyc_outbox (
    session text collate "C" not null,
    chart text collate "C" not null,
    version bigint not null,
    position bigint not null,
    kind text not null,
    body bytea not null,
    due_at bigint not null,
    available_at bigint not null,
    leased_until bigint,
    fence bigint not null,
    primary key (session, chart, version, position)
);
create index if not exists kyc_outbox_available on kyc_outbox (available_at, session, chart, version, position);
create index if not exists kyc_outbox_effects on kyc_outbox (session, chart, version, position) where kind = 'effect';

-- Work that was given up.
create table if not exists kyc_dead (
    session text collate "C" not null,
    chart text collate "C" not null,
    version bigint not null,
    position bigint not null,
    kind text not null,
    body bytea not null,
    due_at bigint not null,
    fence bigint not null,
    primary key (session, chart, version, position)
);

-- Tokens and codes, by the hash of the secret.
create table if not exists kyc_grant (
    hash bytea primary key,
    subject bytea not null,
    purpose bytea not null,
    expires_at bigint not null
);
create index if not exists kyc_grant_subject on kyc_grant (subject);
create index if not exists kyc_grant_expires_at on kyc_grant (expires_at);

-- Wrapped keys.
create table if not exists kyc_vault (
    name bytea primary key,
    value bytea not null
);
