-- Only bigint, text and bytea; every statement may be repeated. Released migrations are never changed.

-- How far an import has come that is not finished: one row while there is one.
create table if not exists kyc_import (
    number bigint primary key,
    records bigint not null,
    chain bytea not null
);
