-- Version 1 of the projection `feeds`. It is folded by a lane of its own, which reads and writes nothing else, so that its
-- rows follow from the log alone whatever other lanes are doing.
create schema feeds_v1;
