-- Purpose: hands the parameters of make.sql over; they last as long as the connection.
-- Index: none.
select set_config('rookery.login', $1, false), set_config('rookery.password', $2, false),
    set_config('rookery.group', $3, false), set_config('rookery.reads_only', $4, false)
