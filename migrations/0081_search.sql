-- The language whose words are searched for: which of them are left out, and which endings count as one word. `simple`
-- knows none and fits all. It is set with ROOKERY_SEARCH_LANGUAGE, which also makes the index anew (crate data-set,
-- search_language.rs): the index holds what this function said when it was made. The planner replaces the call.
create function control.search_language() returns regconfig
    language sql immutable parallel safe as $$ select 'pg_catalog.simple'::regconfig $$;

grant execute on function control.search_language() to rookery_reducer, rookery_reader;

-- Words and the messages that say them. An expression, not a column: what is searched for is in no row, so another
-- language is no other data. New words wait in a list, at most 1 MB of it, until there are many to be sorted in at once.
call control.in_each_version('social', $$
    create index message_search on message using gin (to_tsvector(control.search_language(), text))
        with (fastupdate = on, gin_pending_list_limit = 1024)
$$);

-- At most so many messages that the index finds, in no order, and whether they say the words. Phrases are looked up by
-- their words; whether these stand beside each other only the text says. Nothing else is asked of a message here: the
-- bound has to hold for what is read, whatever of it is wanted.
--
-- A function, because these are settings of its own: an index of words can only be read into a bitmap, which readers'
-- plans do without, and the planner must not walk another index instead, comparing every text.
create function control.find_words(sought tsquery, found_max bigint)
    returns table (created_at timestamptz, id bigint, author bigint, tags text[], fits boolean)
    language sql stable
    set enable_bitmapscan = on set enable_indexscan = off set enable_indexonlyscan = off set enable_seqscan = off
as $$
    select
        m.created_at, m.id, m.author, m.tags,
        sought::text not like '%<%' or to_tsvector(control.search_language(), m.text) @@ sought
    from (
        select m.created_at, m.id, m.author, m.tags, m.text
        from published.messages m
        where to_tsvector(control.search_language(), m.text)
            @@ regexp_replace(sought::text, '<(-|\d+)>', '&', 'g')::tsquery
        limit found_max
    ) m
$$;
revoke execute on function control.find_words(tsquery, bigint) from public;
grant execute on function control.find_words(tsquery, bigint) to rookery_query_api, rookery_reducer;
