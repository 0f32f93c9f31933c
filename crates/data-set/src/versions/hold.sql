-- Purpose: a lock that ends with the connection. Index: none. A row lock would have to keep a transaction open, and with it
-- every dead row of the database.
select pg_try_advisory_lock(hashtext('rookery.projection'), hashtext($1))
