-- Messages that start a conversation, with how many answered them and how long the first answer took. What was deleted is in none.
select
    start.id,
    start.id_text,
    start.created_at,
    count(answer.id) as answers,
    min(answer.created_at) - start.created_at as first_answer_after
from {{ source('published', 'messages') }} as start
join {{ source('published', 'messages') }} as answer on answer.in_reply_to = start.id
where start.in_reply_to is null
group by start.id, start.id_text, start.created_at
