-- Version 1 of the projection `feeds`. It is folded by a worker of its own, which reads and writes nothing else, so
-- that its rows follow from the log alone, no matter what other workers do.
create schema feeds_v1;
